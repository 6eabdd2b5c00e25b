<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Builds</name>
    <message numerus="yes">
        <source>%n epoch(s)</source>
        <translation>
            <numerusform>%n Epoche</numerusform>
            <numerusform>%n Epochen</numerusform>
        </translation>
    </message>
    <message>
        <source>global</source>
        <translation>global</translation>
    </message>
    <message>
        <source>uniform</source>
        <translation>gleichmäßig</translation>
    </message>
    <message>
        <source>static, percentile</source>
        <translation>statisch, Perzentil</translation>
    </message>
    <message>
        <source>static, min-max</source>
        <translation>statisch, Min-Max</translation>
    </message>
    <message>
        <source>static, moving average</source>
        <translation>statisch, gleitender Mittelwert</translation>
    </message>
    <message>
        <source>static, entropy</source>
        <translation>statisch, Entropie</translation>
    </message>
    <message>
        <source>static, least error</source>
        <translation>statisch, kleinster Fehler</translation>
    </message>
    <message>
        <source>ranges found while it runs</source>
        <translation>Bereiche beim Rechnen ermittelt</translation>
    </message>
    <message>
        <source>computed in float</source>
        <translation>in float gerechnet</translation>
    </message>
    <message>
        <source>half precision</source>
        <translation>halbe Genauigkeit</translation>
    </message>
    <message>
        <source>original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>untrained</source>
        <translation>untrainiert</translation>
    </message>
    <message>
        <source>Importing %1</source>
        <translation>Import von %1</translation>
    </message>
    <message>
        <source>Making %1</source>
        <translation>Erzeuge %1</translation>
    </message>
    <message>
        <source>Fine-tuning %1</source>
        <translation>Nachtraining von %1</translation>
    </message>
    <message>
        <source>Pruning %1 by %2</source>
        <translation>Beschneide %1 um %2</translation>
    </message>
    <message>
        <source>Quantizing %1</source>
        <translation>Quantisiere %1</translation>
    </message>
    <message>
        <source>fine-tuned</source>
        <translation>nachtrainiert</translation>
    </message>
    <message>
        <source>pruned %1</source>
        <translation>%1 beschnitten</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 aus %2</translation>
    </message>
    <message>
        <source>tidied</source>
        <translation>aufgeräumt</translation>
    </message>
    <message>
        <source>same outputs, fewer nodes</source>
        <translation>gleiche Ausgaben, weniger Knoten</translation>
    </message>
    <message>
        <source>rank %1</source>
        <translation>Rang %1</translation>
    </message>
    <message>
        <source>energy %1</source>
        <translation>Energie %1</translation>
    </message>
    <message>
        <source>taught by %1, %2</source>
        <translation>gelehrt von %1, %2</translation>
    </message>
    <message>
        <source>distilled</source>
        <translation>destilliert</translation>
    </message>
    <message>
        <source>sparse %1</source>
        <translation>dünn besetzt %1</translation>
    </message>
    <message>
        <source>low rank</source>
        <translation>niedriger Rang</translation>
    </message>
    <message>
        <source>quantization-aware, %1</source>
        <translation>quantisierungsbewusst, %1</translation>
    </message>
    <message>
        <source>smallest weights zero</source>
        <translation>kleinste Gewichte null</translation>
    </message>
    <message>
        <source>Distilling into %1</source>
        <translation>Destillation in %1</translation>
    </message>
    <message>
        <source>Sparsifying %1</source>
        <translation>Dünne %1 aus</translation>
    </message>
    <message>
        <source>Splitting layers of %1</source>
        <translation>Teile Schichten von %1</translation>
    </message>
    <message>
        <source>Quantization-aware training of %1</source>
        <translation>Quantisierungsbewusstes Training von %1</translation>
    </message>
    <message>
        <source>Tidying %1</source>
        <translation>Räume %1 auf</translation>
    </message>
    <message>
        <source>by structure</source>
        <translation>nach Struktur</translation>
    </message>
    <message>
        <source>by layer</source>
        <translation>nach Schicht</translation>
    </message>
    <message>
        <source>by sensitivity</source>
        <translation>nach Empfindlichkeit</translation>
    </message>
    <message>
        <source>to %1 MACs</source>
        <translation>auf %1 MACs</translation>
    </message>
    <message>
        <source>to %1 parameters</source>
        <translation>auf %1 Parameter</translation>
    </message>
    <message>
        <source>to %1 file size</source>
        <translation>auf %1 Dateigröße</translation>
    </message>
    <message>
        <source>to %1 peak memory</source>
        <translation>auf %1 Spitzenspeicher</translation>
    </message>
    <message>
        <source>to %1 latency</source>
        <translation>auf %1 Latenz</translation>
    </message>
    <message>
        <source>to %1 latency on %2</source>
        <translation>auf %1 Latenz auf %2</translation>
    </message>
    <message>
        <source>Pruning %1 %2</source>
        <translation>%1 wird gekürzt: %2</translation>
    </message>
    <message>
        <source>min-max</source>
        <translation>Min-Max</translation>
    </message>
    <message>
        <source>moving average</source>
        <translation>gleitender Mittelwert</translation>
    </message>
    <message>
        <source>percentile</source>
        <translation>Perzentil</translation>
    </message>
    <message>
        <source>entropy</source>
        <translation>Entropie</translation>
    </message>
    <message>
        <source>least error</source>
        <translation>kleinster Fehler</translation>
    </message>
    <message>
        <source>%1, signed</source>
        <translation>%1, mit Vorzeichen</translation>
    </message>
    <message>
        <source>%1-bit weights</source>
        <translation>%1-Bit-Gewichte</translation>
    </message>
    <message>
        <source>dynamic int8</source>
        <translation>int8 dynamisch</translation>
    </message>
    <message>
        <source>int8 for %1</source>
        <translation>int8 für %1</translation>
    </message>
    <message>
        <source>%1-bit activations</source>
        <translation>%1-Bit-Aktivierungen</translation>
    </message>
    <message>
        <source>partly float</source>
        <translation>teils float</translation>
    </message>
    <message>
        <source>biases as they were</source>
        <translation>Biase unverändert</translation>
    </message>
    <message>
        <source>equalized</source>
        <translation>angeglichen</translation>
    </message>
    <message>
        <source>signed</source>
        <translation>mit Vorzeichen</translation>
    </message>
    <message>
        <source>%1, trained</source>
        <translation>%1, trainiert</translation>
    </message>
</context>
<context>
    <name>Duration</name>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
</context>
<context>
    <name>Jobs</name>
    <message>
        <source>reading</source>
        <translation>lese</translation>
    </message>
    <message>
        <source>drawing the sample</source>
        <translation>zeichne das Beispiel</translation>
    </message>
    <message>
        <source>training</source>
        <translation>trainiere</translation>
    </message>
    <message>
        <source>measuring accuracy</source>
        <translation>messe die Genauigkeit</translation>
    </message>
    <message>
        <source>measuring latency</source>
        <translation>messe die Latenz</translation>
    </message>
    <message>
        <source>pruning</source>
        <translation>beschneide</translation>
    </message>
    <message>
        <source>calibrating</source>
        <translation>kalibriere</translation>
    </message>
    <message>
        <source>quantizing</source>
        <translation>quantisiere</translation>
    </message>
    <message>
        <source>writing</source>
        <translation>schreibe</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>verbinde</translation>
    </message>
    <message>
        <source>uploading</source>
        <translation>sende</translation>
    </message>
    <message>
        <source>verifying</source>
        <translation>prüfe</translation>
    </message>
    <message>
        <source>running on the device</source>
        <translation>läuft auf dem Gerät</translation>
    </message>
    <message>
        <source>epoch %1 of %2</source>
        <translation>Epoche %1 von %2</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>done in %1</source>
        <translation>fertig in %1</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>gestoppt</translation>
    </message>
    <message>
        <source>tidying</source>
        <translation>räume auf</translation>
    </message>
    <message>
        <source>checking</source>
        <translation>prüfe</translation>
    </message>
</context>
<context>
    <name>Metrics</name>
    <message>
        <source>Accuracy</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>accuracy, %</source>
        <translation>Genauigkeit, %</translation>
    </message>
    <message>
        <source>Accuracy, %</source>
        <translation>Genauigkeit, %</translation>
    </message>
    <message>
        <source>Top-1 on the validation split, with its 95 % interval</source>
        <translation>Top-1 auf dem Validierungsteil, mit 95-%-Intervall</translation>
    </message>
    <message>
        <source>mean absolute error (lower is better)</source>
        <translation>mittlerer absoluter Fehler (weniger ist besser)</translation>
    </message>
    <message>
        <source>MAE</source>
        <translation>MAE</translation>
    </message>
    <message>
        <source>Mean absolute error on the validation split, with its 95 % interval; lower is better</source>
        <translation>Mittlerer absoluter Fehler auf dem Validierungsteil, mit 95-%-Intervall; weniger ist besser</translation>
    </message>
    <message>
        <source>AUC</source>
        <translation>AUC</translation>
    </message>
    <message>
        <source>area under the ROC curve</source>
        <translation>Fläche unter der ROC-Kurve</translation>
    </message>
    <message>
        <source>Share of pairs of an anomaly and a normal sample that are told apart, on the validation split, with its 95 % interval</source>
        <translation>Anteil der Paare aus Anomalie und normalem Beispiel, die unterschieden werden, auf dem Validierungsteil, mit 95-%-Intervall</translation>
    </message>
    <message>
        <source>reconstruction error (lower is better)</source>
        <translation>Rekonstruktionsfehler (weniger ist besser)</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Mean squared difference between normal samples and what the model makes of them, on the validation split; lower is better</source>
        <translation>Mittlere quadratische Abweichung zwischen normalen Beispielen und dem, was das Modell daraus macht, auf dem Validierungsteil; weniger ist besser</translation>
    </message>
    <message>
        <source>Agreement</source>
        <translation>Übereinstimmung</translation>
    </message>
    <message>
        <source>agreement with the original (cosine)</source>
        <translation>Übereinstimmung mit dem Original (Kosinus)</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>Kosinus</translation>
    </message>
    <message>
        <source>Between the model&apos;s outputs and the original&apos;s on the validation split, of the output that differs most</source>
        <translation>Zwischen den Ausgaben des Modells und denen des Originals auf dem Validierungsteil, für die Ausgabe mit der größten Abweichung</translation>
    </message>
    <message>
        <source>%1, validation</source>
        <translation>%1, Validierung</translation>
    </message>
    <message>
        <source>Among the first five</source>
        <translation>Unter den ersten fünf</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>Signal to noise</source>
        <translation>Signal-Rausch-Abstand</translation>
    </message>
    <message>
        <source>Same first answer</source>
        <translation>Gleiche erste Antwort</translation>
    </message>
    <message>
        <source>Of the output</source>
        <translation>Der Ausgabe</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>Beispiele</translation>
    </message>
    <message>
        <source>RMSE</source>
        <translation>RMSE</translation>
    </message>
    <message>
        <source>Error, normal</source>
        <translation>Fehler, normal</translation>
    </message>
    <message>
        <source>Error, anomalies</source>
        <translation>Fehler, Anomalien</translation>
    </message>
</context>
<context>
    <name>Sentences</name>
    <message>
        <source>The {what} can&apos;t come down to {wanted}. The smallest that can be reached is {reachable} ({detail}). Ask for no less than that.</source>
        <translation>{what} lässt sich nicht auf {wanted} bringen. Der kleinste erreichbare Wert ist {reachable} ({detail}). Verlangen Sie nicht weniger.</translation>
    </message>
    <message>
        <source>The {what} is {present}, which meets the target of {wanted} already, so nothing was removed.</source>
        <translation>{what}: {present}. Das Ziel von {wanted} ist damit schon erreicht, deshalb wurde nichts entfernt.</translation>
    </message>
    <message>
        <source>MACs are {macs} % of what they were but latency is {latency} %: two calls in place of one can cost what their MACs save. A rank of a multiple of 8 or 16 may help, or keeping more energy, which splits fewer layers. Ranks that fit the processor badly: {layers}.</source>
        <translation>Die MACs sind bei {macs} % von vorher, die Latenz aber bei {latency} %: Zwei Aufrufe statt eines können kosten, was ihre MACs sparen. Ein Rang, der ein Vielfaches von 8 oder 16 ist, kann helfen, oder mehr Energie zu behalten, was weniger Schichten teilt. Ränge, die schlecht zum Prozessor passen: {layers}.</translation>
    </message>
    <message>
        <source>MACs are {macs} % of what they were but latency is {latency} %. Layers whose channel counts fit the processor badly, where rounding to 8 or 16 channels may help: {layers}.</source>
        <translation>Die MACs sind bei {macs} % von vorher, die Latenz aber bei {latency} %. Schichten, deren Kanalzahlen schlecht zum Prozessor passen und denen Runden auf 8 oder 16 Kanäle helfen kann: {layers}.</translation>
    </message>
    <message>
        <source>{path} is no sensitivity file ({detail}). Measure it again.</source>
        <translation>{path} ist keine Empfindlichkeitsdatei ({detail}). Messen Sie neu.</translation>
    </message>
    <message>
        <source>{path} was measured on another model than {model}. Measure this one.</source>
        <translation>{path} wurde an einem anderen Modell als {model} gemessen. Messen Sie dieses.</translation>
    </message>
    <message>
        <source>The teacher doesn&apos;t fit the student: {detail}. Take one with the same inputs and outputs.</source>
        <translation>Der Lehrer passt nicht zum Schüler: {detail}. Nehmen Sie einen mit denselben Ein- und Ausgängen.</translation>
    </message>
    <message>
        <source>No layer gets smaller by being split into two: {detail}. Ask for less energy or a lower rank, or prune channels instead.</source>
        <translation>Keine Schicht wird durch Aufteilen in zwei kleiner: {detail}. Verlangen Sie weniger Energie oder einen niedrigeren Rang, oder entfernen Sie stattdessen Kanäle.</translation>
    </message>
    <message>
        <source>There are no weights that could become zero: {detail}. Use a model with convolutions or matrix products.</source>
        <translation>Es gibt keine Gewichte, die null werden könnten: {detail}. Verwenden Sie ein Modell mit Faltungen oder Matrixprodukten.</translation>
    </message>
    <message>
        <source>Zeros among the weights make the compressed file smaller, not the model faster: ONNX Runtime still computes all {macs} MACs ({latencyBefore} ms before, {latencyAfter} ms after). Prune channels for speed.</source>
        <translation>Nullen unter den Gewichten machen die komprimierte Datei kleiner, nicht das Modell schneller: ONNX Runtime rechnet weiter alle {macs} MACs ({latencyBefore} ms vorher, {latencyAfter} ms nachher). Entfernen Sie für mehr Tempo Kanäle.</translation>
    </message>
    <message>
        <source>There is no file {path}. Check the path, or choose the file again.</source>
        <translation>Die Datei {path} gibt es nicht. Prüfen Sie den Pfad oder wählen Sie die Datei erneut.</translation>
    </message>
    <message>
        <source>{path} can&apos;t be read: {reason}. Check its permissions, or choose another file.</source>
        <translation>{path} lässt sich nicht lesen: {reason}. Prüfen Sie die Rechte oder wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>{path} can&apos;t be written: {reason}. Choose a folder that you may write to.</source>
        <translation>{path} lässt sich nicht schreiben: {reason}. Wählen Sie einen Ordner, in den Sie schreiben dürfen.</translation>
    </message>
    <message>
        <source>The disk is full, so {path} was not written; nothing was changed. Free some space and try again.</source>
        <translation>Der Datenträger ist voll, daher wurde {path} nicht geschrieben; nichts wurde verändert. Schaffen Sie Platz und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>{path} exists already and was left as it is. Choose another name.</source>
        <translation>{path} gibt es schon und blieb unverändert. Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>Hone&apos;s part “{module}” can&apos;t be loaded: {reason}. Install Hone again.</source>
        <translation>Der Teil „{module}“ von Hone lässt sich nicht laden: {reason}. Installieren Sie Hone neu.</translation>
    </message>
    <message>
        <source>Something went wrong inside Hone: {detail}. Nothing was changed; please report this.</source>
        <translation>In Hone ist etwas schiefgegangen: {detail}. Nichts wurde verändert; bitte melden Sie das.</translation>
    </message>
    <message>
        <source>“{value}” is no good for {option}; it takes {expected}.</source>
        <translation>„{value}“ passt nicht zu {option}; erlaubt ist {expected}.</translation>
    </message>
    <message>
        <source>“{verb}” has no option {option}. See its help.</source>
        <translation>„{verb}“ kennt die Option {option} nicht. Siehe die Hilfe dazu.</translation>
    </message>
    <message>
        <source>“{verb}” was called wrongly: {detail}. See its help.</source>
        <translation>„{verb}“ wurde falsch aufgerufen: {detail}. Siehe die Hilfe dazu.</translation>
    </message>
    <message>
        <source>The step “{step}” needs data. Choose a data folder on the Data page.</source>
        <translation>Der Schritt „{step}“ braucht Daten. Wählen Sie auf der Seite „Daten“ einen Ordner.</translation>
    </message>
    <message>
        <source>The studio&apos;s program is not at {path}. Install Hone again.</source>
        <translation>Das Programm des Studios fehlt in {path}. Installieren Sie Hone neu.</translation>
    </message>
    <message>
        <source>{path} is empty. Export the model again.</source>
        <translation>{path} ist leer. Exportieren Sie das Modell erneut.</translation>
    </message>
    <message>
        <source>{path} is not an ONNX file. Export the model to ONNX and choose that file.</source>
        <translation>{path} ist keine ONNX-Datei. Exportieren Sie das Modell nach ONNX und wählen Sie diese Datei.</translation>
    </message>
    <message>
        <source>{path} ends too early: part of the model is missing. Copy or export it again.</source>
        <translation>{path} endet zu früh: ein Teil des Modells fehlt. Kopieren oder exportieren Sie es erneut.</translation>
    </message>
    <message>
        <source>{path} is not a sound model: {detail}. Export it again.</source>
        <translation>{path} ist kein gültiges Modell: {detail}. Exportieren Sie es erneut.</translation>
    </message>
    <message>
        <source>{path} asks for more than Hone takes: {detail}. The file is damaged or not meant to be loaded.</source>
        <translation>{path} verlangt mehr, als Hone annimmt: {detail}. Die Datei ist beschädigt oder nicht zum Laden gedacht.</translation>
    </message>
    <message>
        <source>{path} wants to read {location}, outside of its own folder, which is refused. Put the weights beside the model.</source>
        <translation>{path} will {location} außerhalb des eigenen Ordners lesen; das wird verweigert. Legen Sie die Gewichte neben das Modell.</translation>
    </message>
    <message>
        <source>{path} keeps weights in {location}, which is missing or too short. Put that file beside the model.</source>
        <translation>{path} hat Gewichte in {location}; diese Datei fehlt oder ist zu kurz. Legen Sie sie neben das Modell.</translation>
    </message>
    <message>
        <source>{path} uses ONNX opset {opset}; Hone reads {lowest} to {highest}. Export it with one of those.</source>
        <translation>{path} nutzt ONNX-Opset {opset}; Hone liest {lowest} bis {highest}. Exportieren Sie es mit einem davon.</translation>
    </message>
    <message>
        <source>Hone can&apos;t do this with the operators {operators}. What still works: {open}.</source>
        <translation>Das kann Hone mit den Operatoren {operators} nicht. Was weiterhin geht: {open}.</translation>
    </message>
    <message>
        <source>The shapes at node {node} don&apos;t fit: {detail}. Export the model again.</source>
        <translation>Die Formen am Knoten {node} passen nicht: {detail}. Exportieren Sie das Modell erneut.</translation>
    </message>
    <message>
        <source>ONNX Runtime refuses {path}: {detail}. Export the model again, with another opset if need be.</source>
        <translation>ONNX Runtime lehnt {path} ab: {detail}. Exportieren Sie das Modell erneut, nötigenfalls mit anderem Opset.</translation>
    </message>
    <message>
        <source>The model&apos;s input doesn&apos;t take these data: {detail}. Use a model with one input for them.</source>
        <translation>Der Eingang des Modells nimmt diese Daten nicht: {detail}. Verwenden Sie ein Modell mit einem Eingang dafür.</translation>
    </message>
    <message>
        <source>The model&apos;s output is not one score a class: {detail}. Use a classifier.</source>
        <translation>Die Ausgabe des Modells ist nicht ein Wert je Klasse: {detail}. Nehmen Sie einen Klassifikator.</translation>
    </message>
    <message>
        <source>This model can&apos;t be trained: {detail}. Train a build from before that step; quantizing and comparing still work.</source>
        <translation>Dieses Modell lässt sich nicht trainieren: {detail}. Trainieren Sie einen Stand davor; Quantisieren und Vergleichen gehen weiterhin.</translation>
    </message>
    <message>
        <source>There is no data folder {path}. Choose one on the Data page.</source>
        <translation>Den Datenordner {path} gibt es nicht. Wählen Sie einen auf der Seite „Daten“.</translation>
    </message>
    <message>
        <source>{path} holds nothing that Hone knows as data. Use a folder with one folder a class, or with IDX, CIFAR binary, CSV or NPZ files.</source>
        <translation>{path} enthält nichts, was Hone als Daten kennt. Verwenden Sie einen Ordner mit einem Ordner je Klasse oder mit IDX-, CIFAR-Binär-, CSV- oder NPZ-Dateien.</translation>
    </message>
    <message>
        <source>{path} can&apos;t be understood: {detail}. Correct it and try again.</source>
        <translation>{path} ist nicht zu verstehen: {detail}. Berichtigen Sie die Datei und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The split “{split}” of {path} holds no samples. Add some, at least three a class, or name the splits in dataset.yaml.</source>
        <translation>Der Teil „{split}“ von {path} enthält keine Beispiele. Fügen Sie welche hinzu, mindestens drei je Klasse, oder benennen Sie die Teile in dataset.yaml.</translation>
    </message>
    <message>
        <source>{path} has no split “{split}”; it has {available}. Add pictures, at least three a class, put some into a folder of that name, or name the splits in dataset.yaml.</source>
        <translation>{path} hat keinen Teil „{split}“, nur {available}. Fügen Sie Bilder hinzu, mindestens drei je Klasse, legen Sie welche in einen Ordner dieses Namens oder nennen Sie die Teile in dataset.yaml.</translation>
    </message>
    <message>
        <source>{path} has one class only, “{class}”. A classifier needs two; choose the folder above it?</source>
        <translation>{path} hat nur eine Klasse, „{class}“. Ein Klassifikator braucht zwei; den Ordner darüber wählen?</translation>
    </message>
    <message>
        <source>The data have {classes} classes, but the model has {outputs} outputs. Fine-tune with a new head.</source>
        <translation>Die Daten haben {classes} Klassen, das Modell aber {outputs} Ausgaben. Trainieren Sie mit neuem Kopf nach.</translation>
    </message>
    <message>
        <source>The model has no output for these classes: {classes}. Fine-tune with a new head, or map them in dataset.yaml.</source>
        <translation>Für diese Klassen hat das Modell keine Ausgabe: {classes}. Trainieren Sie mit neuem Kopf nach oder ordnen Sie sie in dataset.yaml zu.</translation>
    </message>
    <message>
        <source>{count} of {total} samples can&apos;t be read, too many to go on: {files}. Replace or delete them.</source>
        <translation>{count} von {total} Beispielen lassen sich nicht lesen, zu viele, um fortzufahren: {files}. Ersetzen oder löschen Sie sie.</translation>
    </message>
    <message>
        <source>{count} of {total} samples can&apos;t be read and were skipped: {files}.</source>
        <translation>{count} von {total} Beispielen lassen sich nicht lesen und wurden übersprungen: {files}.</translation>
    </message>
    <message>
        <source>What becomes of the data at the model&apos;s input is stated neither by the model nor, for a model like it, by dataset.yaml, so {described} was taken. If the model was trained otherwise, its results are wrong; say it under “preprocess” in dataset.yaml.</source>
        <translation>Wie die Daten zum Eingang des Modells werden, sagt weder das Modell noch, für ein Modell wie dieses, dataset.yaml; daher wurde {described} angenommen. Wurde das Modell anders trainiert, sind seine Ergebnisse falsch; geben Sie es unter „preprocess“ in dataset.yaml an.</translation>
    </message>
    <message>
        <source>The data&apos;s pictures are gray and the model takes colour, so the model got the same gray in each channel. If it was made for coloured pictures, what was measured or learnt says little of them.</source>
        <translation>Die Bilder der Daten sind grau, das Modell nimmt Farbe; das Modell bekam in jedem Kanal dasselbe Grau. Wurde es für farbige Bilder gemacht, sagt das Gemessene oder Gelernte wenig über sie.</translation>
    </message>
    <message>
        <source>The data&apos;s pictures have colours and the model takes gray, so the model got their brightness. If it was made for other pictures, what was measured or learnt says little of them.</source>
        <translation>Die Bilder der Daten sind farbig, das Modell nimmt Grau; das Modell bekam ihre Helligkeit. Wurde es für andere Bilder gemacht, sagt das Gemessene oder Gelernte wenig über sie.</translation>
    </message>
    <message>
        <source>Neither the model nor dataset.yaml says how pixels become the model&apos;s input, so {channels} from 0 to 1 without mean and standard deviation was taken. If the model was trained otherwise, its accuracy is wrong; say it under “preprocess” in dataset.yaml.</source>
        <translation>Weder das Modell noch dataset.yaml sagt, wie aus Pixeln die Eingabe des Modells wird; angenommen wurde {channels} von 0 bis 1 ohne Mittelwert und Standardabweichung. Wurde das Modell anders trainiert, stimmt seine Genauigkeit nicht; geben Sie es unter „preprocess“ in dataset.yaml an.</translation>
    </message>
    <message>
        <source>The model before has {outputs} outputs and the data have {classes} classes, so its accuracy was not measured on them and there is nothing to compare the new head with.</source>
        <translation>Das Modell davor hat {outputs} Ausgaben, die Daten haben {classes} Klassen; deshalb wurde seine Genauigkeit nicht an ihnen gemessen, und der neue Kopf lässt sich mit nichts vergleichen.</translation>
    </message>
    <message>
        <source>The model before has no output for the classes {classes}, so its accuracy was not measured on these data and there is nothing to compare the new head with.</source>
        <translation>Das Modell davor hat keine Ausgabe für die Klassen {classes}; deshalb wurde seine Genauigkeit nicht an diesen Daten gemessen, und der neue Kopf lässt sich mit nichts vergleichen.</translation>
    </message>
    <message>
        <source>The {split} split doesn&apos;t hold both normal samples and anomalies, so the reconstruction error was measured in place of the AUC. Put both into it.</source>
        <translation>Der Teil {split} enthält nicht sowohl normale Beispiele als auch Anomalien; deshalb wurde statt der AUC der Rekonstruktionsfehler gemessen. Legen Sie beides hinein.</translation>
    </message>
    <message>
        <source>The data have {targets} numbers to predict for each sample and the model has {outputs} outputs. Fine-tune it with a new head, or use the data that the model was made for.</source>
        <translation>Die Daten geben je Beispiel {targets} Zahlen vor, das Modell hat {outputs} Ausgaben. Trainieren Sie es mit einem neuen Kopf nach, oder nehmen Sie die Daten, für die das Modell gemacht ist.</translation>
    </message>
    <message>
        <source>The model before has {outputs} outputs and the data have {targets} numbers to predict, so its error was not measured on them and there is nothing to compare the new head with.</source>
        <translation>Das Modell davor hat {outputs} Ausgaben, die Daten geben {targets} Zahlen vor; deshalb wurde sein Fehler nicht an ihnen gemessen, und der neue Kopf lässt sich mit nichts vergleichen.</translation>
    </message>
    <message>
        <source>The model&apos;s output {output} has another shape than its input {input}, so it reconstructs nothing. Detect anomalies with an autoencoder.</source>
        <translation>Die Ausgabe {output} des Modells hat eine andere Form als seine Eingabe {input}; es rekonstruiert also nichts. Anomalien lassen sich mit einem Autoencoder erkennen.</translation>
    </message>
    <message>
        <source>{path} holds no labels, so no loss of accuracy can be bounded there. Leave the bound out, or say which share of the MACs, how many bytes or how much time may be spent on layers in float.</source>
        <translation>{path} enthält keine Beschriftungen, daher lässt sich dort kein Genauigkeitsverlust begrenzen. Lassen Sie die Grenze weg, oder sagen Sie, welcher Anteil der MACs, wie viele Bytes oder wie viel Zeit Schichten in Gleitkomma kosten dürfen.</translation>
    </message>
    <message>
        <source>{path} holds no labels, so nothing can be learnt or counted by them. A model can learn from another&apos;s answers, and be compared with the one that it was made from.</source>
        <translation>{path} enthält keine Beschriftungen, sodass danach nichts gelernt oder gezählt werden kann. Ein Modell kann von den Antworten eines anderen lernen und mit dem verglichen werden, aus dem es entstand.</translation>
    </message>
    <message>
        <source>No data were given, so the model and its reference were compared on {inputs} made-up inputs (random numbers, seed {seed}), which say little of real ones. Data without labels will do.</source>
        <translation>Es wurden keine Daten angegeben; deshalb wurden das Modell und seine Vorlage an {inputs} erfundenen Eingaben verglichen (Zufallszahlen, Startwert {seed}), die über echte wenig sagen. Daten ohne Klassen genügen.</translation>
    </message>
    <message>
        <source>The model can&apos;t be compared with its reference ({detail}). Give the model that it was made from.</source>
        <translation>Das Modell lässt sich nicht mit seiner Vorlage vergleichen ({detail}). Geben Sie das Modell an, aus dem es entstanden ist.</translation>
    </message>
    <message>
        <source>These outputs were left out, since they hold text or have another size than the reference&apos;s: {outputs}.</source>
        <translation>Diese Ausgaben blieben außer Betracht, weil sie Text enthalten oder anders groß sind als die der Vorlage: {outputs}.</translation>
    </message>
    <message>
        <source>{path} takes raw bytes already, its preprocessing is written into it. Use it as it is.</source>
        <translation>{path} nimmt bereits rohe Bytes, die Vorverarbeitung steckt darin. Verwenden Sie es, wie es ist.</translation>
    </message>
    <message>
        <source>Neither {path} nor the data say how raw data become its input. State it under “preprocess” in dataset.yaml.</source>
        <translation>Weder {path} noch die Daten sagen, wie Rohdaten zu seiner Eingabe werden. Geben Sie es unter „preprocess“ in dataset.yaml an.</translation>
    </message>
    <message>
        <source>This preprocessing can&apos;t be written into a model ({detail}). Do it before the model, as now.</source>
        <translation>Diese Vorverarbeitung lässt sich nicht in ein Modell schreiben ({detail}). Führen Sie sie wie bisher vor dem Modell aus.</translation>
    </message>
    <message>
        <source>{path} is for the task “{task}”, which Hone doesn&apos;t do. It does classification, regression and anomaly detection, and compares any model with its original.</source>
        <translation>{path} ist für die Aufgabe „{task}“, die Hone nicht bearbeitet. Es kennt Klassifikation, Regression und Anomalieerkennung und vergleicht jedes Modell mit seinem Original.</translation>
    </message>
    <message>
        <source>{ratio} is no share of channels to remove. Choose more than 0 and less than 1.</source>
        <translation>{ratio} ist kein Anteil zu entfernender Kanäle. Wählen Sie mehr als 0 und weniger als 1.</translation>
    </message>
    <message>
        <source>Nothing can be pruned here: {detail}. Let more leave or keep less, or choose another model.</source>
        <translation>Hier lässt sich nichts beschneiden: {detail}. Lassen Sie mehr entfernen oder behalten Sie weniger, oder wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>The model has no layer {layer}. Similar ones: {similar}.</source>
        <translation>Das Modell hat keine Schicht {layer}. Ähnliche: {similar}.</translation>
    </message>
    <message>
        <source>{path} is quantized already. Quantize the build that it was made from.</source>
        <translation>{path} ist schon quantisiert. Quantisieren Sie den Stand, aus dem es entstand.</translation>
    </message>
    <message>
        <source>Nothing can be quantized here: {detail}. Choose a model with convolutions or matrix products.</source>
        <translation>Hier lässt sich nichts quantisieren: {detail}. Wählen Sie ein Modell mit Faltungen oder Matrixprodukten.</translation>
    </message>
    <message>
        <source>{path} has no samples to find value ranges with. Add some to the training or validation split.</source>
        <translation>{path} hat keine Beispiele, um Wertebereiche zu bestimmen. Fügen Sie dem Trainings- oder Validierungsteil welche hinzu.</translation>
    </message>
    <message>
        <source>{runtime} would refuse {layer}: {reason}. Keep it in float or choose another scheme.</source>
        <translation>{runtime} würde {layer} ablehnen: {reason}. Belassen Sie die Schicht in Gleitkomma oder wählen Sie ein anderes Schema.</translation>
    </message>
    <message>
        <source>{runtime} would run {layer} in float: {reason}. That costs speed there, not accuracy.</source>
        <translation>{runtime} würde {layer} in Gleitkomma rechnen: {reason}. Das kostet dort Geschwindigkeit, keine Genauigkeit.</translation>
    </message>
    <message>
        <source>The curves in {path} were measured with channels chosen by {curves}, and are pruned by with channels chosen by {step}. What they say holds where both are the same.</source>
        <translation>Die Kurven in {path} wurden mit Kanälen nach {curves} gemessen, gekürzt wird mit Kanälen nach {step}. Was sie sagen, gilt, wo beides dasselbe ist.</translation>
    </message>
    <message>
        <source>The file has the form that {runtime} takes. It was not run in that runtime, and its figures are ONNX Runtime&apos;s.</source>
        <translation>Die Datei hat die Form, die {runtime} annimmt. Sie lief nicht in dieser Laufzeit; ihre Werte stammen von ONNX Runtime.</translation>
    </message>
    <message>
        <source>{samples} sample says little about all others. Calibrate with at least {needed}, and have as many in the training split.</source>
        <translation>{samples} Beispiel sagt wenig über alle anderen. Kalibrieren Sie mit mindestens {needed} und halten Sie so viele im Trainingsteil bereit.</translation>
    </message>
    <message>
        <source>On these samples, {value} held something that is no number or infinite. Look for the sample or the layer that does it on the Model page; nothing was written.</source>
        <translation>Bei diesen Beispielen enthielt {value} etwas, das keine oder eine unendliche Zahl ist. Suchen Sie auf der Modellseite das Beispiel oder die Schicht, die das verursacht; geschrieben wurde nichts.</translation>
    </message>
    <message>
        <source>What {layers} computes is the same number in all samples, so it says nothing and its range is that number&apos;s alone. If other data would tell more, calibrate with them; else prune it or keep it in float.</source>
        <translation>Was {layers} berechnet, ist in allen Stichproben dieselbe Zahl; es sagt also nichts, und sein Wertebereich ist nur diese Zahl. Würden andere Daten mehr zeigen, kalibrieren Sie damit; sonst beschneiden Sie die Schicht oder lassen Sie sie in Gleitkomma.</translation>
    </message>
    <message>
        <source>The input {value} is the same number in all samples, so no range can be found. Look at the data and their preprocessing.</source>
        <translation>Die Eingabe {value} ist in allen Beispielen dieselbe Zahl, sodass sich kein Wertebereich bestimmen lässt. Prüfen Sie die Daten und ihre Vorverarbeitung.</translation>
    </message>
    <message>
        <source>Quantizing needs opset {needed}, and these operators of the model&apos;s opset {opset} can&apos;t be carried over: {operators}. Export the model again with opset {needed} or later.</source>
        <translation>Quantisieren braucht Opset {needed}, und diese Operatoren aus Opset {opset} des Modells lassen sich nicht übernehmen: {operators}. Exportieren Sie das Modell mit Opset {needed} oder neuer.</translation>
    </message>
    <message>
        <source>{path} has nothing on integers in it, and a file in half precision hasn&apos;t either. Choose a quantized build, and the float one that it was made from.</source>
        <translation>In {path} ist nichts in ganzen Zahlen, und auch in einer Datei halber Genauigkeit nicht. Wählen Sie einen quantisierten Stand und den in Gleitkomma, aus dem er entstand.</translation>
    </message>
    <message>
        <source>The answers part at {layer}, whose signal-to-noise ratio is {snr} dB behind {before} dB. Most of the noise up to there comes from {source} ({alone} dB by itself).</source>
        <translation>Die Antworten gehen bei {layer} auseinander, dessen Signal-Rausch-Abstand {snr} dB ist, hinter {before} dB. Das meiste Rauschen bis dahin kommt von {source} ({alone} dB für sich allein).</translation>
    </message>
    <message>
        <source>The most noise by itself comes from {layer} ({alone} dB, {snr} dB with what came before).</source>
        <translation>Das meiste Rauschen für sich allein kommt von {layer} ({alone} dB, {snr} dB mit dem, was davor kam).</translation>
    </message>
    <message>
        <source>{share} % of the values of {layer} lie outside of its range and are cut off. Calibrate on more samples or by smallest and largest value, or keep it in float.</source>
        <translation>{share} % der Werte von {layer} liegen außerhalb des Wertebereichs und werden abgeschnitten. Kalibrieren Sie mit mehr Beispielen oder nach kleinstem und größtem Wert, oder lassen Sie es in Gleitkomma.</translation>
    </message>
    <message>
        <source>The largest value of {layer} is {ratio} times what 99.9 % of its values stay below, so that they share {used} % of the steps. Choose ranges that leave outliers out.</source>
        <translation>Der größte Wert von {layer} ist das {ratio}-fache dessen, worunter 99,9 % der Werte bleiben, so dass sich diese {used} % der Stufen teilen. Wählen Sie Wertebereiche, die Ausreißer weglassen.</translation>
    </message>
    <message>
        <source>The widest channel of {layer} takes {ratio} times the range of the usual one, so that most channels have few steps. Equalizing layers evens them out.</source>
        <translation>Der weiteste Kanal von {layer} braucht den {ratio}-fachen Bereich des üblichen, so dass den meisten Kanälen wenige Stufen bleiben. Angleichen der Schichten gleicht sie aus.</translation>
    </message>
    <message>
        <source>The weights of {layer} share one scale though their channels differ by a factor of {ratio} ({count} such layers). Quantize with one scale a channel.</source>
        <translation>Die Gewichte von {layer} teilen sich eine Skala, obwohl sich ihre Kanäle um den Faktor {ratio} unterscheiden ({count} solche Schichten). Quantisieren Sie mit einer Skala je Kanal.</translation>
    </message>
    <message>
        <source>With {layers} in float ({count} of its layers) it takes {latency} ms, against {quantized} ms as it is and {float} ms of the float model.</source>
        <translation>Mit {layers} in Gleitkomma ({count} seiner Schichten) braucht es {latency} ms, gegen {quantized} ms wie es ist und {float} ms des Modells in Gleitkomma.</translation>
    </message>
    <message>
        <source>It takes {quantized} ms, the float model {float} ms, and no mix of float and integer layers that was tried here is faster than either. Deploy the float model, or measure on the device itself.</source>
        <translation>Es braucht {quantized} ms, das Modell in Gleitkomma {float} ms, und keine hier versuchte Mischung aus Schichten in Gleitkomma und in ganzen Zahlen ist schneller als beide. Nehmen Sie das Modell in Gleitkomma, oder messen Sie auf dem Gerät selbst.</translation>
    </message>
    <message>
        <source>{count} depthwise convolutions take longer on integers ({quantized} µs) than in float ({float} µs), since they have few products for each value that is moved. Keep them in float: {layers}.</source>
        <translation>{count} kanalweise Faltungen dauern mit ganzen Zahlen länger ({quantized} µs) als in Gleitkomma ({float} µs), weil sie für jeden bewegten Wert wenige Produkte haben. Lassen Sie sie in Gleitkomma: {layers}.</translation>
    </message>
    <message>
        <source>{share} % of the time ({microseconds} µs) goes into bringing values from one form into another. Keep layers on both sides of a change in the same form: {layers}.</source>
        <translation>{share} % der Zeit ({microseconds} µs) gehen dafür hin, Werte aus einer Form in eine andere zu bringen. Lassen Sie Schichten auf beiden Seiten eines Wechsels in derselben Form: {layers}.</translation>
    </message>
    <message>
        <source>This processor ({processor}) has no 8-bit dot products, so integers gain little here. Measure on the device itself.</source>
        <translation>Dieser Prozessor ({processor}) hat keine 8-Bit-Skalarprodukte, so dass ganze Zahlen hier wenig bringen. Messen Sie auf dem Gerät selbst.</translation>
    </message>
    <message>
        <source>Give {layers} other ranges, or keep them in float.</source>
        <translation>Geben Sie {layers} andere Wertebereiche, oder lassen Sie diese Schichten in Gleitkomma.</translation>
    </message>
    <message>
        <source>The layers of a dynamic file can&apos;t be chosen. Calibrated, {layers} can be given other ranges or be kept in float.</source>
        <translation>Die Schichten einer dynamischen Datei lassen sich nicht wählen. Kalibriert können {layers} andere Wertebereiche bekommen oder in Gleitkomma bleiben.</translation>
    </message>
    <message>
        <source>Give the weights smaller blocks, or 8 bits.</source>
        <translation>Geben Sie den Gewichten kleinere Blöcke oder 8 Bit.</translation>
    </message>
    <message>
        <source>What its layers read is put onto a grid anew in every run, and {quantized} ms are what that takes, against {float} ms of the float model. Calibrate it: the ranges are in the file then.</source>
        <translation>Was seine Schichten lesen, wird in jedem Lauf neu auf ein Raster gebracht, und das braucht {quantized} ms, gegen {float} ms des Gleitkomma-Modells. Kalibrieren Sie es: dann stehen die Wertebereiche in der Datei.</translation>
    </message>
    <message>
        <source>ONNX Runtime&apos;s kernels for int8 activations are slower than those for uint8 on this processor. Take unsigned activations.</source>
        <translation>Die Kernel von ONNX Runtime für int8-Aktivierungen sind auf diesem Prozessor langsamer als die für uint8. Nehmen Sie Aktivierungen ohne Vorzeichen.</translation>
    </message>
    <message>
        <source>Only {compared} of {total} layers could be compared, since the other values have other names than in the float model. Choose the float file that the quantizing tool itself read.</source>
        <translation>Nur {compared} von {total} Schichten ließen sich vergleichen, da die übrigen Werte andere Namen haben als im Gleitkomma-Modell. Wählen Sie die Gleitkomma-Datei, die das Quantisierungswerkzeug selbst gelesen hat.</translation>
    </message>
    <message>
        <source>Nothing stands out: no layer&apos;s error, range or time asks for a change.</source>
        <translation>Nichts fällt auf: Fehler, Wertebereich und Zeit keiner Schicht verlangen eine Änderung.</translation>
    </message>
    <message>
        <source>This processor ({processor}) has no 8-bit dot products that add up exactly, so weights were given 7 bits. A device that has them could do slightly better.</source>
        <translation>Dieser Prozessor ({processor}) hat keine exakt addierenden 8-Bit-Skalarprodukte, daher bekamen die Gewichte 7 Bit. Ein Gerät, das sie hat, könnte etwas genauer sein.</translation>
    </message>
    <message>
        <source>{layers} layers have {bits}-bit weights in the file and are computed in float. That makes the file smaller, not the model faster.</source>
        <translation>{layers} Schichten haben Gewichte mit {bits} Bit in der Datei und werden in float gerechnet. Das macht die Datei kleiner, nicht das Modell schneller.</translation>
    </message>
    <message>
        <source>Numbers beyond 65504, the most that half precision holds, keep these in float32: {layers}.</source>
        <translation>Zahlen jenseits von 65504, dem Größten bei halber Genauigkeit, halten diese in float32: {layers}.</translation>
    </message>
    <message>
        <source>{count} weights are too small for half precision and became 0. Compare the accuracy before using the file.</source>
        <translation>{count} Gewichte sind für halbe Genauigkeit zu klein und wurden 0. Vergleichen Sie die Genauigkeit, bevor Sie die Datei verwenden.</translation>
    </message>
    <message>
        <source>Training went astray in epoch {epoch}, batch {batch}: the first value that is no longer a number is {value} of the layer {layer}. Lower the learning rate, or limit the gradients&apos; norm.</source>
        <translation>Das Training ist in Epoche {epoch}, Stapel {batch} entgleist: Der erste Wert, der keine Zahl mehr ist, ist {value} der Schicht {layer}. Senken Sie die Lernrate, oder begrenzen Sie die Norm der Gradienten.</translation>
    </message>
    <message>
        <source>Training went astray in epoch {epoch}, batch {batch}: the first value that is no longer a number is {value} of the layer {layer}. It stopped there; the weights of epoch {kept} are kept.</source>
        <translation>Das Training ist in Epoche {epoch}, Stapel {batch} entgleist: Der erste Wert, der keine Zahl mehr ist, ist {value} der Schicht {layer}. Es hat dort angehalten; die Gewichte der Epoche {kept} bleiben.</translation>
    </message>
    <message>
        <source>Went on from the checkpoint of an earlier run that was interrupted, behind epoch {epochs}.</source>
        <translation>Fortgesetzt vom Zwischenstand eines früheren, unterbrochenen Laufs, nach Epoche {epochs}.</translation>
    </message>
    <message>
        <source>This processor ({processor}) has no bf16 arithmetic, so training ran in float32.</source>
        <translation>Dieser Prozessor ({processor}) rechnet nicht in bf16, daher lief das Training in float32.</translation>
    </message>
    <message>
        <source>This LibTorch ({version}) has no CUDA. Train on the processor, or build Hone with a LibTorch that has it.</source>
        <translation>Dieses LibTorch ({version}) hat kein CUDA. Trainieren Sie auf dem Prozessor, oder bauen Sie Hone mit einem LibTorch, das es hat.</translation>
    </message>
    <message>
        <source>LibTorch {version} has CUDA, but finds no graphics processor. Look at its driver, or train on the processor.</source>
        <translation>LibTorch {version} hat CUDA, findet aber keinen Grafikprozessor. Prüfen Sie dessen Treiber, oder trainieren Sie auf dem Prozessor.</translation>
    </message>
    <message>
        <source>The frozen body ran once over each of {passes} augmented passes, and the epochs take turns with what it gave.</source>
        <translation>Der eingefrorene Rumpf lief einmal über jeden von {passes} augmentierten Durchgängen; die Epochen wechseln sich mit seinen Ergebnissen ab.</translation>
    </message>
    <message>
        <source>What the frozen body gives would take {megabytes} MB, so it ran anew in every epoch.</source>
        <translation>Die Ergebnisse des eingefrorenen Rumpfs bräuchten {megabytes} MB, daher lief er in jeder Epoche neu.</translation>
    </message>
    <message>
        <source>MixUp and CutMix mix pictures, so the frozen body ran anew in every epoch.</source>
        <translation>MixUp und CutMix mischen Bilder, daher lief der eingefrorene Rumpf in jeder Epoche neu.</translation>
    </message>
    <message>
        <source>This version of Hone has no step “{step}”. Update Hone, or remove the step.</source>
        <translation>Diese Fassung von Hone kennt den Schritt „{step}“ nicht. Aktualisieren Sie Hone oder entfernen Sie den Schritt.</translation>
    </message>
    <message>
        <source>{path}, line {line}: {detail}. Correct the recipe and try again.</source>
        <translation>{path}, Zeile {line}: {detail}. Berichtigen Sie das Rezept und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>There is no architecture “{name}”. Choose one of {known}.</source>
        <translation>Die Architektur „{name}“ gibt es nicht. Wählen Sie eine von {known}.</translation>
    </message>
    <message>
        <source>There is no Hone project in {path}. Choose another folder, or make a new project there.</source>
        <translation>In {path} liegt kein Hone-Projekt. Wählen Sie einen anderen Ordner oder legen Sie dort ein neues an.</translation>
    </message>
    <message>
        <source>{path} holds a project already. Open it, or choose an empty folder.</source>
        <translation>In {path} liegt schon ein Projekt. Öffnen Sie es oder wählen Sie einen leeren Ordner.</translation>
    </message>
    <message>
        <source>The project in {path} is damaged: {detail}. Take project.json from a backup.</source>
        <translation>Das Projekt in {path} ist beschädigt: {detail}. Nehmen Sie project.json aus einer Sicherung.</translation>
    </message>
    <message>
        <source>The project in {path} was written by a newer Hone (form {schema}; this one knows {known}). Update Hone.</source>
        <translation>Das Projekt in {path} stammt von einem neueren Hone (Form {schema}; dieses kennt {known}). Aktualisieren Sie Hone.</translation>
    </message>
    <message>
        <source>Another Hone is writing to {path}. Wait a moment and try again.</source>
        <translation>Ein anderes Hone schreibt gerade in {path}. Warten Sie einen Moment und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>There is no build “{build}”. There are: {available}.</source>
        <translation>Den Stand „{build}“ gibt es nicht. Es gibt: {available}.</translation>
    </message>
    <message>
        <source>The build “{build}” is damaged and left out: {detail}. Make it again from its recipe.</source>
        <translation>Der Stand „{build}“ ist beschädigt und wird ausgelassen: {detail}. Erzeugen Sie ihn aus seinem Rezept neu.</translation>
    </message>
    <message>
        <source>“{address}” is not an address. Write user@host or user@host:port.</source>
        <translation>„{address}“ ist keine Adresse. Schreiben Sie benutzer@rechner oder benutzer@rechner:port.</translation>
    </message>
    <message>
        <source>{host} can&apos;t be reached on port {port}: {reason}. Is it switched on and in this network?</source>
        <translation>{host} ist über Port {port} nicht erreichbar: {reason}. Ist das Gerät eingeschaltet und in diesem Netz?</translation>
    </message>
    <message>
        <source>{host} doesn&apos;t let {user} in; it accepts {methods}. Choose another key, or put yours on the device.</source>
        <translation>{host} lässt {user} nicht herein; erlaubt ist {methods}. Wählen Sie einen anderen Schlüssel oder bringen Sie Ihren auf das Gerät.</translation>
    </message>
    <message>
        <source>The key {path} can&apos;t be used: {reason}. Choose another key file.</source>
        <translation>Der Schlüssel {path} ist nicht zu gebrauchen: {reason}. Wählen Sie eine andere Schlüsseldatei.</translation>
    </message>
    <message>
        <source>{host} is not known yet. Its key is {fingerprint}: compare it with the device&apos;s, then accept it.</source>
        <translation>{host} ist noch nicht bekannt. Der Schlüssel ist {fingerprint}: vergleichen Sie ihn mit dem des Geräts und nehmen Sie ihn dann an.</translation>
    </message>
    <message>
        <source>{host} shows another key than before ({fingerprint}). If the device was set up anew, remove its line from {knownHosts}; if not, don&apos;t connect.</source>
        <translation>{host} zeigt einen anderen Schlüssel als bisher ({fingerprint}). Wurde das Gerät neu eingerichtet, entfernen Sie seine Zeile aus {knownHosts}; wenn nicht, verbinden Sie sich nicht.</translation>
    </message>
    <message>
        <source>{host} shows the key {fingerprint}, not {accepted}, which was accepted. Check the address and the device.</source>
        <translation>{host} zeigt den Schlüssel {fingerprint}, nicht den angenommenen {accepted}. Prüfen Sie Adresse und Gerät.</translation>
    </message>
    <message>
        <source>{holder} is deploying to {host} right now. Wait until that has ended and try again.</source>
        <translation>{holder} bringt gerade etwas auf {host}. Warten Sie, bis das beendet ist, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The connection to {host} broke off while {during}. The device still runs what it ran; try again.</source>
        <translation>Die Verbindung zu {host} brach ab ({during}). Auf dem Gerät läuft weiter, was lief; versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>{host} has too little room in {path}: {neededBytes} bytes needed, {freeBytes} free. Delete something there.</source>
        <translation>{host} hat in {path} zu wenig Platz: {neededBytes} Byte nötig, {freeBytes} frei. Löschen Sie dort etwas.</translation>
    </message>
    <message>
        <source>{host} is a {architecture} with {os}, for which Hone has no runner. Use a 64-bit Linux device.</source>
        <translation>{host} ist ein {architecture} mit {os}; dafür hat Hone keinen Runner. Nehmen Sie ein 64-Bit-Linux-Gerät.</translation>
    </message>
    <message>
        <source>“{command}” failed on {host}: {detail}. The device still runs what it ran.</source>
        <translation>„{command}“ ist auf {host} fehlgeschlagen: {detail}. Auf dem Gerät läuft weiter, was lief.</translation>
    </message>
    <message>
        <source>{file} arrived at {host} with other contents than it was sent with. The device still runs what it ran; try again.</source>
        <translation>{file} kam mit anderem Inhalt auf {host} an, als gesendet wurde. Auf dem Gerät läuft weiter, was lief; versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The model doesn&apos;t run on {host}: {detail}. The device still runs what it ran.</source>
        <translation>Das Modell läuft auf {host} nicht: {detail}. Auf dem Gerät läuft weiter, was lief.</translation>
    </message>
    <message>
        <source>Hone&apos;s runner for {architecture} is not at {path}. Build or install it for that architecture.</source>
        <translation>Hones Runner für {architecture} fehlt in {path}. Bauen oder installieren Sie ihn für diese Architektur.</translation>
    </message>
    <message>
        <source>The sample&apos;s own SSH server can&apos;t start: {detail}. Install openssh-server.</source>
        <translation>Der eigene SSH-Server des Beispiels startet nicht: {detail}. Installieren Sie openssh-server.</translation>
    </message>
    <message>
        <source>Nodes that only compute constants became constants ({count}).</source>
        <translation>Knoten, die nur Konstanten berechnen, wurden zu Konstanten ({count}).</translation>
    </message>
    <message>
        <source>Nodes that do nothing were left out ({count}).</source>
        <translation>Knoten, die nichts tun, wurden weggelassen ({count}).</translation>
    </message>
    <message>
        <source>Batch normalizations were folded into the layers before them ({count}).</source>
        <translation>Batch-Normalisierungen wurden in die Schichten davor gefaltet ({count}).</translation>
    </message>
    <message>
        <source>Batch normalization was put behind layers for training ({count}) and folded into them again afterwards.</source>
        <translation>Für das Training wurden Batch-Normalisierungen hinter Schichten gesetzt ({count}) und danach wieder in sie gefaltet.</translation>
    </message>
    <message>
        <source>Nodes and weights that nothing reads were left out ({count}).</source>
        <translation>Knoten und Gewichte, die nichts liest, wurden weggelassen ({count}).</translation>
    </message>
    <message>
        <source>The model took batches of {batch} only, it now takes any.</source>
        <translation>Das Modell nahm nur Batches von {batch}, jetzt nimmt es beliebige.</translation>
    </message>
    <message>
        <source>The model takes batches of {batch} only, as before: {detail}.</source>
        <translation>Das Modell nimmt weiterhin nur Batches von {batch}: {detail}.</translation>
    </message>
    <message>
        <source>At the output {output}, training and ONNX Runtime differ by {difference} of the largest value, more than {limit}. Evaluate and quantize the model, but don&apos;t train it here, and please report it.</source>
        <translation>Am Ausgang {output} weichen Training und ONNX Runtime um {difference} des größten Werts voneinander ab, mehr als {limit}. Bewerten und quantisieren Sie das Modell, aber trainieren Sie es hier nicht, und melden Sie es bitte.</translation>
    </message>
    <message>
        <source>Whatever this model is given, its outputs hold no finite number, so that nothing can show that pruning leaves them alone. Export it anew: some of its weights must be no numbers.</source>
        <translation>Was immer dieses Modell bekommt, seine Ausgaben enthalten keine endliche Zahl; so lässt sich nicht zeigen, dass das Beschneiden sie unverändert lässt. Exportieren Sie es neu: einige seiner Gewichte sind wohl keine Zahlen.</translation>
    </message>
    <message>
        <source>Going backward through the model gives no finite gradient for {parameters}. Evaluate it, prune it without fine-tuning, and quantize it.</source>
        <translation>Rückwärts durch das Modell ergibt sich für {parameters} kein endlicher Gradient. Bewerten Sie es, beschneiden Sie es ohne Nachtraining, und quantisieren Sie es.</translation>
    </message>
</context>
<context>
    <name>Tables</name>
    <message numerus="yes">
        <source>%n layer(s)</source>
        <translation>
            <numerusform>%n Schicht</numerusform>
            <numerusform>%n Schichten</numerusform>
        </translation>
    </message>
    <message>
        <source>image folder</source>
        <translation>Bilderordner</translation>
    </message>
    <message>
        <source>IDX files</source>
        <translation>IDX-Dateien</translation>
    </message>
    <message>
        <source>CIFAR binary files</source>
        <translation>CIFAR-Binärdateien</translation>
    </message>
    <message>
        <source>folder of WAV files</source>
        <translation>Ordner mit WAV-Dateien</translation>
    </message>
    <message>
        <source>sensor recordings</source>
        <translation>Sensoraufzeichnungen</translation>
    </message>
    <message>
        <source>NumPy arrays</source>
        <translation>NumPy-Arrays</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>Validierung</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Test</translation>
    </message>
    <message>
        <source>the model’s output</source>
        <translation>die Ausgabe des Modells</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Operator</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgabe</translation>
    </message>
    <message>
        <source>Shape of the layer&apos;s first output; N is the batch</source>
        <translation>Form der ersten Ausgabe der Schicht; N ist der Stapel</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>Bit</translation>
    </message>
    <message>
        <source>Bits of a weight</source>
        <translation>Bit je Gewicht</translation>
    </message>
    <message>
        <source>%1 bit</source>
        <translation>%1 Bit</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>MMACs</source>
        <translation>MMACs</translation>
    </message>
    <message>
        <source>Million multiply-accumulates for one picture</source>
        <translation>Millionen Multiplikationen mit Addition je Bild</translation>
    </message>
    <message>
        <source>MACs, %</source>
        <translation>MACs, %</translation>
    </message>
    <message>
        <source>Share of the model&apos;s multiply-accumulates</source>
        <translation>Anteil an den Multiplikationen mit Addition des Modells</translation>
    </message>
    <message>
        <source>Coupled channels</source>
        <translation>Gekoppelte Kanäle</translation>
    </message>
    <message>
        <source>Channels that can only leave together, named by their first layer</source>
        <translation>Kanäle, die nur gemeinsam entfallen können, nach ihrer ersten Schicht benannt</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Bleibt</translation>
    </message>
    <message>
        <source>Share of the channels that stays</source>
        <translation>Anteil der Kanäle, der bleibt</translation>
    </message>
    <message>
        <source>locked: %1</source>
        <translation>gesperrt: %1</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>Stand</translation>
    </message>
    <message>
        <source>File, kB</source>
        <translation>Datei, kB</translation>
    </message>
    <message>
        <source>Peak memory, kB</source>
        <translation>Speicherspitze, kB</translation>
    </message>
    <message>
        <source>The most that layers&apos; outputs take at one time, for one picture</source>
        <translation>Das meiste, was Ausgaben der Schichten gleichzeitig belegen, je Bild</translation>
    </message>
    <message>
        <source>Here, ms</source>
        <translation>Hier, ms</translation>
    </message>
    <message>
        <source>Median latency at batch 1 on this computer, one thread</source>
        <translation>Median der Latenz bei Stapel 1 auf diesem Rechner, ein Thread</translation>
    </message>
    <message>
        <source>quantized; prune before</source>
        <translation>quantisiert; davor beschneiden</translation>
    </message>
</context>
<context>
    <name>hone::studio::Banner</name>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>hone::studio::BuildInspector</name>
    <message>
        <source>Build</source>
        <translation>Stand</translation>
    </message>
    <message>
        <source>How it was made</source>
        <translation>Wie er entstand</translation>
    </message>
    <message>
        <source>Notices</source>
        <translation>Hinweise</translation>
    </message>
    <message>
        <source>Nothing selected</source>
        <translation>Nichts ausgewählt</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>MMACs</source>
        <translation>MMACs</translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation>Speicherspitze</translation>
    </message>
    <message>
        <source>Latency here</source>
        <translation>Latenz hier</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Dauerte</translation>
    </message>
    <message>
        <source>95 % within</source>
        <translation>95 % innerhalb</translation>
    </message>
    <message>
        <source>Compressed</source>
        <translation>Komprimiert</translation>
    </message>
    <message>
        <source>What it did</source>
        <translation>Was er bewirkte</translation>
    </message>
</context>
<context>
    <name>hone::studio::BuildTreeModel</name>
    <message>
        <source>new</source>
        <translation>neu</translation>
    </message>
    <message>
        <source>in the making</source>
        <translation>entsteht gerade</translation>
    </message>
    <message>
        <source>worth deploying: the smallest that is nearly as good as the best</source>
        <translation>lohnt sich: der kleinste, der fast so gut wie der beste ist</translation>
    </message>
</context>
<context>
    <name>hone::studio::BuildsPanel</name>
    <message>
        <source>Builds appear here: a model, and everything made from it.</source>
        <translation>Hier erscheinen Stände: ein Modell und alles, was daraus entsteht.</translation>
    </message>
    <message>
        <source>BUILDS</source>
        <translation>STÄNDE</translation>
    </message>
    <message>
        <source>Add a model (Ctrl+I)</source>
        <translation>Modell hinzufügen (Strg+I)</translation>
    </message>
    <message>
        <source>Add a model</source>
        <translation>Modell hinzufügen</translation>
    </message>
    <message>
        <source>Builds</source>
        <translation>Stände</translation>
    </message>
    <message>
        <source>Copy name</source>
        <translation>Namen kopieren</translation>
    </message>
    <message>
        <source>Copy path of the model</source>
        <translation>Pfad des Modells kopieren</translation>
    </message>
    <message>
        <source>Open its folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Delete with what was made from it</source>
        <translation>Löschen, samt dem, was daraus entstand</translation>
    </message>
</context>
<context>
    <name>hone::studio::ComparePage</name>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>Deploy best</source>
        <translation>Besten ausliefern</translation>
    </message>
    <message>
        <source>File size</source>
        <translation>Dateigröße</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MACs</translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation>Speicherspitze</translation>
    </message>
    <message>
        <source>Latency here</source>
        <translation>Latenz hier</translation>
    </message>
    <message>
        <source>Cost on the horizontal axis</source>
        <translation>Kosten auf der waagerechten Achse</translation>
    </message>
    <message>
        <source>Measures every build, on the test split too, and writes report.html into the project</source>
        <translation>Misst jeden Stand, auch auf dem Testteil, und schreibt report.html ins Projekt</translation>
    </message>
    <message>
        <source>Drag a limit from an axis to set a budget; what misses it turns grey.</source>
        <translation>Ziehen Sie von einer Achse eine Grenze; was sie verfehlt, wird grau.</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>Bild kopieren</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>Tabelle kopieren</translation>
    </message>
    <message>
        <source>Shows what every build costs and earns.</source>
        <translation>Zeigt, was jeder Stand kostet und bringt.</translation>
    </message>
    <message>
        <source>Add a model…</source>
        <translation>Modell hinzufügen …</translation>
    </message>
    <message>
        <source>Selected</source>
        <translation>Ausgewählt</translation>
    </message>
    <message>
        <source>What each step did</source>
        <translation>Was jeder Schritt bewirkte</translation>
    </message>
    <message>
        <source>Made by</source>
        <translation>Entstanden durch</translation>
    </message>
    <message>
        <source>Copy recipe</source>
        <translation>Rezept kopieren</translation>
    </message>
    <message>
        <source>As YAML, for “hone run”</source>
        <translation>Als YAML, für „hone run“</translation>
    </message>
    <message>
        <source>Writing the recipe</source>
        <translation>Schreibe das Rezept</translation>
    </message>
    <message>
        <source>The recipe is on the clipboard.</source>
        <translation>Das Rezept ist in der Zwischenablage.</translation>
    </message>
    <message>
        <source>A report needs data: choose some on the Data page.</source>
        <translation>Ein Bericht braucht Daten: wählen Sie welche auf der Seite „Daten“.</translation>
    </message>
    <message>
        <source>No build was measured yet: choose data on the Data page.</source>
        <translation>Noch kein Stand wurde gemessen: wählen Sie Daten auf der Seite „Daten“.</translation>
    </message>
    <message>
        <source>Nothing selected</source>
        <translation>Nichts ausgewählt</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>MMACs</source>
        <translation>MMACs</translation>
    </message>
    <message>
        <source>same size</source>
        <translation>gleich groß</translation>
    </message>
    <message>
        <source>%1× larger</source>
        <translation>%1-mal größer</translation>
    </message>
    <message>
        <source>%1× smaller</source>
        <translation>%1-mal kleiner</translation>
    </message>
    <message>
        <source>Against original</source>
        <translation>Gegen das Original</translation>
    </message>
    <message>
        <source>Measuring all builds for the report</source>
        <translation>Messe alle Stände für den Bericht</translation>
    </message>
    <message>
        <source>The report is in %1.</source>
        <translation>Der Bericht liegt in %1.</translation>
    </message>
    <message>
        <source>%1 on validation against</source>
        <translation>%1 (Validierung) gegen</translation>
    </message>
    <message>
        <source>%1, validation</source>
        <translation>%1, Validierung</translation>
    </message>
    <message>
        <source>%1, test</source>
        <translation>%1, Test</translation>
    </message>
    <message>
        <source>Takes the smallest build that is nearly as good as the best to the Devices page (Ctrl+Return)</source>
        <translation>Bringt den kleinsten Stand, der fast so gut wie der beste ist, auf die Geräteseite (Strg+Eingabe)</translation>
    </message>
    <message>
        <source>Builds by what they are worth and cost, one point each</source>
        <translation>Stände nach Wert und Kosten, je ein Punkt</translation>
    </message>
</context>
<context>
    <name>hone::studio::DataPage</name>
    <message>
        <source>Data</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Choose data…</source>
        <translation>Daten wählen …</translation>
    </message>
    <message>
        <source>A folder of pictures, WAV files or sensor recordings with one folder a class, or of IDX, CIFAR binary, CSV or NPZ files</source>
        <translation>Ein Ordner mit Bildern, WAV-Dateien oder Sensoraufzeichnungen mit einem Unterordner je Klasse, oder mit IDX-, CIFAR-Binär-, CSV- oder NPZ-Dateien</translation>
    </message>
    <message>
        <source>Some of the pictures</source>
        <translation>Einige der Bilder</translation>
    </message>
    <message>
        <source>Labelled pictures to train, choose and measure with. They stay on this computer.</source>
        <translation>Benannte Bilder zum Trainieren, Auswählen und Messen. Sie bleiben auf diesem Rechner.</translation>
    </message>
    <message>
        <source>Choose the folder with your data</source>
        <translation>Ordner mit Ihren Daten wählen</translation>
    </message>
    <message>
        <source>Reading the data</source>
        <translation>Lese die Daten</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>Klassen</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>weights and ranges</source>
        <translation>Gewichte und Bereiche</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>Validierung</translation>
    </message>
    <message>
        <source>every choice</source>
        <translation>jede Entscheidung</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Test</translation>
    </message>
    <message>
        <source>reports only</source>
        <translation>nur Berichte</translation>
    </message>
    <message>
        <source>First picture</source>
        <translation>Erstes Bild</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>Pixel</translation>
    </message>
    <message numerus="yes">
        <source>%n of the pictures looked at can&apos;t be read: %1.</source>
        <translation>
            <numerusform>%n der angesehenen Bilder ist nicht lesbar: %1.</numerusform>
            <numerusform>%n der angesehenen Bilder sind nicht lesbar: %1.</numerusform>
        </translation>
    </message>
    <message>
        <source>There is no validation split, so nothing can be chosen by accuracy.</source>
        <translation>Es gibt keinen Validierungsteil, daher lässt sich nichts nach Genauigkeit wählen.</translation>
    </message>
    <message>
        <source>There is no train split, so fine-tuning is not possible.</source>
        <translation>Es gibt keinen Trainingsteil, daher ist kein Nachtraining möglich.</translation>
    </message>
</context>
<context>
    <name>hone::studio::DevicesPage</name>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Add device</source>
        <translation>Gerät hinzufügen</translation>
    </message>
    <message>
        <source>Deploy</source>
        <translation>Ausliefern</translation>
    </message>
    <message>
        <source>Sends the selected build to this device, checks it there and measures it (Ctrl+Return)</source>
        <translation>Schickt den gewählten Stand auf dieses Gerät, prüft und misst ihn dort (Strg+Eingabe)</translation>
    </message>
    <message>
        <source>The computers that your models are for, reached over SSH.</source>
        <translation>Die Rechner, für die Ihre Modelle sind, über SSH erreicht.</translation>
    </message>
    <message>
        <source>Add a device</source>
        <translation>Gerät hinzufügen</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>pi-hall-3</source>
        <translation>pi-halle-3</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>user@host:port</source>
        <translation>benutzer@rechner:port</translation>
    </message>
    <message>
        <source>Key file</source>
        <translation>Schlüsseldatei</translation>
    </message>
    <message>
        <source>the agent, then ~/.ssh</source>
        <translation>der Agent, dann ~/.ssh</translation>
    </message>
    <message>
        <source>Known hosts</source>
        <translation>Bekannte Rechner</translation>
    </message>
    <message>
        <source>Choose a key file</source>
        <translation>Schlüsseldatei wählen</translation>
    </message>
    <message>
        <source>Choose a private key</source>
        <translation>Privaten Schlüssel wählen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Last deployed</source>
        <translation>Zuletzt ausgeliefert</translation>
    </message>
    <message>
        <source>Write an address first.</source>
        <translation>Schreiben Sie zuerst eine Adresse.</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>Nichts wurde geändert.</translation>
    </message>
    <message>
        <source>Deploy %1</source>
        <translation>%1 ausliefern</translation>
    </message>
    <message>
        <source>Select a build first.</source>
        <translation>Wählen Sie zuerst einen Stand.</translation>
    </message>
    <message>
        <source>Add a device first.</source>
        <translation>Fügen Sie zuerst ein Gerät hinzu.</translation>
    </message>
    <message>
        <source>Save the device first.</source>
        <translation>Speichern Sie zuerst das Gerät.</translation>
    </message>
    <message>
        <source>There is no device to remove.</source>
        <translation>Es gibt kein Gerät zu entfernen.</translation>
    </message>
    <message>
        <source>for %1</source>
        <translation>für %1</translation>
    </message>
    <message>
        <source>new device</source>
        <translation>neues Gerät</translation>
    </message>
    <message>
        <source>Deploying %1 to %2</source>
        <translation>Liefere %1 auf %2 aus</translation>
    </message>
    <message>
        <source>%1 runs on %2 now.</source>
        <translation>%1 läuft jetzt auf %2.</translation>
    </message>
    <message>
        <source>Is this %1?</source>
        <translation>Ist das %1?</translation>
    </message>
    <message>
        <source>This computer has never connected to it. Compare the fingerprint with the one that the device shows (“ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub” there).</source>
        <translation>Dieser Rechner war noch nie damit verbunden. Vergleichen Sie den Fingerabdruck mit dem, den das Gerät zeigt (dort „ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub“).</translation>
    </message>
    <message>
        <source>Yes, trust it</source>
        <translation>Ja, vertrauen</translation>
    </message>
    <message>
        <source>The device asks</source>
        <translation>Das Gerät fragt</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>No device</source>
        <translation>Kein Gerät</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Prozessor</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>Architektur</translation>
    </message>
    <message>
        <source>Cores</source>
        <translation>Kerne</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>%1 MB</source>
        <translation>%1 MB</translation>
    </message>
    <message>
        <source>System</source>
        <translation>System</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>Stand</translation>
    </message>
    <message>
        <source>Latency there</source>
        <translation>Latenz dort</translation>
    </message>
    <message>
        <source>95 % within</source>
        <translation>95 % innerhalb</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Gesendet</translation>
    </message>
    <message>
        <source>Files checked there</source>
        <translation>Dateien dort geprüft</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>no</source>
        <translation>nein</translation>
    </message>
    <message>
        <source>Accuracy there, test</source>
        <translation>Genauigkeit dort, Test</translation>
    </message>
    <message>
        <source>Same answers as here</source>
        <translation>Gleiche Antworten wie hier</translation>
    </message>
    <message>
        <source>“%1” was removed.</source>
        <translation>„%1“ wurde entfernt.</translation>
    </message>
</context>
<context>
    <name>hone::studio::GraphView</name>
    <message>
        <source>Model graph</source>
        <translation>Modellgraph</translation>
    </message>
</context>
<context>
    <name>hone::studio::ImportanceBars</name>
    <message>
        <source>Importance by channel: %1 of %2 channels stay</source>
        <translation>Wichtigkeit je Kanal: %1 von %2 Kanälen bleiben</translation>
    </message>
</context>
<context>
    <name>hone::studio::JobsBar</name>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stoppen</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Holds the job where it is</source>
        <translation>Hält den Auftrag an, wo er ist</translation>
    </message>
    <message>
        <source>Ends the job; the project stays as it was (Ctrl+.)</source>
        <translation>Beendet den Auftrag; das Projekt bleibt, wie es war (Strg+.)</translation>
    </message>
    <message>
        <source>All jobs (Ctrl+J)</source>
        <translation>Alle Aufträge (Strg+J)</translation>
    </message>
    <message numerus="yes">
        <source>%n queued</source>
        <translation>
            <numerusform>%n wartet</numerusform>
            <numerusform>%n warten</numerusform>
        </translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>Aufträge</translation>
    </message>
    <message>
        <source>Nothing is running.</source>
        <translation>Es läuft nichts.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
</context>
<context>
    <name>hone::studio::JobsPanel</name>
    <message>
        <source>JOBS</source>
        <translation>AUFTRÄGE</translation>
    </message>
    <message>
        <source>Stop all</source>
        <translation>Alle stoppen</translation>
    </message>
    <message>
        <source>Clear ended</source>
        <translation>Beendete entfernen</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>Aufträge</translation>
    </message>
    <message>
        <source>Copy text</source>
        <translation>Text kopieren</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stoppen</translation>
    </message>
</context>
<context>
    <name>hone::studio::MainWindow</name>
    <message>
        <source>“%1” was deleted.</source>
        <translation>„%1“ wurde gelöscht.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Projects and settings (F10)</source>
        <translation>Projekte und Einstellungen (F10)</translation>
    </message>
    <message>
        <source>New project</source>
        <translation>Neues Projekt</translation>
    </message>
    <message>
        <source>Open project…</source>
        <translation>Projekt öffnen …</translation>
    </message>
    <message>
        <source>Add a model…</source>
        <translation>Modell hinzufügen …</translation>
    </message>
    <message>
        <source>Close project</source>
        <translation>Projekt schließen</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Open or make a project first.</source>
        <translation>Öffnen oder erstellen Sie zuerst ein Projekt.</translation>
    </message>
    <message>
        <source>Build: %1</source>
        <translation>Stand: %1</translation>
    </message>
    <message>
        <source>Page: %1</source>
        <translation>Seite: %1</translation>
    </message>
    <message>
        <source>Action: %1</source>
        <translation>Aktion: %1</translation>
    </message>
    <message>
        <source>Layer: %1</source>
        <translation>Schicht: %1</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Modell wählen</translation>
    </message>
    <message>
        <source>ONNX models (*.onnx)</source>
        <translation>ONNX-Modelle (*.onnx)</translation>
    </message>
</context>
<context>
    <name>hone::studio::Rail</name>
    <message>
        <source>Data</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Slim</source>
        <translation>Kürzen</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
</context>
<context>
    <name>hone::studio::SearchBox</name>
    <message>
        <source>Search builds, layers, actions</source>
        <translation>Stände, Schichten, Aktionen suchen</translation>
    </message>
    <message>
        <source>Ctrl K</source>
        <translation>Strg K</translation>
    </message>
</context>
<context>
    <name>hone::studio::ModelPage</name>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Slim it</source>
        <translation>Kürzen</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>Tabelle kopieren</translation>
    </message>
    <message>
        <source>The model&apos;s graph</source>
        <translation>Der Graph des Modells</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Attributes</source>
        <translation>Attribute</translation>
    </message>
    <message>
        <source>The layers of a build and what each of them costs.</source>
        <translation>Die Schichten eines Standes und was jede kostet.</translation>
    </message>
    <message>
        <source>Add a model…</source>
        <translation>Modell hinzufügen …</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>MMACs</source>
        <translation>MMACs</translation>
    </message>
    <message>
        <source>at least</source>
        <translation>mindestens</translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation>Speicherspitze</translation>
    </message>
    <message>
        <source>Opset</source>
        <translation>Opset</translation>
    </message>
    <message>
        <source>Drawing the graph</source>
        <translation>Zeichne den Graphen</translation>
    </message>
    <message>
        <source>No layer</source>
        <translation>Keine Schicht</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Operator</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgabe</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>%1 bit</source>
        <translation>%1 Bit</translation>
    </message>
    <message>
        <source>Output memory</source>
        <translation>Speicher der Ausgabe</translation>
    </message>
</context>
<context>
    <name>hone::studio::QuestionCard</name>
    <message>
        <source>Keep it in this computer&apos;s keyring</source>
        <translation>Im Schlüsselbund dieses Rechners behalten</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Password or passphrase</source>
        <translation>Passwort oder Passphrase</translation>
    </message>
</context>
<context>
    <name>hone::studio::ScatterPlot</name>
    <message>
        <source>≤ %1 %2</source>
        <translation>≤ %1 %2</translation>
    </message>
    <message>
        <source>≥ %1 %2</source>
        <translation>≥ %1 %2</translation>
    </message>
    <message>
        <source>%1
%2%3 %4 (%5 to %6)
%7 %8</source>
        <translation>%1
%2%3 %4 (%5 bis %6)
%7 %8</translation>
    </message>
    <message>
        <source>The table below holds the same figures.</source>
        <translation>Die Tabelle darunter enthält dieselben Zahlen.</translation>
    </message>
    <message>
        <source>Builds by what they are worth and cost, one point each</source>
        <translation>Stände nach Wert und Kosten, je ein Punkt</translation>
    </message>
</context>
<context>
    <name>hone::studio::SensitivityPlot</name>
    <message>
        <source>channels of the group that go, %</source>
        <translation>Kanäle der Gruppe, die wegfallen, %</translation>
    </message>
    <message>
        <source>%1
%2 of %3 channels stay: %4</source>
        <translation>%1
%2 von %3 Kanälen bleiben: %4</translation>
    </message>
    <message>
        <source>What each group loses alone, by the share of its channels that goes</source>
        <translation>Was jede Gruppe allein verliert, nach dem Anteil ihrer Kanäle, der wegfällt</translation>
    </message>
</context>
<context>
    <name>hone::studio::SensitivityCard</name>
    <message>
        <source>Measure sensitivity</source>
        <translation>Empfindlichkeit messen</translation>
    </message>
    <message>
        <source>Copy plot</source>
        <translation>Kurven kopieren</translation>
    </message>
    <message>
        <source>Prunes each group alone, at nine ratios, and measures the model each time</source>
        <translation>Beschneidet jede Gruppe für sich, mit neun Anteilen, und misst das Modell jedes Mal</translation>
    </message>
    <message>
        <source>What each group costs alone</source>
        <translation>Was jede Gruppe für sich kostet</translation>
    </message>
    <message>
        <source>Reading curves of sensitivity</source>
        <translation>Empfindlichkeitskurven werden gelesen</translation>
    </message>
    <message>
        <source>Measuring the sensitivity of %1</source>
        <translation>Empfindlichkeit messen: %1</translation>
    </message>
    <message>
        <source>It is being measured.</source>
        <translation>Sie wird gerade gemessen.</translation>
    </message>
    <message>
        <source>%1 samples of training, channels chosen by %2</source>
        <translation>%1 Beispiele des Trainings, Kanäle gewählt nach: %2</translation>
    </message>
    <message>
        <source>%1 samples of validation, channels chosen by %2</source>
        <translation>%1 Beispiele der Validierung, Kanäle gewählt nach: %2</translation>
    </message>
    <message>
        <source>Shows which groups bear pruning and which don&apos;t, measured on validation samples.</source>
        <translation>Zeigt, gemessen an Validierungsbeispielen, welche Gruppen das Beschneiden vertragen und welche nicht.</translation>
    </message>
</context>
<context>
    <name>hone::studio::SlimPage</name>
    <message>
        <source>where it costs least</source>
        <translation>wo es am wenigsten kostet</translation>
    </message>
    <message>
        <source>What costs least is measured on data: choose some on the Data page.</source>
        <translation>Was am wenigsten kostet, wird an Daten gemessen: Wählen Sie welche auf der Seite „Daten“.</translation>
    </message>
    <message>
        <source>Sensitivity is measured on data: choose some on the Data page.</source>
        <translation>Die Empfindlichkeit wird an Daten gemessen: Wählen Sie welche auf der Seite „Daten“.</translation>
    </message>
    <message>
        <source>Build it measures the sensitivity for this importance first; until then the plan is rougher.</source>
        <translation>„Erzeugen“ misst zuerst die Empfindlichkeit für diese Wichtigkeit; bis dahin ist der Plan gröber.</translation>
    </message>
    <message>
        <source>Slim</source>
        <translation>Kürzen</translation>
    </message>
    <message>
        <source>Build it</source>
        <translation>Erzeugen</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>Als Befehl kopieren</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>Tabelle kopieren</translation>
    </message>
    <message>
        <source>Prunes the selected build, fine-tunes and measures it (Ctrl+Return)</source>
        <translation>Beschneidet den gewählten Stand, trainiert nach und misst (Strg+Eingabe)</translation>
    </message>
    <message>
        <source>Makes a model smaller and shows what that costs.</source>
        <translation>Macht ein Modell kleiner und zeigt, was das kostet.</translation>
    </message>
    <message>
        <source>Add a model…</source>
        <translation>Modell hinzufügen …</translation>
    </message>
    <message>
        <source>in every group</source>
        <translation>in jeder Gruppe</translation>
    </message>
    <message>
        <source>over all groups</source>
        <translation>über alle Gruppen</translation>
    </message>
    <message>
        <source>Where the share is taken</source>
        <translation>Worauf sich der Anteil bezieht</translation>
    </message>
    <message>
        <source>Epochs of fine-tuning afterwards</source>
        <translation>Epochen Nachtraining danach</translation>
    </message>
    <message>
        <source>Cut</source>
        <translation>Weg</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>aus %1</translation>
    </message>
    <message>
        <source>Finding what belongs together</source>
        <translation>Suche, was zusammengehört</translation>
    </message>
    <message>
        <source>Working out what it would give</source>
        <translation>Berechne, was es brächte</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>MMACs</source>
        <translation>MMACs</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation>Speicherspitze</translation>
    </message>
    <message>
        <source>Latency here, now</source>
        <translation>Latenz hier, jetzt</translation>
    </message>
    <message>
        <source>A quantized build can&apos;t be pruned; select the build that it was made from.</source>
        <translation>Ein quantisierter Stand lässt sich nicht beschneiden; wählen Sie den, aus dem er entstand.</translation>
    </message>
    <message>
        <source>Nothing in this model can be pruned; the table says why.</source>
        <translation>In diesem Modell lässt sich nichts beschneiden; die Tabelle sagt, warum.</translation>
    </message>
    <message>
        <source>Nothing is cut: move the slider.</source>
        <translation>Nichts entfällt: bewegen Sie den Regler.</translation>
    </message>
    <message>
        <source>Fine-tuning needs data: choose some on the Data page, or set the epochs to 0.</source>
        <translation>Nachtraining braucht Daten: wählen Sie welche auf der Seite „Daten“ oder setzen Sie die Epochen auf 0.</translation>
    </message>
    <message>
        <source>~ marks an estimate. MACs, parameters and memory are exact; Build it measures the rest.</source>
        <translation>~ ist eine Schätzung. MACs, Parameter und Speicher sind genau; „Erzeugen“ misst den Rest.</translation>
    </message>
    <message>
        <source>Importance</source>
        <translation>Wichtigkeit</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MACs</translation>
    </message>
    <message>
        <source>then train, epochs</source>
        <translation>dann trainieren, Epochen</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>Weniger</translation>
    </message>
    <message>
        <source>%1 now, validation</source>
        <translation>%1 jetzt, Validierung</translation>
    </message>
    <message>
        <source>channels</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <source>parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>file size</source>
        <translation>Dateigröße</translation>
    </message>
    <message>
        <source>peak memory</source>
        <translation>Spitzenspeicher</translation>
    </message>
    <message>
        <source>latency here</source>
        <translation>Latenz hier</translation>
    </message>
    <message>
        <source>latency on %1</source>
        <translation>Latenz auf %1</translation>
    </message>
    <message>
        <source>What is cut</source>
        <translation>Was gekürzt wird</translation>
    </message>
    <message>
        <source>Channels by their share, or as many as it takes until the model costs so much less</source>
        <translation>Kanäle nach ihrem Anteil, oder so viele, bis das Modell um so viel weniger kostet</translation>
    </message>
    <message>
        <source>Share that goes</source>
        <translation>Anteil, der wegfällt</translation>
    </message>
    <message>
        <source>over like groups</source>
        <translation>über gleichartige Gruppen</translation>
    </message>
    <message>
        <source>The same share in every group, or the least important channels wherever they are, or wherever they are among groups of the same structure, or by the curves below</source>
        <translation>Der gleiche Anteil in jeder Gruppe, oder die unwichtigsten Kanäle, wo immer sie sind, oder wo immer sie unter Gruppen gleicher Struktur sind, oder nach den Kurven unten</translation>
    </message>
    <message>
        <source>What tells which channels matter</source>
        <translation>Woran sich zeigt, welche Kanäle wichtig sind</translation>
    </message>
    <message>
        <source>Automatic takes reconstruction where there are data, else L1; those below random need data</source>
        <translation>Automatisch nimmt die Rekonstruktion, wo es Daten gibt, sonst L1; die unter Zufall brauchen Daten</translation>
    </message>
    <message>
        <source>Channels that stay are a multiple of</source>
        <translation>Bleibende Kanäle sind ein Vielfaches von</translation>
    </message>
    <message>
        <source>Processors compute 8 or 16 channels at once; what doesn&apos;t fill the last block costs the same</source>
        <translation>Prozessoren rechnen 8 oder 16 Kanäle auf einmal; was den letzten Block nicht füllt, kostet gleich viel</translation>
    </message>
    <message>
        <source>Rounds</source>
        <translation>Runden</translation>
    </message>
    <message>
        <source>Cut in so many steps, each with its epochs of training</source>
        <translation>In so vielen Schritten kürzen, jeder mit seinen Trainingsepochen</translation>
    </message>
    <message>
        <source>channels in multiples of</source>
        <translation>Kanäle in Vielfachen von</translation>
    </message>
    <message>
        <source>rounds</source>
        <translation>Runden</translation>
    </message>
    <message>
        <source>This importance is measured on data: choose some on the Data page, or another importance.</source>
        <translation>Diese Wichtigkeit wird an Daten gemessen: Wählen Sie welche auf der Seite Daten, oder eine andere Wichtigkeit.</translation>
    </message>
    <message>
        <source>The latency is measured when it is built; until then its share is taken of the MACs.</source>
        <translation>Die Latenz wird beim Erzeugen gemessen; bis dahin gilt ihr Anteil für die MACs.</translation>
    </message>
</context>
<context>
    <name>hone::studio::GroupInspector</name>
    <message>
        <source>grey goes, coloured stays</source>
        <translation>Grau entfällt, Farbe bleibt</translation>
    </message>
    <message>
        <source>Importance by channel</source>
        <translation>Wichtigkeit je Kanal</translation>
    </message>
    <message>
        <source>Why together</source>
        <translation>Warum gemeinsam</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MACs</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>%1 bit</source>
        <translation>%1 Bit</translation>
    </message>
    <message>
        <source>Coupled channels</source>
        <translation>Gekoppelte Kanäle</translation>
    </message>
    <message>
        <source>Nothing selected</source>
        <translation>Nichts ausgewählt</translation>
    </message>
    <message>
        <source>locked</source>
        <translation>gesperrt</translation>
    </message>
    <message>
        <source>Why not</source>
        <translation>Warum nicht</translation>
    </message>
    <message>
        <source>%1 → %2 channels</source>
        <translation>%1 → %2 Kanäle</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiterer</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>One layer alone makes these channels.</source>
        <translation>Eine einzige Schicht erzeugt diese Kanäle.</translation>
    </message>
    <message>
        <source>Layers coupled</source>
        <translation>Gekoppelte Schichten</translation>
    </message>
    <message>
        <source>Read by</source>
        <translation>Gelesen von</translation>
    </message>
    <message>
        <source>Importance</source>
        <translation>Wichtigkeit</translation>
    </message>
</context>
<context>
    <name>hone::studio::StartPage</name>
    <message>
        <source>Welcome to Hone</source>
        <translation>Willkommen bei Hone</translation>
    </message>
    <message>
        <source>Makes a trained model small and fast for a device of yours, shows what every step costs, and puts it there.</source>
        <translation>Macht ein trainiertes Modell klein und schnell für Ihr Gerät, zeigt, was jeder Schritt kostet, und bringt es dorthin.</translation>
    </message>
    <message>
        <source>New project</source>
        <translation>Neues Projekt</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>gate-camera</source>
        <translation>torkamera</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>an ONNX file</source>
        <translation>eine ONNX-Datei</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>a folder of labelled pictures; may follow later</source>
        <translation>ein Ordner mit benannten Bildern; geht auch später</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>Ordner wählen</translation>
    </message>
    <message>
        <source>Choose a folder for the project</source>
        <translation>Ordner für das Projekt wählen</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>Datei wählen</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Modell wählen</translation>
    </message>
    <message>
        <source>ONNX models (*.onnx)</source>
        <translation>ONNX-Modelle (*.onnx)</translation>
    </message>
    <message>
        <source>Choose the folder with your data</source>
        <translation>Ordner mit Ihren Daten wählen</translation>
    </message>
    <message>
        <source>Create project</source>
        <translation>Projekt erstellen</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Open project…</source>
        <translation>Projekt öffnen …</translation>
    </message>
    <message>
        <source>Try the sample</source>
        <translation>Beispiel ausprobieren</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>Zuletzt</translation>
    </message>
    <message>
        <source>Recent projects</source>
        <translation>Zuletzt geöffnete Projekte</translation>
    </message>
    <message>
        <source>Projects that you open are listed here.</source>
        <translation>Hier stehen Projekte, die Sie öffnen.</translation>
    </message>
    <message>
        <source>Draws 9,000 road signs and opens a project with a model that was trained on cleaner ones</source>
        <translation>Zeichnet 9.000 Verkehrszeichen und öffnet ein Projekt mit einem Modell, das auf saubereren trainiert wurde</translation>
    </message>
    <message>
        <source>The sample&apos;s model is not installed.</source>
        <translation>Das Modell des Beispiels ist nicht installiert.</translation>
    </message>
    <message>
        <source>Give the project a name.</source>
        <translation>Geben Sie dem Projekt einen Namen.</translation>
    </message>
    <message>
        <source>Choose a folder.</source>
        <translation>Wählen Sie einen Ordner.</translation>
    </message>
    <message>
        <source>There is no such model file.</source>
        <translation>Diese Modelldatei gibt es nicht.</translation>
    </message>
    <message>
        <source>There is no such data folder.</source>
        <translation>Diesen Datenordner gibt es nicht.</translation>
    </message>
    <message>
        <source>Open a project&apos;s folder</source>
        <translation>Projektordner öffnen</translation>
    </message>
    <message>
        <source>Making the sample</source>
        <translation>Erzeuge das Beispiel</translation>
    </message>
</context>
<context>
    <name>hone::studio::TrainPage</name>
    <message>
        <source>Half of the pictures, left to right</source>
        <translation>Die Hälfte der Bilder, links und rechts vertauscht</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Fine-tune</source>
        <translation>Nachtrainieren</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>Als Befehl kopieren</translation>
    </message>
    <message>
        <source>Trains the selected build further on the project&apos;s data (Ctrl+Return)</source>
        <translation>Trainiert den gewählten Stand auf den Daten des Projekts weiter (Strg+Eingabe)</translation>
    </message>
    <message>
        <source>Trains a model further on your own pictures.</source>
        <translation>Trainiert ein Modell auf Ihren eigenen Bildern weiter.</translation>
    </message>
    <message>
        <source>Add a model…</source>
        <translation>Modell hinzufügen …</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>usual</source>
        <translation>üblich</translation>
    </message>
    <message>
        <source>constant</source>
        <translation>konstant</translation>
    </message>
    <message>
        <source>cosine</source>
        <translation>Kosinus</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>Stufen</translation>
    </message>
    <message>
        <source>one cycle</source>
        <translation>ein Zyklus</translation>
    </message>
    <message>
        <source>as needed</source>
        <translation>nach Bedarf</translation>
    </message>
    <message>
        <source>keep</source>
        <translation>behalten</translation>
    </message>
    <message>
        <source>new one</source>
        <translation>neuer</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>Epochen</translation>
    </message>
    <message>
        <source>Times that every training picture is seen</source>
        <translation>Wie oft jedes Trainingsbild gesehen wird</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Lernrate</translation>
    </message>
    <message>
        <source>Usual: 0.01 for SGD, 0.001 for AdamW</source>
        <translation>Üblich: 0,01 für SGD, 0,001 für AdamW</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>How the learning rate falls</source>
        <translation>Wie die Lernrate sinkt</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>Kopf</translation>
    </message>
    <message>
        <source>The last layer: a new one is needed where the classes differ</source>
        <translation>Die letzte Schicht: bei anderen Klassen ist eine neue nötig</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>at random</source>
        <translation>zufällig</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>to the end</source>
        <translation>bis zum Ende</translation>
    </message>
    <message>
        <source>Optimizer</source>
        <translation>Optimierer</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>Stapel</translation>
    </message>
    <message>
        <source>Pictures a step</source>
        <translation>Bilder je Schritt</translation>
    </message>
    <message>
        <source>Mirror</source>
        <translation>Spiegeln</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>Verschieben</translation>
    </message>
    <message>
        <source>Pictures move by up to so many pixels</source>
        <translation>Bilder wandern um bis zu so viele Pixel</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>Gewichtsabnahme</translation>
    </message>
    <message>
        <source>Label smoothing</source>
        <translation>Label-Glättung</translation>
    </message>
    <message>
        <source>Patience</source>
        <translation>Geduld</translation>
    </message>
    <message>
        <source>Epochs without a better accuracy before it stops</source>
        <translation>Epochen ohne bessere Genauigkeit, bevor es aufhört</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <source>The same seed gives the same build again</source>
        <translation>Derselbe Startwert ergibt denselben Stand wieder</translation>
    </message>
    <message>
        <source>Frozen layers</source>
        <translation>Eingefrorene Schichten</translation>
    </message>
    <message>
        <source>Names that stay as they are, with commas between; * matches anything</source>
        <translation>Namen, die bleiben, mit Kommas getrennt; * passt auf alles</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>Weniger</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>Bild kopieren</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>aus %1</translation>
    </message>
    <message>
        <source>A quantized build can&apos;t be trained; select the build that it was made from.</source>
        <translation>Ein quantisierter Stand lässt sich nicht trainieren; wählen Sie den, aus dem er entstand.</translation>
    </message>
    <message>
        <source>Training needs data: choose some on the Data page.</source>
        <translation>Training braucht Daten: wählen Sie welche auf der Seite „Daten“.</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>was not trained in this project</source>
        <translation>wurde in diesem Projekt nicht trainiert</translation>
    </message>
    <message>
        <source>Best epoch</source>
        <translation>Beste Epoche</translation>
    </message>
    <message>
        <source>Training loss</source>
        <translation>Trainingsverlust</translation>
    </message>
    <message>
        <source>Pictures a second</source>
        <translation>Bilder je Sekunde</translation>
    </message>
    <message>
        <source>of %1</source>
        <translation>von %1</translation>
    </message>
    <message>
        <source>in training</source>
        <translation>im Training</translation>
    </message>
    <message>
        <source>last epoch</source>
        <translation>letzte Epoche</translation>
    </message>
    <message>
        <source>Curves appear here while it trains: press Fine-tune.</source>
        <translation>Kurven erscheinen hier, während trainiert wird: „Nachtrainieren“ drücken.</translation>
    </message>
    <message>
        <source>%1, validation</source>
        <translation>%1, Validierung</translation>
    </message>
</context>
<context>
    <name>hone::studio::TrainingExtras</name>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>head only</source>
        <translation>nur der Kopf</translation>
    </message>
    <message>
        <source>processor</source>
        <translation>Prozessor</translation>
    </message>
    <message>
        <source>Frozen body</source>
        <translation>Rumpf einfrieren</translation>
    </message>
    <message>
        <source>Trains the head only, in seconds: what the body gives is computed once</source>
        <translation>Trainiert nur den Kopf, in Sekunden: Was der Körper liefert, wird einmal berechnet</translation>
    </message>
    <message>
        <source>Rate of the body</source>
        <translation>Rate des Rumpfs</translation>
    </message>
    <message>
        <source>Factor of the learning rate before the head</source>
        <translation>Faktor der Lernrate vor dem Kopf</translation>
    </message>
    <message>
        <source>Random changes</source>
        <translation>Zufällige Änderungen</translation>
    </message>
    <message>
        <source>Of colour and shape, one after the other, for each picture</source>
        <translation>Von Farbe und Form, nacheinander, für jedes Bild</translation>
    </message>
    <message>
        <source>Their strength</source>
        <translation>Deren Stärke</translation>
    </message>
    <message>
        <source>From 0 to 10</source>
        <translation>Von 0 bis 10</translation>
    </message>
    <message>
        <source>Mixes each picture with another; 0.2 is usual</source>
        <translation>Mischt jedes Bild mit einem anderen; üblich ist 0,2</translation>
    </message>
    <message>
        <source>Puts a piece of another picture into each; 1 is usual</source>
        <translation>Setzt in jedes Bild ein Stück eines anderen; üblich ist 1</translation>
    </message>
    <message>
        <source>Averaged weights</source>
        <translation>Gemittelte Gewichte</translation>
    </message>
    <message>
        <source>Decay of the moving average, which is what is kept then</source>
        <translation>Abklingen des gleitenden Mittels, das dann behalten wird</translation>
    </message>
    <message>
        <source>Longest gradient</source>
        <translation>Längster Gradient</translation>
    </message>
    <message>
        <source>Longer ones are made so long</source>
        <translation>Längere werden auf diese Länge gekürzt</translation>
    </message>
    <message>
        <source>Batches an update</source>
        <translation>Stapel je Schritt</translation>
    </message>
    <message>
        <source>Their gradients are added up</source>
        <translation>Ihre Gradienten werden summiert</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>bf16 is faster where the processor has it</source>
        <translation>bf16 ist schneller, wo der Prozessor es kann</translation>
    </message>
    <message>
        <source>Trains on</source>
        <translation>Trainiert auf</translation>
    </message>
</context>
<context>
    <name>hone::studio::TrainingCurves</name>
    <message>
        <source>epoch</source>
        <translation>Epoche</translation>
    </message>
    <message>
        <source>training loss</source>
        <translation>Trainingsverlust</translation>
    </message>
    <message>
        <source>accuracy, %</source>
        <translation>Genauigkeit, %</translation>
    </message>
    <message>
        <source>validation: %1</source>
        <translation>Validierung: %1</translation>
    </message>
    <message>
        <source>Epoch %1
training loss %2
validation: %3
%4 samples/s</source>
        <translation>Epoche %1
Trainingsverlust %2
Validierung: %3
%4 Beispiele/s</translation>
    </message>
    <message>
        <source>Training loss and validation metric by epoch</source>
        <translation>Trainingsverlust und Validierungsmaß je Epoche</translation>
    </message>
</context>
<context>
    <name>hone::studio::Workspace</name>
    <message>
        <source>Opening %1</source>
        <translation>Öffne %1</translation>
    </message>
    <message>
        <source>Making the project %1</source>
        <translation>Erstelle das Projekt %1</translation>
    </message>
    <message>
        <source>Reading the project</source>
        <translation>Lese das Projekt</translation>
    </message>
    <message>
        <source>Setting the data</source>
        <translation>Setze die Daten</translation>
    </message>
    <message>
        <source>Setting the devices</source>
        <translation>Setze die Geräte</translation>
    </message>
    <message>
        <source>Deleting %1</source>
        <translation>Lösche %1</translation>
    </message>
    <message>
        <source>Bringing back</source>
        <translation>Hole zurück</translation>
    </message>
    <message>
        <source>Reading %1</source>
        <translation>Lese %1</translation>
    </message>
    <message>
        <source>Measuring all builds</source>
        <translation>Messe alle Stände</translation>
    </message>
</context>
<context>
    <name>Check</name>
    <message numerus="yes">
        <source>%n group(s) of channels can be made smaller.</source>
        <translation>
            <numerusform>%n Gruppe von Kanälen lässt sich verkleinern.</numerusform>
            <numerusform>%n Gruppen von Kanälen lassen sich verkleinern.</numerusform>
        </translation>
    </message>
    <message>
        <source>The file can&apos;t be opened.</source>
        <translation>Die Datei lässt sich nicht öffnen.</translation>
    </message>
    <message>
        <source>ONNX Runtime doesn&apos;t run it.</source>
        <translation>ONNX Runtime führt es nicht aus.</translation>
    </message>
    <message>
        <source>It is quantized already.</source>
        <translation>Es ist schon quantisiert.</translation>
    </message>
    <message>
        <source>Operators that it can&apos;t be done with: %1.</source>
        <translation>Operatoren, mit denen es nicht geht: %1.</translation>
    </message>
    <message>
        <source>It doesn&apos;t run where Hone trains.</source>
        <translation>Es läuft nicht dort, wo Hone trainiert.</translation>
    </message>
    <message>
        <source>Going backward through it fails.</source>
        <translation>Der Rückwärtsdurchlauf misslingt.</translation>
    </message>
    <message>
        <source>It computes something else where Hone trains.</source>
        <translation>Dort, wo Hone trainiert, rechnet es etwas anderes.</translation>
    </message>
    <message>
        <source>Its gradients aren&apos;t finite.</source>
        <translation>Seine Gradienten sind nicht endlich.</translation>
    </message>
    <message>
        <source>It has no weights that could be trained.</source>
        <translation>Es hat keine Gewichte, die sich trainieren ließen.</translation>
    </message>
    <message>
        <source>It takes batches of one size only.</source>
        <translation>Es nimmt nur Batches einer Größe.</translation>
    </message>
    <message>
        <source>No channels can be removed from it.</source>
        <translation>Aus ihm lassen sich keine Kanäle entfernen.</translation>
    </message>
    <message>
        <source>It has no convolutions or matrix products in float32.</source>
        <translation>Es hat keine Faltungen oder Matrixprodukte in float32.</translation>
    </message>
    <message>
        <source>Hone works with this model.</source>
        <translation>Hone kann mit diesem Modell arbeiten.</translation>
    </message>
    <message>
        <source>Hone works with this model in part.</source>
        <translation>Hone kann mit diesem Modell teilweise arbeiten.</translation>
    </message>
    <message>
        <source>Hone can&apos;t work with this model.</source>
        <translation>Hone kann mit diesem Modell nicht arbeiten.</translation>
    </message>
    <message>
        <source>Measuring, comparing, deploying</source>
        <translation>Messen, vergleichen, ausliefern</translation>
    </message>
    <message>
        <source>It runs.</source>
        <translation>Es läuft.</translation>
    </message>
    <message>
        <source>Fine-tuning</source>
        <translation>Nachtraining</translation>
    </message>
    <message>
        <source>Its weights can be trained.</source>
        <translation>Seine Gewichte lassen sich trainieren.</translation>
    </message>
    <message>
        <source>Pruning</source>
        <translation>Beschneiden</translation>
    </message>
    <message>
        <source>Quantizing</source>
        <translation>Quantisieren</translation>
    </message>
    <message>
        <source>Its weights and values can be stored in 8 bits.</source>
        <translation>Seine Gewichte und Werte passen in 8 Bit.</translation>
    </message>
    <message>
        <source>Training and ONNX Runtime agree within %1 of the largest output.</source>
        <translation>Training und ONNX Runtime stimmen bis auf %1 der größten Ausgabe überein.</translation>
    </message>
    <message>
        <source>Tried on made-up input: %1.</source>
        <translation>Mit erdachter Eingabe ausprobiert: %1.</translation>
    </message>
</context>
<context>
    <name>hone::studio::ModelCheckCard</name>
    <message>
        <source>Stop</source>
        <translation>Stoppen</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>Noch einmal prüfen</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Ends the check; the model can be added without it</source>
        <translation>Beendet die Prüfung; das Modell lässt sich auch ohne sie hinzufügen</translation>
    </message>
    <message>
        <source>Checking %1…</source>
        <translation>Prüfe %1 …</translation>
    </message>
    <message>
        <source>The check was stopped.</source>
        <translation>Die Prüfung wurde angehalten.</translation>
    </message>
    <message>
        <source>works</source>
        <translation>geht</translation>
    </message>
    <message>
        <source>doesn&apos;t work</source>
        <translation>geht nicht</translation>
    </message>
</context>
<context>
    <name>hone::studio::ImportPage</name>
    <message>
        <source>Add a model</source>
        <translation>Ein Modell hinzufügen</translation>
    </message>
    <message>
        <source>Tidy it as a step of its own</source>
        <translation>In einem eigenen Schritt aufräumen</translation>
    </message>
    <message>
        <source>Add model</source>
        <translation>Modell hinzufügen</translation>
    </message>
    <message>
        <source>Hone tries the model on made-up input first and says what can be done with it. The file stays where it is.</source>
        <translation>Hone probiert das Modell zuerst mit erdachter Eingabe aus und sagt, was sich damit machen lässt. Die Datei bleibt, wo sie ist.</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>an ONNX file</source>
        <translation>eine ONNX-Datei</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>Eine Datei wählen</translation>
    </message>
    <message>
        <source>A second build without what the exporter left in it; its outputs are the same</source>
        <translation>Ein zweiter Stand ohne das, was der Export darin gelassen hat; seine Ausgaben sind dieselben</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Ein Modell wählen</translation>
    </message>
    <message>
        <source>ONNX models (*.onnx)</source>
        <translation>ONNX-Modelle (*.onnx)</translation>
    </message>
    <message>
        <source>Choose a model.</source>
        <translation>Wählen Sie ein Modell.</translation>
    </message>
    <message>
        <source>There is no such model file.</source>
        <translation>Diese Modelldatei gibt es nicht.</translation>
    </message>
    <message>
        <source>The check is still running; it can be stopped.</source>
        <translation>Die Prüfung läuft noch; sie lässt sich anhalten.</translation>
    </message>
    <message>
        <source>Hone can&apos;t open this file.</source>
        <translation>Hone kann diese Datei nicht öffnen.</translation>
    </message>
    <message>
        <source>There is nothing to tidy in it.</source>
        <translation>Es gibt darin nichts aufzuräumen.</translation>
    </message>
    <message>
        <source>The check tells whether there is anything to tidy.</source>
        <translation>Die Prüfung sagt, ob es etwas aufzuräumen gibt.</translation>
    </message>
</context>
<context>
    <name>Importance</name>
    <message>
        <source>automatic</source>
        <translation>automatisch</translation>
    </message>
    <message>
        <source>normalization&apos;s scale</source>
        <translation>Skala der Normalisierung</translation>
    </message>
    <message>
        <source>distance to the others (FPGM)</source>
        <translation>Abstand zu den anderen (FPGM)</translation>
    </message>
    <message>
        <source>random</source>
        <translation>zufällig</translation>
    </message>
    <message>
        <source>Taylor, first order</source>
        <translation>Taylor, erster Ordnung</translation>
    </message>
    <message>
        <source>Fisher, second order</source>
        <translation>Fisher, zweiter Ordnung</translation>
    </message>
    <message>
        <source>share of zeros (APoZ)</source>
        <translation>Anteil der Nullen (APoZ)</translation>
    </message>
    <message>
        <source>mean activation</source>
        <translation>mittlere Aktivierung</translation>
    </message>
    <message>
        <source>reconstruction</source>
        <translation>Rekonstruktion</translation>
    </message>
</context>
<context>
    <name>Records</name>
    <message>
        <source>Target</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>%1, asked for %2</source>
        <translation>%1, gewünscht %2</translation>
    </message>
    <message>
        <source>Rounds</source>
        <translation>Runden</translation>
    </message>
    <message>
        <source>Proof</source>
        <translation>Beweis</translation>
    </message>
    <message>
        <source>within %1 of the largest</source>
        <translation>innerhalb von %1 der größten</translation>
    </message>
    <message>
        <source>In double</source>
        <translation>In doppelter Genauigkeit</translation>
    </message>
    <message>
        <source>left out: %1</source>
        <translation>ausgelassen: %1</translation>
    </message>
    <message>
        <source>Compensated</source>
        <translation>Ausgeglichen</translation>
    </message>
    <message>
        <source>Solved anew</source>
        <translation>Neu gelöst</translation>
    </message>
    <message>
        <source>%1 of %2 layers</source>
        <translation>%1 von %2 Schichten</translation>
    </message>
    <message>
        <source>Zeros</source>
        <translation>Nullen</translation>
    </message>
    <message>
        <source>Compressed</source>
        <translation>Komprimiert</translation>
    </message>
    <message>
        <source>Split in two</source>
        <translation>Zweigeteilt</translation>
    </message>
    <message>
        <source>Biases corrected</source>
        <translation>Biase korrigiert</translation>
    </message>
    <message>
        <source>Integer nodes</source>
        <translation>Integer-Knoten</translation>
    </message>
    <message>
        <source>Float nodes</source>
        <translation>Float-Knoten</translation>
    </message>
    <message>
        <source>Calibration</source>
        <translation>Kalibrierung</translation>
    </message>
    <message>
        <source>%1 samples, %2 s</source>
        <translation>%1 Beispiele, %2 s</translation>
    </message>
    <message>
        <source>Memory for it</source>
        <translation>Speicher dafür</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>In float</translation>
    </message>
    <message>
        <source>Harm most alone</source>
        <translation>Schaden allein</translation>
    </message>
    <message>
        <source>%1 of the MACs</source>
        <translation>%1 der MACs</translation>
    </message>
    <message>
        <source>%1 points lost</source>
        <translation>%1 Punkte verloren</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>Signal to noise, dB</source>
        <translation>Signal zu Rauschen, dB</translation>
    </message>
    <message>
        <source>Cut off, %</source>
        <translation>Abgeschnitten, %</translation>
    </message>
    <message>
        <source>Repairs</source>
        <translation>Reparaturen</translation>
    </message>
    <message>
        <source>%1, validation</source>
        <translation>%1, Validierung</translation>
    </message>
    <message>
        <source>%1, training</source>
        <translation>%1, Training</translation>
    </message>
    <message>
        <source>Raised: %1</source>
        <translation>Angehoben: %1</translation>
    </message>
    <message>
        <source>Plain rounding</source>
        <translation>Einfach gerundet</translation>
    </message>
    <message>
        <source>Equalized</source>
        <translation>Angeglichen</translation>
    </message>
    <message>
        <source>Smoothed</source>
        <translation>Geglättet</translation>
    </message>
    <message>
        <source>Q/DQ left</source>
        <translation>Q/DQ übrig</translation>
    </message>
</context>
<context>
    <name>hone::studio::QuantizeExtras</name>
    <message>
        <source>smoothed</source>
        <translation>geglättet</translation>
    </message>
    <message>
        <source>%1 bit</source>
        <translation>%1 Bit</translation>
    </message>
    <message>
        <source>any</source>
        <translation>beliebig</translation>
    </message>
    <message>
        <source>as needed</source>
        <translation>nach Bedarf</translation>
    </message>
    <message>
        <source>usual</source>
        <translation>üblich</translation>
    </message>
    <message>
        <source>Made for</source>
        <translation>Bestimmt für</translation>
    </message>
    <message>
        <source>The runtime that will run it; what that one would refuse is told with the build</source>
        <translation>Die Laufzeit, die es ausführen wird; was diese ablehnen würde, steht beim Stand</translation>
    </message>
    <message>
        <source>Activations</source>
        <translation>Aktivierungen</translation>
    </message>
    <message>
        <source>ONNX Runtime computes 16 bits in float on a processor</source>
        <translation>ONNX Runtime rechnet 16 Bit auf Prozessoren in float</translation>
    </message>
    <message>
        <source>Value ranges</source>
        <translation>Wertebereiche</translation>
    </message>
    <message>
        <source>How they are found in what the pictures give</source>
        <translation>Wie sie aus dem gefunden werden, was die Bilder ergeben</translation>
    </message>
    <message>
        <source>Percentile</source>
        <translation>Perzentil</translation>
    </message>
    <message>
        <source>Share of the values, in percent, that ranges by percentile cover</source>
        <translation>Anteil der Werte in Prozent, den Bereiche nach Perzentil abdecken</translation>
    </message>
    <message>
        <source>Pictures for them</source>
        <translation>Bilder dafür</translation>
    </message>
    <message>
        <source>From the training split, spread over the classes</source>
        <translation>Aus dem Trainingsteil, über die Klassen verteilt</translation>
    </message>
    <message>
        <source>Outliers</source>
        <translation>Ausreißer</translation>
    </message>
    <message>
        <source>Moves them from what matrix products read into their weights (SmoothQuant)</source>
        <translation>Verlagert sie aus den Eingängen von Matrixprodukten in deren Gewichte (SmoothQuant)</translation>
    </message>
    <message>
        <source>Points lost</source>
        <translation>Verlorene Punkte</translation>
    </message>
    <message>
        <source>At most so many, on validation: layers stay float until it is met</source>
        <translation>Höchstens so viele, auf der Validierung: Schichten bleiben float, bis es erfüllt ist</translation>
    </message>
    <message>
        <source>MACs in float</source>
        <translation>MACs in float</translation>
    </message>
    <message>
        <source>At most so large a share, in the layers that integers harm most; without a bound on the points it is used up</source>
        <translation>Höchstens ein so großer Anteil, in den Schichten, denen ganze Zahlen am meisten schaden; ohne Grenze für die Punkte wird er ausgeschöpft</translation>
    </message>
    <message>
        <source>Float layers</source>
        <translation>Schichten in float</translation>
    </message>
    <message>
        <source>Names that stay float, with commas between; * matches anything</source>
        <translation>Namen, die float bleiben, mit Kommas dazwischen; * passt auf alles</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Lernrate</translation>
    </message>
    <message>
        <source>Of the training; usual: 0.01</source>
        <translation>Des Trainings; üblich: 0,01</translation>
    </message>
    <message>
        <source>No ranges are taken from data this way.</source>
        <translation>So werden keine Bereiche aus Daten genommen.</translation>
    </message>
    <message>
        <source>Belongs to ranges by percentile.</source>
        <translation>Gehört zu Bereichen nach Perzentil.</translation>
    </message>
    <message>
        <source>%1 takes 8 bits only.</source>
        <translation>%1 nimmt nur 8 Bit.</translation>
    </message>
    <message>
        <source>Nothing is trained this way.</source>
        <translation>So wird nichts trainiert.</translation>
    </message>
    <message>
        <source>Needs no data; each range is found while the model runs.</source>
        <translation>Braucht keine Daten; jeder Bereich wird beim Rechnen ermittelt.</translation>
    </message>
    <message>
        <source>Needs no data; a smaller file, computed in float.</source>
        <translation>Braucht keine Daten; eine kleinere Datei, in float gerechnet.</translation>
    </message>
    <message>
        <source>Needs no data; half the file.</source>
        <translation>Braucht keine Daten; die halbe Datei.</translation>
    </message>
    <message>
        <source>for %1</source>
        <translation>für %1</translation>
    </message>
    <message>
        <source>%1 over %2 pictures</source>
        <translation>%1 über %2 Bilder</translation>
    </message>
    <message>
        <source>%1-bit activations</source>
        <translation>%1-Bit-Aktivierungen</translation>
    </message>
    <message>
        <source>at most %1 points lost</source>
        <translation>höchstens %1 Punkte verloren</translation>
    </message>
    <message>
        <source>at most %1 % of the MACs float</source>
        <translation>höchstens %1 % der MACs in float</translation>
    </message>
    <message>
        <source>float: %1</source>
        <translation>float: %1</translation>
    </message>
    <message>
        <source>Belongs to calibrated INT8.</source>
        <translation>Gehört zu kalibriertem INT8.</translation>
    </message>
    <message>
        <source>Belongs to calibrated or trained INT8.</source>
        <translation>Gehört zu kalibriertem oder trainiertem INT8.</translation>
    </message>
</context>
<context>
    <name>hone::studio::QuantizeCard</name>
    <message>
        <source>More…</source>
        <translation>Mehr…</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>Als Befehl kopieren</translation>
    </message>
    <message>
        <source>Quantize</source>
        <translation>Quantisieren</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>biases</source>
        <translation>Biase</translation>
    </message>
    <message>
        <source>biases, equalized</source>
        <translation>Biase, angeglichen</translation>
    </message>
    <message>
        <source>AdaRound, equalized</source>
        <translation>AdaRound, angeglichen</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>Reparatur</translation>
    </message>
    <message>
        <source>Biases get each layer&apos;s mean right again. AdaRound, which takes longer, rounds every weight so that its layer&apos;s output changes least: for few bits. Equalized channels use their range alike. What each gains is measured.</source>
        <translation>Biase bringen den Mittelwert jeder Schicht wieder in Ordnung. AdaRound dauert länger und rundet jedes Gewicht so, dass sich der Ausgang seiner Schicht am wenigsten ändert: für wenige Bits. Angeglichene Kanäle nutzen ihren Bereich gleichermaßen. Was jede bringt, wird gemessen.</translation>
    </message>
    <message>
        <source>Epochs of training on the grid</source>
        <translation>Trainingsepochen auf dem Raster</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>Share of the float model&apos;s answers in what is learnt, beside the labels</source>
        <translation>Anteil der Antworten des Float-Modells am Gelernten, neben den Labels</translation>
    </message>
    <message>
        <source>epochs</source>
        <translation>Epochen</translation>
    </message>
    <message>
        <source>More settings for quantizing</source>
        <translation>Weitere Einstellungen zum Quantisieren</translation>
    </message>
    <message>
        <source>INT8, trained (QAT)</source>
        <translation>INT8, trainiert (QAT)</translation>
    </message>
    <message>
        <source>weights only</source>
        <translation>nur Gewichte</translation>
    </message>
    <message>
        <source>FP16</source>
        <translation>FP16</translation>
    </message>
    <message>
        <source>How it is quantized</source>
        <translation>Wie quantisiert wird</translation>
    </message>
    <message>
        <source>Bits of a weight</source>
        <translation>Bits eines Gewichts</translation>
    </message>
    <message>
        <source>The command line that quantizes the same way</source>
        <translation>Die Befehlszeile, die ebenso quantisiert</translation>
    </message>
    <message>
        <source>%1-bit weights</source>
        <translation>%1-Bit-Gewichte</translation>
    </message>
    <message>
        <source>There is no other this way.</source>
        <translation>So gibt es keine anderen.</translation>
    </message>
    <message>
        <source>Train quantized</source>
        <translation>Quantisiert trainieren</translation>
    </message>
    <message>
        <source>Trains the selected build on the grid that it will compute on, and measures it</source>
        <translation>Trainiert den gewählten Stand auf dem Raster, auf dem er rechnen wird, und misst ihn</translation>
    </message>
    <message>
        <source>Makes a quantized build from the selected one, and measures it</source>
        <translation>Erzeugt aus dem gewählten einen quantisierten Stand und misst ihn</translation>
    </message>
    <message>
        <source>This build is quantized already; select the one that it was made from.</source>
        <translation>Dieser Stand ist schon quantisiert; wählen Sie den, aus dem er entstand.</translation>
    </message>
    <message>
        <source>Training needs data: choose some on the Data page.</source>
        <translation>Training braucht Daten: Wählen Sie welche auf der Seite „Daten“.</translation>
    </message>
    <message>
        <source>Finding value ranges needs data: choose some on the Data page.</source>
        <translation>Wertebereiche zu finden braucht Daten: Wählen Sie welche auf der Seite „Daten“.</translation>
    </message>
    <message>
        <source>INT8, calibrated</source>
        <translation>INT8, kalibriert</translation>
    </message>
    <message>
        <source>INT8, dynamic</source>
        <translation>INT8, dynamisch</translation>
    </message>
    <message>
        <source>Calibrated is fastest where it runs, on ranges from your data. Training takes longest and loses least with few bits. Dynamic suits models made of matrix products. Weights only and FP16 make the file smaller</source>
        <translation>Kalibriert ist im Betrieb am schnellsten, mit Bereichen aus Ihren Daten. Training dauert am längsten und verliert bei wenigen Bits am wenigsten. Dynamisch passt zu Modellen aus Matrixprodukten. Nur Gewichte und FP16 machen die Datei kleiner</translation>
    </message>
    <message>
        <source>Distilled</source>
        <translation>Destilliert</translation>
    </message>
    <message>
        <source>Nothing is trained this way.</source>
        <translation>So wird nichts trainiert.</translation>
    </message>
</context>
<context>
    <name>hone::studio::QuantizedLayers</name>
    <message>
        <source>Copy layers</source>
        <translation>Schichten kopieren</translation>
    </message>
    <message>
        <source>Copy “hone explain”</source>
        <translation>„hone explain“ kopieren</translation>
    </message>
    <message>
        <source>Furthest from float</source>
        <translation>Am weitesten von float</translation>
    </message>
    <message>
        <source>Every layer with its bits and figures, as a table</source>
        <translation>Jede Schicht mit Bits und Werten als Tabelle</translation>
    </message>
    <message>
        <source>The command that says where the error starts, and why it is not faster where it isn&apos;t</source>
        <translation>Der Befehl, der sagt, wo der Fehler beginnt und warum es nicht schneller ist, wo es das nicht ist</translation>
    </message>
    <message>
        <source>Nothing was measured layer by layer; the command does it.</source>
        <translation>Schicht für Schicht wurde nichts gemessen; der Befehl tut es.</translation>
    </message>
    <message>
        <source>The worst of %1, by signal to noise of their outputs, all layers before quantized, too; in front the share of values that the range cuts off</source>
        <translation>Die schlechtesten von %1 nach Signal zu Rauschen ihrer Ausgänge, alle Schichten davor auch quantisiert; davor der Anteil der Werte, die der Bereich abschneidet</translation>
    </message>
    <message>
        <source>The build that it was made from is gone.</source>
        <translation>Der Stand, aus dem er entstand, ist nicht mehr da.</translation>
    </message>
    <message>
        <source>It needs data: choose some on the Data page.</source>
        <translation>Das braucht Daten: Wählen Sie welche auf der Seite „Daten“.</translation>
    </message>
</context>
</TS>
