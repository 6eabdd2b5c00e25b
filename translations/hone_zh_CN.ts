<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Builds</name>
    <message numerus="yes">
        <source>%n epoch(s)</source>
        <translation>
            <numerusform>%n 轮</numerusform>
        </translation>
    </message>
    <message>
        <source>global</source>
        <translation>全局</translation>
    </message>
    <message>
        <source>uniform</source>
        <translation>均匀</translation>
    </message>
    <message>
        <source>static, percentile</source>
        <translation>静态，百分位</translation>
    </message>
    <message>
        <source>static, min-max</source>
        <translation>静态，最小-最大</translation>
    </message>
    <message>
        <source>static, moving average</source>
        <translation>静态，移动平均</translation>
    </message>
    <message>
        <source>static, entropy</source>
        <translation>静态，熵</translation>
    </message>
    <message>
        <source>static, least error</source>
        <translation>静态，最小误差</translation>
    </message>
    <message>
        <source>ranges found while it runs</source>
        <translation>运行时确定范围</translation>
    </message>
    <message>
        <source>computed in float</source>
        <translation>以 float 计算</translation>
    </message>
    <message>
        <source>half precision</source>
        <translation>半精度</translation>
    </message>
    <message>
        <source>original</source>
        <translation>原始</translation>
    </message>
    <message>
        <source>untrained</source>
        <translation>未训练</translation>
    </message>
    <message>
        <source>Importing %1</source>
        <translation>正在导入 %1</translation>
    </message>
    <message>
        <source>Making %1</source>
        <translation>正在生成 %1</translation>
    </message>
    <message>
        <source>Fine-tuning %1</source>
        <translation>正在微调 %1</translation>
    </message>
    <message>
        <source>Pruning %1 by %2</source>
        <translation>正在剪枝 %1（%2）</translation>
    </message>
    <message>
        <source>Quantizing %1</source>
        <translation>正在量化 %1</translation>
    </message>
    <message>
        <source>fine-tuned</source>
        <translation>已微调</translation>
    </message>
    <message>
        <source>pruned %1</source>
        <translation>剪枝 %1</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%2 的 %1</translation>
    </message>
    <message>
        <source>tidied</source>
        <translation>已整理</translation>
    </message>
    <message>
        <source>same outputs, fewer nodes</source>
        <translation>输出相同，节点更少</translation>
    </message>
    <message>
        <source>rank %1</source>
        <translation>秩 %1</translation>
    </message>
    <message>
        <source>energy %1</source>
        <translation>能量 %1</translation>
    </message>
    <message>
        <source>taught by %1, %2</source>
        <translation>由 %1 教授，%2</translation>
    </message>
    <message>
        <source>distilled</source>
        <translation>已蒸馏</translation>
    </message>
    <message>
        <source>sparse %1</source>
        <translation>稀疏 %1</translation>
    </message>
    <message>
        <source>low rank</source>
        <translation>低秩</translation>
    </message>
    <message>
        <source>quantization-aware, %1</source>
        <translation>量化感知，%1</translation>
    </message>
    <message>
        <source>smallest weights zero</source>
        <translation>最小的权重为零</translation>
    </message>
    <message>
        <source>Distilling into %1</source>
        <translation>正在蒸馏到 %1</translation>
    </message>
    <message>
        <source>Sparsifying %1</source>
        <translation>正在稀疏化 %1</translation>
    </message>
    <message>
        <source>Splitting layers of %1</source>
        <translation>正在拆分 %1 的层</translation>
    </message>
    <message>
        <source>Quantization-aware training of %1</source>
        <translation>正在对 %1 进行量化感知训练</translation>
    </message>
    <message>
        <source>Tidying %1</source>
        <translation>正在整理 %1</translation>
    </message>
    <message>
        <source>by structure</source>
        <translation>按结构</translation>
    </message>
    <message>
        <source>by layer</source>
        <translation>按层</translation>
    </message>
    <message>
        <source>by sensitivity</source>
        <translation>按敏感度</translation>
    </message>
    <message>
        <source>to %1 MACs</source>
        <translation>至 %1 MACs</translation>
    </message>
    <message>
        <source>to %1 parameters</source>
        <translation>至 %1 参数</translation>
    </message>
    <message>
        <source>to %1 file size</source>
        <translation>至 %1 文件大小</translation>
    </message>
    <message>
        <source>to %1 peak memory</source>
        <translation>至 %1 峰值内存</translation>
    </message>
    <message>
        <source>to %1 latency</source>
        <translation>至 %1 延迟</translation>
    </message>
    <message>
        <source>to %1 latency on %2</source>
        <translation>至 %1 延迟（%2）</translation>
    </message>
    <message>
        <source>Pruning %1 %2</source>
        <translation>正在剪枝 %1：%2</translation>
    </message>
    <message>
        <source>min-max</source>
        <translation>最小-最大</translation>
    </message>
    <message>
        <source>moving average</source>
        <translation>移动平均</translation>
    </message>
    <message>
        <source>percentile</source>
        <translation>百分位</translation>
    </message>
    <message>
        <source>entropy</source>
        <translation>熵</translation>
    </message>
    <message>
        <source>least error</source>
        <translation>最小误差</translation>
    </message>
    <message>
        <source>%1, signed</source>
        <translation>%1，有符号</translation>
    </message>
    <message>
        <source>%1-bit weights</source>
        <translation>%1 位权重</translation>
    </message>
    <message>
        <source>dynamic int8</source>
        <translation>int8 动态</translation>
    </message>
    <message>
        <source>int8 for %1</source>
        <translation>适用于 %1 的 int8</translation>
    </message>
    <message>
        <source>%1-bit activations</source>
        <translation>%1 位激活</translation>
    </message>
    <message>
        <source>partly float</source>
        <translation>部分 float</translation>
    </message>
    <message>
        <source>biases as they were</source>
        <translation>偏置不变</translation>
    </message>
    <message>
        <source>equalized</source>
        <translation>已均衡</translation>
    </message>
    <message>
        <source>signed</source>
        <translation>有符号</translation>
    </message>
    <message>
        <source>%1, trained</source>
        <translation>%1，已训练</translation>
    </message>
</context>
<context>
    <name>Duration</name>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 分 %2 秒</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 小时 %2 分</translation>
    </message>
</context>
<context>
    <name>Jobs</name>
    <message>
        <source>reading</source>
        <translation>读取中</translation>
    </message>
    <message>
        <source>drawing the sample</source>
        <translation>绘制示例中</translation>
    </message>
    <message>
        <source>training</source>
        <translation>训练中</translation>
    </message>
    <message>
        <source>measuring accuracy</source>
        <translation>测量准确率</translation>
    </message>
    <message>
        <source>measuring latency</source>
        <translation>测量延迟</translation>
    </message>
    <message>
        <source>pruning</source>
        <translation>剪枝中</translation>
    </message>
    <message>
        <source>calibrating</source>
        <translation>校准中</translation>
    </message>
    <message>
        <source>quantizing</source>
        <translation>量化中</translation>
    </message>
    <message>
        <source>writing</source>
        <translation>写入中</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>连接中</translation>
    </message>
    <message>
        <source>uploading</source>
        <translation>上传中</translation>
    </message>
    <message>
        <source>verifying</source>
        <translation>校验中</translation>
    </message>
    <message>
        <source>running on the device</source>
        <translation>在设备上运行</translation>
    </message>
    <message>
        <source>epoch %1 of %2</source>
        <translation>第 %1 轮，共 %2 轮</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>剩余 %1</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>done in %1</source>
        <translation>完成，用时 %1</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>tidying</source>
        <translation>整理</translation>
    </message>
    <message>
        <source>checking</source>
        <translation>检查</translation>
    </message>
</context>
<context>
    <name>Metrics</name>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>accuracy, %</source>
        <translation>准确率，%</translation>
    </message>
    <message>
        <source>Accuracy, %</source>
        <translation>准确率，%</translation>
    </message>
    <message>
        <source>Top-1 on the validation split, with its 95 % interval</source>
        <translation>验证集上的 Top-1，附 95 % 区间</translation>
    </message>
    <message>
        <source>mean absolute error (lower is better)</source>
        <translation>平均绝对误差（越低越好）</translation>
    </message>
    <message>
        <source>MAE</source>
        <translation>MAE</translation>
    </message>
    <message>
        <source>Mean absolute error on the validation split, with its 95 % interval; lower is better</source>
        <translation>验证集上的平均绝对误差，附 95 % 区间；越低越好</translation>
    </message>
    <message>
        <source>AUC</source>
        <translation>AUC</translation>
    </message>
    <message>
        <source>area under the ROC curve</source>
        <translation>ROC 曲线下面积</translation>
    </message>
    <message>
        <source>Share of pairs of an anomaly and a normal sample that are told apart, on the validation split, with its 95 % interval</source>
        <translation>验证集上能被区分的“异常与正常样本对”所占比例，附 95 % 区间</translation>
    </message>
    <message>
        <source>reconstruction error (lower is better)</source>
        <translation>重建误差（越低越好）</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>误差</translation>
    </message>
    <message>
        <source>Mean squared difference between normal samples and what the model makes of them, on the validation split; lower is better</source>
        <translation>验证集上正常样本与模型重建结果之间的均方差；越低越好</translation>
    </message>
    <message>
        <source>Agreement</source>
        <translation>一致性</translation>
    </message>
    <message>
        <source>agreement with the original (cosine)</source>
        <translation>与原模型的一致性（余弦）</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>余弦</translation>
    </message>
    <message>
        <source>Between the model&apos;s outputs and the original&apos;s on the validation split, of the output that differs most</source>
        <translation>验证集上模型输出与原模型输出之间的余弦，取差异最大的输出</translation>
    </message>
    <message>
        <source>%1, validation</source>
        <translation>%1，验证</translation>
    </message>
    <message>
        <source>Among the first five</source>
        <translation>前五命中</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>Signal to noise</source>
        <translation>信噪比</translation>
    </message>
    <message>
        <source>Same first answer</source>
        <translation>首选答案相同</translation>
    </message>
    <message>
        <source>Of the output</source>
        <translation>所属输出</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>样本数</translation>
    </message>
    <message>
        <source>RMSE</source>
        <translation>RMSE</translation>
    </message>
    <message>
        <source>Error, normal</source>
        <translation>误差，正常</translation>
    </message>
    <message>
        <source>Error, anomalies</source>
        <translation>误差，异常</translation>
    </message>
</context>
<context>
    <name>Sentences</name>
    <message>
        <source>The {what} can&apos;t come down to {wanted}. The smallest that can be reached is {reachable} ({detail}). Ask for no less than that.</source>
        <translation>无法将{what}降到 {wanted}。可达到的最小值为 {reachable}（{detail}）。请不要要求更小的值。</translation>
    </message>
    <message>
        <source>The {what} is {present}, which meets the target of {wanted} already, so nothing was removed.</source>
        <translation>{what}为 {present}，已达到目标 {wanted}，因此没有移除任何内容。</translation>
    </message>
    <message>
        <source>MACs are {macs} % of what they were but latency is {latency} %: two calls in place of one can cost what their MACs save. A rank of a multiple of 8 or 16 may help, or keeping more energy, which splits fewer layers. Ranks that fit the processor badly: {layers}.</source>
        <translation>MAC 为原来的 {macs} %，但延迟为原来的 {latency} %：一次调用变为两次，其开销可能抵消所节省的 MAC。将秩设为 8 或 16 的倍数可能有帮助，或保留更多能量，这样拆分的层更少。与处理器不匹配的秩：{layers}。</translation>
    </message>
    <message>
        <source>MACs are {macs} % of what they were but latency is {latency} %. Layers whose channel counts fit the processor badly, where rounding to 8 or 16 channels may help: {layers}.</source>
        <translation>MAC 为原来的 {macs} %，但延迟为原来的 {latency} %。通道数与处理器不匹配、取整到 8 或 16 个通道可能有帮助的层：{layers}。</translation>
    </message>
    <message>
        <source>{path} is no sensitivity file ({detail}). Measure it again.</source>
        <translation>{path} 不是敏感度文件（{detail}）。请重新测量。</translation>
    </message>
    <message>
        <source>{path} was measured on another model than {model}. Measure this one.</source>
        <translation>{path} 是在 {model} 以外的模型上测量的。请测量此模型。</translation>
    </message>
    <message>
        <source>The teacher doesn&apos;t fit the student: {detail}. Take one with the same inputs and outputs.</source>
        <translation>教师模型与学生模型不匹配：{detail}。请使用输入和输出相同的教师模型。</translation>
    </message>
    <message>
        <source>No layer gets smaller by being split into two: {detail}. Ask for less energy or a lower rank, or prune channels instead.</source>
        <translation>没有任何层会因拆分为两层而变小：{detail}。请降低能量或秩，或改为剪除通道。</translation>
    </message>
    <message>
        <source>There are no weights that could become zero: {detail}. Use a model with convolutions or matrix products.</source>
        <translation>没有可置零的权重：{detail}。请使用包含卷积或矩阵乘法的模型。</translation>
    </message>
    <message>
        <source>Zeros among the weights make the compressed file smaller, not the model faster: ONNX Runtime still computes all {macs} MACs ({latencyBefore} ms before, {latencyAfter} ms after). Prune channels for speed.</source>
        <translation>权重中的零使压缩文件变小，但不会使模型变快：ONNX Runtime 仍计算全部 {macs} MAC（之前 {latencyBefore} ms，之后 {latencyAfter} ms）。如需提速请剪除通道。</translation>
    </message>
    <message>
        <source>There is no file {path}. Check the path, or choose the file again.</source>
        <translation>文件 {path} 不存在。请检查路径，或重新选择文件。</translation>
    </message>
    <message>
        <source>{path} can&apos;t be read: {reason}. Check its permissions, or choose another file.</source>
        <translation>无法读取 {path}：{reason}。请检查权限，或选择其他文件。</translation>
    </message>
    <message>
        <source>{path} can&apos;t be written: {reason}. Choose a folder that you may write to.</source>
        <translation>无法写入 {path}：{reason}。请选择有写入权限的文件夹。</translation>
    </message>
    <message>
        <source>The disk is full, so {path} was not written; nothing was changed. Free some space and try again.</source>
        <translation>磁盘已满，{path} 未写入，其他内容没有改动。请腾出空间后重试。</translation>
    </message>
    <message>
        <source>{path} exists already and was left as it is. Choose another name.</source>
        <translation>{path} 已存在，未作改动。请换一个名称。</translation>
    </message>
    <message>
        <source>Hone&apos;s part “{module}” can&apos;t be loaded: {reason}. Install Hone again.</source>
        <translation>无法加载 Hone 的组件“{module}”：{reason}。请重新安装 Hone。</translation>
    </message>
    <message>
        <source>Something went wrong inside Hone: {detail}. Nothing was changed; please report this.</source>
        <translation>Hone 内部出错：{detail}。没有任何改动；请报告此问题。</translation>
    </message>
    <message>
        <source>“{value}” is no good for {option}; it takes {expected}.</source>
        <translation>“{value}”不适用于 {option}；应为 {expected}。</translation>
    </message>
    <message>
        <source>“{verb}” has no option {option}. See its help.</source>
        <translation>“{verb}”没有选项 {option}。请查看其帮助。</translation>
    </message>
    <message>
        <source>“{verb}” was called wrongly: {detail}. See its help.</source>
        <translation>“{verb}”的用法有误：{detail}。请查看其帮助。</translation>
    </message>
    <message>
        <source>The step “{step}” needs data. Choose a data folder on the Data page.</source>
        <translation>步骤“{step}”需要数据。请在“数据”页选择数据文件夹。</translation>
    </message>
    <message>
        <source>The studio&apos;s program is not at {path}. Install Hone again.</source>
        <translation>在 {path} 找不到 Studio 程序。请重新安装 Hone。</translation>
    </message>
    <message>
        <source>{path} is empty. Export the model again.</source>
        <translation>{path} 是空文件。请重新导出模型。</translation>
    </message>
    <message>
        <source>{path} is not an ONNX file. Export the model to ONNX and choose that file.</source>
        <translation>{path} 不是 ONNX 文件。请将模型导出为 ONNX 后再选择。</translation>
    </message>
    <message>
        <source>{path} ends too early: part of the model is missing. Copy or export it again.</source>
        <translation>{path} 不完整：模型缺少一部分。请重新复制或导出。</translation>
    </message>
    <message>
        <source>{path} is not a sound model: {detail}. Export it again.</source>
        <translation>{path} 不是有效的模型：{detail}。请重新导出。</translation>
    </message>
    <message>
        <source>{path} asks for more than Hone takes: {detail}. The file is damaged or not meant to be loaded.</source>
        <translation>{path} 超出了 Hone 的上限：{detail}。文件已损坏，或本就不应加载。</translation>
    </message>
    <message>
        <source>{path} wants to read {location}, outside of its own folder, which is refused. Put the weights beside the model.</source>
        <translation>{path} 试图读取其文件夹之外的 {location}，已拒绝。请把权重放在模型旁边。</translation>
    </message>
    <message>
        <source>{path} keeps weights in {location}, which is missing or too short. Put that file beside the model.</source>
        <translation>{path} 的权重在 {location} 中，但该文件缺失或过短。请把它放在模型旁边。</translation>
    </message>
    <message>
        <source>{path} uses ONNX opset {opset}; Hone reads {lowest} to {highest}. Export it with one of those.</source>
        <translation>{path} 使用 ONNX opset {opset}；Hone 支持 {lowest} 到 {highest}。请用其中之一重新导出。</translation>
    </message>
    <message>
        <source>Hone can&apos;t do this with the operators {operators}. What still works: {open}.</source>
        <translation>Hone 无法对算子 {operators} 执行此操作。仍可使用：{open}。</translation>
    </message>
    <message>
        <source>The shapes at node {node} don&apos;t fit: {detail}. Export the model again.</source>
        <translation>节点 {node} 的形状不匹配：{detail}。请重新导出模型。</translation>
    </message>
    <message>
        <source>ONNX Runtime refuses {path}: {detail}. Export the model again, with another opset if need be.</source>
        <translation>ONNX Runtime 拒绝 {path}：{detail}。请重新导出模型，必要时换用其他 opset。</translation>
    </message>
    <message>
        <source>The model&apos;s input doesn&apos;t take these data: {detail}. Use a model with one input for them.</source>
        <translation>模型的输入不接受这些数据：{detail}。请使用具有一个相应输入的模型。</translation>
    </message>
    <message>
        <source>The model&apos;s output is not one score a class: {detail}. Use a classifier.</source>
        <translation>模型的输出不是每类一个分数：{detail}。请使用分类模型。</translation>
    </message>
    <message>
        <source>This model can&apos;t be trained: {detail}. Train a build from before that step; quantizing and comparing still work.</source>
        <translation>此模型无法训练：{detail}。请训练该步骤之前的版本；量化和比较仍可使用。</translation>
    </message>
    <message>
        <source>There is no data folder {path}. Choose one on the Data page.</source>
        <translation>数据文件夹 {path} 不存在。请在“数据”页选择一个。</translation>
    </message>
    <message>
        <source>{path} holds nothing that Hone knows as data. Use a folder with one folder a class, or with IDX, CIFAR binary, CSV or NPZ files.</source>
        <translation>{path} 中没有 Hone 认识的数据。请使用每个类别一个文件夹的文件夹，或包含 IDX、CIFAR 二进制、CSV 或 NPZ 文件的文件夹。</translation>
    </message>
    <message>
        <source>{path} can&apos;t be understood: {detail}. Correct it and try again.</source>
        <translation>无法理解 {path}：{detail}。请改正后重试。</translation>
    </message>
    <message>
        <source>The split “{split}” of {path} holds no samples. Add some, at least three a class, or name the splits in dataset.yaml.</source>
        <translation>{path} 的“{split}”部分没有样本。请添加样本（每个类别至少三个），或在 dataset.yaml 中指明各部分。</translation>
    </message>
    <message>
        <source>{path} has no split “{split}”; it has {available}. Add pictures, at least three a class, put some into a folder of that name, or name the splits in dataset.yaml.</source>
        <translation>{path} 没有划分“{split}”，只有 {available}。请添加图片，每个类别至少三张，或将一些图片放入同名文件夹，或在 dataset.yaml 中写明各划分。</translation>
    </message>
    <message>
        <source>{path} has one class only, “{class}”. A classifier needs two; choose the folder above it?</source>
        <translation>{path} 只有一个类别“{class}”。分类至少需要两个；要选择上一级文件夹吗？</translation>
    </message>
    <message>
        <source>The data have {classes} classes, but the model has {outputs} outputs. Fine-tune with a new head.</source>
        <translation>数据有 {classes} 个类别，而模型有 {outputs} 个输出。请用新的输出层微调。</translation>
    </message>
    <message>
        <source>The model has no output for these classes: {classes}. Fine-tune with a new head, or map them in dataset.yaml.</source>
        <translation>模型没有对应这些类别的输出：{classes}。请用新的输出层微调，或在 dataset.yaml 中映射。</translation>
    </message>
    <message>
        <source>{count} of {total} samples can&apos;t be read, too many to go on: {files}. Replace or delete them.</source>
        <translation>{total} 个样本中有 {count} 个无法读取，数量过多，无法继续：{files}。请替换或删除它们。</translation>
    </message>
    <message>
        <source>{count} of {total} samples can&apos;t be read and were skipped: {files}.</source>
        <translation>{total} 个样本中有 {count} 个无法读取，已跳过：{files}。</translation>
    </message>
    <message>
        <source>What becomes of the data at the model&apos;s input is stated neither by the model nor, for a model like it, by dataset.yaml, so {described} was taken. If the model was trained otherwise, its results are wrong; say it under “preprocess” in dataset.yaml.</source>
        <translation>数据如何变成模型的输入，模型没有说明，dataset.yaml 也没有针对这样的模型说明，因此采用了 {described}。如果模型是以其他方式训练的，其结果就是错误的；请在 dataset.yaml 的“preprocess”下说明。</translation>
    </message>
    <message>
        <source>The data&apos;s pictures are gray and the model takes colour, so the model got the same gray in each channel. If it was made for coloured pictures, what was measured or learnt says little of them.</source>
        <translation>数据中的图片是灰度的，而模型接受彩色输入，因此每个通道都得到相同的灰度值。如果模型是为彩色图片制作的，所测得或学到的结果意义不大。</translation>
    </message>
    <message>
        <source>The data&apos;s pictures have colours and the model takes gray, so the model got their brightness. If it was made for other pictures, what was measured or learnt says little of them.</source>
        <translation>数据中的图片是彩色的，而模型接受灰度输入，因此模型得到的是亮度。如果模型是为其他图片制作的，所测得或学到的结果意义不大。</translation>
    </message>
    <message>
        <source>Neither the model nor dataset.yaml says how pixels become the model&apos;s input, so {channels} from 0 to 1 without mean and standard deviation was taken. If the model was trained otherwise, its accuracy is wrong; say it under “preprocess” in dataset.yaml.</source>
        <translation>模型和 dataset.yaml 都没有说明像素如何变成模型的输入，因此按 0 到 1 的 {channels}、不使用均值和标准差处理。如果模型不是这样训练的，其准确率就不正确；请在 dataset.yaml 的“preprocess”下写明。</translation>
    </message>
    <message>
        <source>The model before has {outputs} outputs and the data have {classes} classes, so its accuracy was not measured on them and there is nothing to compare the new head with.</source>
        <translation>之前的模型有 {outputs} 个输出，而数据有 {classes} 个类别，因此没有在这些数据上测量其准确率，新的输出层也就没有可比较的对象。</translation>
    </message>
    <message>
        <source>The model before has no output for the classes {classes}, so its accuracy was not measured on these data and there is nothing to compare the new head with.</source>
        <translation>之前的模型没有对应这些类别的输出：{classes}，因此没有在这些数据上测量其准确率，新的输出层也就没有可比较的对象。</translation>
    </message>
    <message>
        <source>The {split} split doesn&apos;t hold both normal samples and anomalies, so the reconstruction error was measured in place of the AUC. Put both into it.</source>
        <translation>划分 {split} 中没有同时包含正常样本和异常样本，因此测量的是重建误差而不是 AUC。请放入这两类样本。</translation>
    </message>
    <message>
        <source>The data have {targets} numbers to predict for each sample and the model has {outputs} outputs. Fine-tune it with a new head, or use the data that the model was made for.</source>
        <translation>数据中每个样本有 {targets} 个待预测的数值，而模型有 {outputs} 个输出。请用新的输出头微调，或使用该模型对应的数据。</translation>
    </message>
    <message>
        <source>The model before has {outputs} outputs and the data have {targets} numbers to predict, so its error was not measured on them and there is nothing to compare the new head with.</source>
        <translation>之前的模型有 {outputs} 个输出，而数据有 {targets} 个待预测的数值，因此没有在这些数据上测量它的误差，新的输出头也就没有可比对象。</translation>
    </message>
    <message>
        <source>The model&apos;s output {output} has another shape than its input {input}, so it reconstructs nothing. Detect anomalies with an autoencoder.</source>
        <translation>模型的输出 {output} 与输入 {input} 形状不同，因此它不做重建。请使用自编码器检测异常。</translation>
    </message>
    <message>
        <source>{path} holds no labels, so no loss of accuracy can be bounded there. Leave the bound out, or say which share of the MACs, how many bytes or how much time may be spent on layers in float.</source>
        <translation>{path} 不含标签，因此无法在其上限制精度损失。请去掉该限制，或指定浮点层可占用的 MAC 比例、字节数或时间。</translation>
    </message>
    <message>
        <source>{path} holds no labels, so nothing can be learnt or counted by them. A model can learn from another&apos;s answers, and be compared with the one that it was made from.</source>
        <translation>{path} 不含标签，因此无法据此学习或计数。模型可以学习另一个模型的回答，也可以与其来源模型比较。</translation>
    </message>
    <message>
        <source>No data were given, so the model and its reference were compared on {inputs} made-up inputs (random numbers, seed {seed}), which say little of real ones. Data without labels will do.</source>
        <translation>没有给出数据，因此模型与参考模型是在 {inputs} 个虚构输入（随机数，种子 {seed}）上比较的，这对真实数据说明不了多少。无标签的数据即可。</translation>
    </message>
    <message>
        <source>The model can&apos;t be compared with its reference ({detail}). Give the model that it was made from.</source>
        <translation>无法将该模型与参考模型比较（{detail}）。请给出它所源自的模型。</translation>
    </message>
    <message>
        <source>These outputs were left out, since they hold text or have another size than the reference&apos;s: {outputs}.</source>
        <translation>以下输出未参与比较，因为它们是文本，或大小与参考模型不同：{outputs}。</translation>
    </message>
    <message>
        <source>{path} takes raw bytes already, its preprocessing is written into it. Use it as it is.</source>
        <translation>{path} 已经直接接收原始字节，预处理已写入其中。请直接使用。</translation>
    </message>
    <message>
        <source>Neither {path} nor the data say how raw data become its input. State it under “preprocess” in dataset.yaml.</source>
        <translation>{path} 和数据都没有说明原始数据如何成为模型的输入。请在 dataset.yaml 的“preprocess”中说明。</translation>
    </message>
    <message>
        <source>This preprocessing can&apos;t be written into a model ({detail}). Do it before the model, as now.</source>
        <translation>这种预处理无法写入模型（{detail}）。请仍像现在这样在模型之前进行。</translation>
    </message>
    <message>
        <source>{path} is for the task “{task}”, which Hone doesn&apos;t do. It does classification, regression and anomaly detection, and compares any model with its original.</source>
        <translation>{path} 用于任务“{task}”，Hone 不处理该任务。它支持分类、回归和异常检测，并能将任何模型与其原模型比较。</translation>
    </message>
    <message>
        <source>{ratio} is no share of channels to remove. Choose more than 0 and less than 1.</source>
        <translation>{ratio} 不是有效的通道剪除比例。请选择大于 0 且小于 1 的值。</translation>
    </message>
    <message>
        <source>Nothing can be pruned here: {detail}. Let more leave or keep less, or choose another model.</source>
        <translation>这里没有可剪枝的内容：{detail}。请允许剪除更多或减少保留的层，或选择其他模型。</translation>
    </message>
    <message>
        <source>The model has no layer {layer}. Similar ones: {similar}.</source>
        <translation>模型没有层 {layer}。相近的有：{similar}。</translation>
    </message>
    <message>
        <source>{path} is quantized already. Quantize the build that it was made from.</source>
        <translation>{path} 已经量化。请量化生成它的版本。</translation>
    </message>
    <message>
        <source>Nothing can be quantized here: {detail}. Choose a model with convolutions or matrix products.</source>
        <translation>这里没有可量化的内容：{detail}。请选择含卷积或矩阵乘法的模型。</translation>
    </message>
    <message>
        <source>{path} has no samples to find value ranges with. Add some to the training or validation split.</source>
        <translation>{path} 没有可用于确定数值范围的样本。请在训练或验证部分添加一些。</translation>
    </message>
    <message>
        <source>{runtime} would refuse {layer}: {reason}. Keep it in float or choose another scheme.</source>
        <translation>{runtime} 会拒绝 {layer}：{reason}。请让它保持浮点或选择其他方案。</translation>
    </message>
    <message>
        <source>{runtime} would run {layer} in float: {reason}. That costs speed there, not accuracy.</source>
        <translation>{runtime} 会以浮点运行 {layer}：{reason}。这在那里会影响速度，但不影响精度。</translation>
    </message>
    <message>
        <source>The curves in {path} were measured with channels chosen by {curves}, and are pruned by with channels chosen by {step}. What they say holds where both are the same.</source>
        <translation>{path} 中的曲线是按 {curves} 选择通道测得的，而剪枝按 {step} 选择通道。两者相同时曲线所示才成立。</translation>
    </message>
    <message>
        <source>The file has the form that {runtime} takes. It was not run in that runtime, and its figures are ONNX Runtime&apos;s.</source>
        <translation>文件采用 {runtime} 所接受的形式。它没有在该运行时中运行过，各项数值来自 ONNX Runtime。</translation>
    </message>
    <message>
        <source>{samples} sample says little about all others. Calibrate with at least {needed}, and have as many in the training split.</source>
        <translation>{samples} 个样本不足以代表其他样本。请至少用 {needed} 个样本校准，并在训练部分准备同样多的样本。</translation>
    </message>
    <message>
        <source>On these samples, {value} held something that is no number or infinite. Look for the sample or the layer that does it on the Model page; nothing was written.</source>
        <translation>对于这些样本，{value} 含有非数字或无穷大的值。请在模型页查找造成它的样本或层；没有写入任何内容。</translation>
    </message>
    <message>
        <source>What {layers} computes is the same number in all samples, so it says nothing and its range is that number&apos;s alone. If other data would tell more, calibrate with them; else prune it or keep it in float.</source>
        <translation>{layers} 的计算结果在所有样本中都是同一个数，因此不含信息，其范围也只有该数。如果其他数据能提供更多信息，请用它们校准；否则请剪掉该层或将其保留为浮点。</translation>
    </message>
    <message>
        <source>The input {value} is the same number in all samples, so no range can be found. Look at the data and their preprocessing.</source>
        <translation>输入 {value} 在所有样本中都是同一个数，因此无法确定数值范围。请检查数据及其预处理。</translation>
    </message>
    <message>
        <source>Quantizing needs opset {needed}, and these operators of the model&apos;s opset {opset} can&apos;t be carried over: {operators}. Export the model again with opset {needed} or later.</source>
        <translation>量化需要 opset {needed}，而模型 opset {opset} 中的这些算子无法转换：{operators}。请用 opset {needed} 或更高版本重新导出模型。</translation>
    </message>
    <message>
        <source>{path} has nothing on integers in it, and a file in half precision hasn&apos;t either. Choose a quantized build, and the float one that it was made from.</source>
        <translation>{path} 中没有任何整数内容，半精度文件中也没有。请选择已量化的版本，以及生成它的浮点版本。</translation>
    </message>
    <message>
        <source>The answers part at {layer}, whose signal-to-noise ratio is {snr} dB behind {before} dB. Most of the noise up to there comes from {source} ({alone} dB by itself).</source>
        <translation>结果从 {layer} 开始偏离：其信噪比为 {snr} dB，而其输入为 {before} dB。到此为止的噪声主要来自 {source}（自身 {alone} dB）。</translation>
    </message>
    <message>
        <source>The most noise by itself comes from {layer} ({alone} dB, {snr} dB with what came before).</source>
        <translation>自身引入噪声最多的是 {layer}（自身 {alone} dB，连同之前为 {snr} dB）。</translation>
    </message>
    <message>
        <source>{share} % of the values of {layer} lie outside of its range and are cut off. Calibrate on more samples or by smallest and largest value, or keep it in float.</source>
        <translation>{layer} 有 {share} % 的值超出取值范围而被截断。请用更多样本或按最小值和最大值校准，或将其保留为浮点。</translation>
    </message>
    <message>
        <source>The largest value of {layer} is {ratio} times what 99.9 % of its values stay below, so that they share {used} % of the steps. Choose ranges that leave outliers out.</source>
        <translation>{layer} 的最大值是其 99.9 % 的值上限的 {ratio} 倍，因此这些值只占用 {used} % 的级数。请选择排除离群值的取值范围。</translation>
    </message>
    <message>
        <source>The widest channel of {layer} takes {ratio} times the range of the usual one, so that most channels have few steps. Equalizing layers evens them out.</source>
        <translation>{layer} 最宽通道的范围是一般通道的 {ratio} 倍，因此多数通道只有很少的级数。层间均衡可以拉平它们。</translation>
    </message>
    <message>
        <source>The weights of {layer} share one scale though their channels differ by a factor of {ratio} ({count} such layers). Quantize with one scale a channel.</source>
        <translation>{layer} 的权重共用一个缩放系数，但各通道相差 {ratio} 倍（这样的层有 {count} 个）。请按通道使用缩放系数进行量化。</translation>
    </message>
    <message>
        <source>With {layers} in float ({count} of its layers) it takes {latency} ms, against {quantized} ms as it is and {float} ms of the float model.</source>
        <translation>将 {layers}（共 {count} 个层）保留为浮点后需要 {latency} 毫秒；目前为 {quantized} 毫秒，浮点模型为 {float} 毫秒。</translation>
    </message>
    <message>
        <source>It takes {quantized} ms, the float model {float} ms, and no mix of float and integer layers that was tried here is faster than either. Deploy the float model, or measure on the device itself.</source>
        <translation>它需要 {quantized} 毫秒，浮点模型需要 {float} 毫秒，而这里尝试过的浮点与整数层的任何组合都不比两者更快。请部署浮点模型，或在设备上测量。</translation>
    </message>
    <message>
        <source>{count} depthwise convolutions take longer on integers ({quantized} µs) than in float ({float} µs), since they have few products for each value that is moved. Keep them in float: {layers}.</source>
        <translation>{count} 个逐通道卷积用整数计算（{quantized} 微秒）比浮点（{float} 微秒）更慢，因为每搬动一个值只有很少的乘法。请将它们保留为浮点：{layers}。</translation>
    </message>
    <message>
        <source>{share} % of the time ({microseconds} µs) goes into bringing values from one form into another. Keep layers on both sides of a change in the same form: {layers}.</source>
        <translation>{share} % 的时间（{microseconds} 微秒）用于转换值的形式。请让转换处两侧的层保持相同形式：{layers}。</translation>
    </message>
    <message>
        <source>This processor ({processor}) has no 8-bit dot products, so integers gain little here. Measure on the device itself.</source>
        <translation>此处理器（{processor}）没有 8 位点积指令，因此整数在这里收益很小。请在设备上测量。</translation>
    </message>
    <message>
        <source>Give {layers} other ranges, or keep them in float.</source>
        <translation>请为 {layers} 换用其他取值范围，或将其保留为浮点。</translation>
    </message>
    <message>
        <source>The layers of a dynamic file can&apos;t be chosen. Calibrated, {layers} can be given other ranges or be kept in float.</source>
        <translation>动态量化文件的层无法单独选择。改用校准方式后，可为 {layers} 换用其他取值范围或保留为浮点。</translation>
    </message>
    <message>
        <source>Give the weights smaller blocks, or 8 bits.</source>
        <translation>请为权重使用更小的块，或改用 8 位。</translation>
    </message>
    <message>
        <source>What its layers read is put onto a grid anew in every run, and {quantized} ms are what that takes, against {float} ms of the float model. Calibrate it: the ranges are in the file then.</source>
        <translation>其各层的输入在每次运行时都要重新量化，耗时 {quantized} 毫秒，而浮点模型为 {float} 毫秒。请改用校准方式：取值范围将写入文件。</translation>
    </message>
    <message>
        <source>ONNX Runtime&apos;s kernels for int8 activations are slower than those for uint8 on this processor. Take unsigned activations.</source>
        <translation>在此处理器上，ONNX Runtime 的 int8 激活内核比 uint8 慢。请使用无符号激活。</translation>
    </message>
    <message>
        <source>Only {compared} of {total} layers could be compared, since the other values have other names than in the float model. Choose the float file that the quantizing tool itself read.</source>
        <translation>只能比较 {total} 层中的 {compared} 层，因为其余的值与浮点模型中的名称不同。请选择量化工具所读取的浮点文件。</translation>
    </message>
    <message>
        <source>Nothing stands out: no layer&apos;s error, range or time asks for a change.</source>
        <translation>没有突出的问题：没有哪一层的误差、取值范围或用时需要改动。</translation>
    </message>
    <message>
        <source>This processor ({processor}) has no 8-bit dot products that add up exactly, so weights were given 7 bits. A device that has them could do slightly better.</source>
        <translation>此处理器（{processor}）没有能精确累加的 8 位点积指令，因此权重只用 7 位。具备该指令的设备精度可能略高。</translation>
    </message>
    <message>
        <source>{layers} layers have {bits}-bit weights in the file and are computed in float. That makes the file smaller, not the model faster.</source>
        <translation>{layers} 个层的权重在文件中为 {bits} 位，计算仍用 float。这会缩小文件，但不会让模型更快。</translation>
    </message>
    <message>
        <source>Numbers beyond 65504, the most that half precision holds, keep these in float32: {layers}.</source>
        <translation>有数值超过半精度的最大值 65504，因此以下部分保持 float32：{layers}。</translation>
    </message>
    <message>
        <source>{count} weights are too small for half precision and became 0. Compare the accuracy before using the file.</source>
        <translation>有 {count} 个权重小于半精度所能表示的数，变成了 0。使用该文件前请比较精度。</translation>
    </message>
    <message>
        <source>Training went astray in epoch {epoch}, batch {batch}: the first value that is no longer a number is {value} of the layer {layer}. Lower the learning rate, or limit the gradients&apos; norm.</source>
        <translation>训练在第 {epoch} 轮第 {batch} 批发散：最先不再是数值的是层 {layer} 的 {value}。请降低学习率，或限制梯度范数。</translation>
    </message>
    <message>
        <source>Training went astray in epoch {epoch}, batch {batch}: the first value that is no longer a number is {value} of the layer {layer}. It stopped there; the weights of epoch {kept} are kept.</source>
        <translation>训练在第 {epoch} 轮第 {batch} 批发散：最先不再是数值的是层 {layer} 的 {value}。训练已停止，保留第 {kept} 轮的权重。</translation>
    </message>
    <message>
        <source>Went on from the checkpoint of an earlier run that was interrupted, behind epoch {epochs}.</source>
        <translation>已从先前中断的运行的检查点继续，位于第 {epochs} 轮之后。</translation>
    </message>
    <message>
        <source>This processor ({processor}) has no bf16 arithmetic, so training ran in float32.</source>
        <translation>此处理器（{processor}）没有 bf16 运算，因此训练使用 float32。</translation>
    </message>
    <message>
        <source>This LibTorch ({version}) has no CUDA. Train on the processor, or build Hone with a LibTorch that has it.</source>
        <translation>此 LibTorch（{version}）不带 CUDA。请在处理器上训练，或用带 CUDA 的 LibTorch 构建 Hone。</translation>
    </message>
    <message>
        <source>LibTorch {version} has CUDA, but finds no graphics processor. Look at its driver, or train on the processor.</source>
        <translation>LibTorch {version}带 CUDA，但找不到图形处理器。请检查其驱动程序，或在处理器上训练。</translation>
    </message>
    <message>
        <source>The frozen body ran once over each of {passes} augmented passes, and the epochs take turns with what it gave.</source>
        <translation>冻结的主干对 {passes} 遍增强数据各运行一次，各轮训练轮流使用其结果。</translation>
    </message>
    <message>
        <source>What the frozen body gives would take {megabytes} MB, so it ran anew in every epoch.</source>
        <translation>冻结主干的结果需要 {megabytes} MB，因此每轮都重新运行。</translation>
    </message>
    <message>
        <source>MixUp and CutMix mix pictures, so the frozen body ran anew in every epoch.</source>
        <translation>MixUp 和 CutMix 会混合图片，因此冻结的主干每轮都重新运行。</translation>
    </message>
    <message>
        <source>This version of Hone has no step “{step}”. Update Hone, or remove the step.</source>
        <translation>此版本的 Hone 没有步骤“{step}”。请更新 Hone，或移除该步骤。</translation>
    </message>
    <message>
        <source>{path}, line {line}: {detail}. Correct the recipe and try again.</source>
        <translation>{path} 第 {line} 行：{detail}。请改正配方后重试。</translation>
    </message>
    <message>
        <source>There is no architecture “{name}”. Choose one of {known}.</source>
        <translation>没有架构“{name}”。请选择其中之一：{known}。</translation>
    </message>
    <message>
        <source>There is no Hone project in {path}. Choose another folder, or make a new project there.</source>
        <translation>{path} 中没有 Hone 项目。请选择其他文件夹，或在那里新建项目。</translation>
    </message>
    <message>
        <source>{path} holds a project already. Open it, or choose an empty folder.</source>
        <translation>{path} 中已有项目。请打开它，或选择空文件夹。</translation>
    </message>
    <message>
        <source>The project in {path} is damaged: {detail}. Take project.json from a backup.</source>
        <translation>{path} 中的项目已损坏：{detail}。请从备份恢复 project.json。</translation>
    </message>
    <message>
        <source>The project in {path} was written by a newer Hone (form {schema}; this one knows {known}). Update Hone.</source>
        <translation>{path} 中的项目由更新版本的 Hone 写入（格式 {schema}；此版本支持到 {known}）。请更新 Hone。</translation>
    </message>
    <message>
        <source>Another Hone is writing to {path}. Wait a moment and try again.</source>
        <translation>另一个 Hone 正在写入 {path}。请稍候再试。</translation>
    </message>
    <message>
        <source>There is no build “{build}”. There are: {available}.</source>
        <translation>没有版本“{build}”。现有：{available}。</translation>
    </message>
    <message>
        <source>The build “{build}” is damaged and left out: {detail}. Make it again from its recipe.</source>
        <translation>版本“{build}”已损坏，未列出：{detail}。请按其配方重新生成。</translation>
    </message>
    <message>
        <source>“{address}” is not an address. Write user@host or user@host:port.</source>
        <translation>“{address}”不是地址。请写成 用户@主机 或 用户@主机:端口。</translation>
    </message>
    <message>
        <source>{host} can&apos;t be reached on port {port}: {reason}. Is it switched on and in this network?</source>
        <translation>无法通过端口 {port} 连接 {host}：{reason}。设备是否已开机并在此网络中？</translation>
    </message>
    <message>
        <source>{host} doesn&apos;t let {user} in; it accepts {methods}. Choose another key, or put yours on the device.</source>
        <translation>{host} 拒绝 {user} 登录；它接受 {methods}。请选择其他密钥，或把您的密钥放到设备上。</translation>
    </message>
    <message>
        <source>The key {path} can&apos;t be used: {reason}. Choose another key file.</source>
        <translation>无法使用密钥 {path}：{reason}。请选择其他密钥文件。</translation>
    </message>
    <message>
        <source>{host} is not known yet. Its key is {fingerprint}: compare it with the device&apos;s, then accept it.</source>
        <translation>{host} 尚未信任。其密钥为 {fingerprint}：请与设备上的核对后接受。</translation>
    </message>
    <message>
        <source>{host} shows another key than before ({fingerprint}). If the device was set up anew, remove its line from {knownHosts}; if not, don&apos;t connect.</source>
        <translation>{host} 的密钥与以前不同（{fingerprint}）。若设备重新安装过，请从 {knownHosts} 中删除它的那一行；否则请勿连接。</translation>
    </message>
    <message>
        <source>{host} shows the key {fingerprint}, not {accepted}, which was accepted. Check the address and the device.</source>
        <translation>{host} 的密钥是 {fingerprint}，而不是已接受的 {accepted}。请检查地址和设备。</translation>
    </message>
    <message>
        <source>{holder} is deploying to {host} right now. Wait until that has ended and try again.</source>
        <translation>{holder} 正在向 {host} 部署。请等其结束后重试。</translation>
    </message>
    <message>
        <source>The connection to {host} broke off while {during}. The device still runs what it ran; try again.</source>
        <translation>与 {host} 的连接中断（{during}）。设备仍运行原来的版本；请重试。</translation>
    </message>
    <message>
        <source>{host} has too little room in {path}: {neededBytes} bytes needed, {freeBytes} free. Delete something there.</source>
        <translation>{host} 的 {path} 空间不足：需要 {neededBytes} 字节，剩余 {freeBytes} 字节。请在那里删除一些内容。</translation>
    </message>
    <message>
        <source>{host} is a {architecture} with {os}, for which Hone has no runner. Use a 64-bit Linux device.</source>
        <translation>{host} 是运行 {os} 的 {architecture} 设备，Hone 没有对应的运行程序。请使用 64 位 Linux 设备。</translation>
    </message>
    <message>
        <source>“{command}” failed on {host}: {detail}. The device still runs what it ran.</source>
        <translation>在 {host} 上执行“{command}”失败：{detail}。设备仍运行原来的版本。</translation>
    </message>
    <message>
        <source>{file} arrived at {host} with other contents than it was sent with. The device still runs what it ran; try again.</source>
        <translation>{file} 到达 {host} 后内容与发送时不同。设备仍运行原来的版本；请重试。</translation>
    </message>
    <message>
        <source>The model doesn&apos;t run on {host}: {detail}. The device still runs what it ran.</source>
        <translation>模型无法在 {host} 上运行：{detail}。设备仍运行原来的版本。</translation>
    </message>
    <message>
        <source>Hone&apos;s runner for {architecture} is not at {path}. Build or install it for that architecture.</source>
        <translation>在 {path} 找不到适用于 {architecture} 的 Hone 运行程序。请为该架构构建或安装。</translation>
    </message>
    <message>
        <source>The sample&apos;s own SSH server can&apos;t start: {detail}. Install openssh-server.</source>
        <translation>示例自带的 SSH 服务器无法启动：{detail}。请安装 openssh-server。</translation>
    </message>
    <message>
        <source>Nodes that only compute constants became constants ({count}).</source>
        <translation>{count} 个只计算常量的节点已变为常量。</translation>
    </message>
    <message>
        <source>Nodes that do nothing were left out ({count}).</source>
        <translation>已去掉 {count} 个不起作用的节点。</translation>
    </message>
    <message>
        <source>Batch normalizations were folded into the layers before them ({count}).</source>
        <translation>{count} 个批归一化已折叠进其前面的层。</translation>
    </message>
    <message>
        <source>Batch normalization was put behind layers for training ({count}) and folded into them again afterwards.</source>
        <translation>训练时在 {count} 个层之后加入了批归一化，训练后又折叠回这些层。</translation>
    </message>
    <message>
        <source>Nodes and weights that nothing reads were left out ({count}).</source>
        <translation>已去掉 {count} 个无人读取的节点和权重。</translation>
    </message>
    <message>
        <source>The model took batches of {batch} only, it now takes any.</source>
        <translation>模型原来只接受大小为 {batch} 的批次，现在接受任意大小。</translation>
    </message>
    <message>
        <source>The model takes batches of {batch} only, as before: {detail}.</source>
        <translation>模型仍然只接受大小为 {batch} 的批次：{detail}。</translation>
    </message>
    <message>
        <source>At the output {output}, training and ONNX Runtime differ by {difference} of the largest value, more than {limit}. Evaluate and quantize the model, but don&apos;t train it here, and please report it.</source>
        <translation>在输出 {output} 处，训练引擎与 ONNX Runtime 相差最大值的 {difference}，超过 {limit}。可以评估和量化该模型，但请不要在此训练它，并请报告此问题。</translation>
    </message>
    <message>
        <source>Whatever this model is given, its outputs hold no finite number, so that nothing can show that pruning leaves them alone. Export it anew: some of its weights must be no numbers.</source>
        <translation>无论给这个模型什么输入，它的输出都没有有限的数值，因此无法证明剪枝不改变输出。请重新导出模型：它的某些权重可能不是数值。</translation>
    </message>
    <message>
        <source>Going backward through the model gives no finite gradient for {parameters}. Evaluate it, prune it without fine-tuning, and quantize it.</source>
        <translation>对模型做反向传播时，{parameters} 没有有限的梯度。可以评估它、在不微调的情况下剪枝，以及量化它。</translation>
    </message>
</context>
<context>
    <name>Tables</name>
    <message numerus="yes">
        <source>%n layer(s)</source>
        <translation>
            <numerusform>%n 层</numerusform>
        </translation>
    </message>
    <message>
        <source>image folder</source>
        <translation>图片文件夹</translation>
    </message>
    <message>
        <source>IDX files</source>
        <translation>IDX 文件</translation>
    </message>
    <message>
        <source>CIFAR binary files</source>
        <translation>CIFAR 二进制文件</translation>
    </message>
    <message>
        <source>folder of WAV files</source>
        <translation>WAV 文件夹</translation>
    </message>
    <message>
        <source>sensor recordings</source>
        <translation>传感器记录</translation>
    </message>
    <message>
        <source>NumPy arrays</source>
        <translation>NumPy 数组</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>the model’s output</source>
        <translation>模型的输出</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Shape of the layer&apos;s first output; N is the batch</source>
        <translation>该层第一个输出的形状；N 为批大小</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>位宽</translation>
    </message>
    <message>
        <source>Bits of a weight</source>
        <translation>每个权重的位数</translation>
    </message>
    <message>
        <source>%1 bit</source>
        <translation>%1 位</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>MMACs</source>
        <translation>MMACs</translation>
    </message>
    <message>
        <source>Million multiply-accumulates for one picture</source>
        <translation>每张图片的百万次乘加运算</translation>
    </message>
    <message>
        <source>MACs, %</source>
        <translation>MACs，%</translation>
    </message>
    <message>
        <source>Share of the model&apos;s multiply-accumulates</source>
        <translation>占模型乘加运算的比例</translation>
    </message>
    <message>
        <source>Coupled channels</source>
        <translation>耦合通道</translation>
    </message>
    <message>
        <source>Channels that can only leave together, named by their first layer</source>
        <translation>只能一起移除的通道，以其第一层命名</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Share of the channels that stays</source>
        <translation>保留通道的比例</translation>
    </message>
    <message>
        <source>locked: %1</source>
        <translation>锁定：%1</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>File, kB</source>
        <translation>文件，kB</translation>
    </message>
    <message>
        <source>Peak memory, kB</source>
        <translation>峰值内存，kB</translation>
    </message>
    <message>
        <source>The most that layers&apos; outputs take at one time, for one picture</source>
        <translation>各层输出同时占用内存的最大值（每张图片）</translation>
    </message>
    <message>
        <source>Here, ms</source>
        <translation>本机，ms</translation>
    </message>
    <message>
        <source>Median latency at batch 1 on this computer, one thread</source>
        <translation>本机单线程、批大小 1 时的延迟中位数</translation>
    </message>
    <message>
        <source>quantized; prune before</source>
        <translation>已量化；请先剪枝</translation>
    </message>
</context>
<context>
    <name>hone::studio::Banner</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>hone::studio::BuildInspector</name>
    <message>
        <source>Build</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>How it was made</source>
        <translation>生成方式</translation>
    </message>
    <message>
        <source>Notices</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Nothing selected</source>
        <translation>未选择</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>MMACs</source>
        <translation>MMACs</translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation>峰值内存</translation>
    </message>
    <message>
        <source>Latency here</source>
        <translation>本机延迟</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>用时</translation>
    </message>
    <message>
        <source>95 % within</source>
        <translation>95 % 不超过</translation>
    </message>
    <message>
        <source>Compressed</source>
        <translation>压缩后</translation>
    </message>
    <message>
        <source>What it did</source>
        <translation>效果</translation>
    </message>
</context>
<context>
    <name>hone::studio::BuildTreeModel</name>
    <message>
        <source>new</source>
        <translation>新</translation>
    </message>
    <message>
        <source>in the making</source>
        <translation>生成中</translation>
    </message>
    <message>
        <source>worth deploying: the smallest that is nearly as good as the best</source>
        <translation>值得部署：与最好的几乎一样好的最小构建</translation>
    </message>
</context>
<context>
    <name>hone::studio::BuildsPanel</name>
    <message>
        <source>Builds appear here: a model, and everything made from it.</source>
        <translation>版本显示在这里：模型，以及由它生成的一切。</translation>
    </message>
    <message>
        <source>BUILDS</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Add a model (Ctrl+I)</source>
        <translation>添加模型（Ctrl+I）</translation>
    </message>
    <message>
        <source>Add a model</source>
        <translation>添加模型</translation>
    </message>
    <message>
        <source>Builds</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Copy name</source>
        <translation>复制名称</translation>
    </message>
    <message>
        <source>Copy path of the model</source>
        <translation>复制模型路径</translation>
    </message>
    <message>
        <source>Open its folder</source>
        <translation>打开所在文件夹</translation>
    </message>
    <message>
        <source>Delete with what was made from it</source>
        <translation>删除（含由它生成的版本）</translation>
    </message>
</context>
<context>
    <name>hone::studio::ComparePage</name>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Deploy best</source>
        <translation>部署最佳</translation>
    </message>
    <message>
        <source>File size</source>
        <translation>文件大小</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MACs</translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation>峰值内存</translation>
    </message>
    <message>
        <source>Latency here</source>
        <translation>本机延迟</translation>
    </message>
    <message>
        <source>Cost on the horizontal axis</source>
        <translation>横轴的成本</translation>
    </message>
    <message>
        <source>Measures every build, on the test split too, and writes report.html into the project</source>
        <translation>测量每个版本（包括测试划分），并在项目中写入 report.html</translation>
    </message>
    <message>
        <source>Drag a limit from an axis to set a budget; what misses it turns grey.</source>
        <translation>从坐标轴拖出界线可设定预算；不满足的变为灰色。</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>复制图片</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>复制表格</translation>
    </message>
    <message>
        <source>Shows what every build costs and earns.</source>
        <translation>显示每个版本的代价与收益。</translation>
    </message>
    <message>
        <source>Add a model…</source>
        <translation>添加模型…</translation>
    </message>
    <message>
        <source>Selected</source>
        <translation>已选择</translation>
    </message>
    <message>
        <source>What each step did</source>
        <translation>各步骤的效果</translation>
    </message>
    <message>
        <source>Made by</source>
        <translation>生成步骤</translation>
    </message>
    <message>
        <source>Copy recipe</source>
        <translation>复制配方</translation>
    </message>
    <message>
        <source>As YAML, for “hone run”</source>
        <translation>YAML 格式，用于“hone run”</translation>
    </message>
    <message>
        <source>Writing the recipe</source>
        <translation>正在生成配方</translation>
    </message>
    <message>
        <source>The recipe is on the clipboard.</source>
        <translation>配方已复制到剪贴板。</translation>
    </message>
    <message>
        <source>A report needs data: choose some on the Data page.</source>
        <translation>报告需要数据：请在“数据”页选择。</translation>
    </message>
    <message>
        <source>No build was measured yet: choose data on the Data page.</source>
        <translation>尚未测量任何版本：请在“数据”页选择数据。</translation>
    </message>
    <message>
        <source>Nothing selected</source>
        <translation>未选择</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>MMACs</source>
        <translation>MMACs</translation>
    </message>
    <message>
        <source>same size</source>
        <translation>大小相同</translation>
    </message>
    <message>
        <source>%1× larger</source>
        <translation>增大到 %1 倍</translation>
    </message>
    <message>
        <source>%1× smaller</source>
        <translation>缩小到 1/%1</translation>
    </message>
    <message>
        <source>Against original</source>
        <translation>与原始相比</translation>
    </message>
    <message>
        <source>Measuring all builds for the report</source>
        <translation>正在为报告测量所有版本</translation>
    </message>
    <message>
        <source>The report is in %1.</source>
        <translation>报告位于 %1。</translation>
    </message>
    <message>
        <source>%1 on validation against</source>
        <translation>%1（验证）对</translation>
    </message>
    <message>
        <source>%1, validation</source>
        <translation>%1，验证</translation>
    </message>
    <message>
        <source>%1, test</source>
        <translation>%1，测试</translation>
    </message>
    <message>
        <source>Takes the smallest build that is nearly as good as the best to the Devices page (Ctrl+Return)</source>
        <translation>把几乎与最好的构建一样好的最小构建带到设备页（Ctrl+Return）</translation>
    </message>
    <message>
        <source>Builds by what they are worth and cost, one point each</source>
        <translation>各构建的价值与代价，每个构建一个点</translation>
    </message>
</context>
<context>
    <name>hone::studio::DataPage</name>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Choose data…</source>
        <translation>选择数据…</translation>
    </message>
    <message>
        <source>A folder of pictures, WAV files or sensor recordings with one folder a class, or of IDX, CIFAR binary, CSV or NPZ files</source>
        <translation>每类一个子文件夹的图片、WAV 文件或传感器记录文件夹，或包含 IDX、CIFAR 二进制、CSV 或 NPZ 文件的文件夹</translation>
    </message>
    <message>
        <source>Some of the pictures</source>
        <translation>部分图片</translation>
    </message>
    <message>
        <source>Labelled pictures to train, choose and measure with. They stay on this computer.</source>
        <translation>用于训练、选择和测量的带标签图片。它们只留在本机。</translation>
    </message>
    <message>
        <source>Choose the folder with your data</source>
        <translation>选择数据所在文件夹</translation>
    </message>
    <message>
        <source>Reading the data</source>
        <translation>正在读取数据</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>weights and ranges</source>
        <translation>用于权重和取值范围</translation>
    </message>
    <message>
        <source>Validation</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>every choice</source>
        <translation>用于各种选择</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>reports only</source>
        <translation>仅用于报告</translation>
    </message>
    <message>
        <source>First picture</source>
        <translation>第一张图片</translation>
    </message>
    <message>
        <source>pixels</source>
        <translation>像素</translation>
    </message>
    <message numerus="yes">
        <source>%n of the pictures looked at can&apos;t be read: %1.</source>
        <translation>
            <numerusform>查看的图片中有 %n 张无法读取：%1。</numerusform>
        </translation>
    </message>
    <message>
        <source>There is no validation split, so nothing can be chosen by accuracy.</source>
        <translation>没有验证划分，因此无法按准确率做选择。</translation>
    </message>
    <message>
        <source>There is no train split, so fine-tuning is not possible.</source>
        <translation>没有训练划分，因此无法微调。</translation>
    </message>
</context>
<context>
    <name>hone::studio::DevicesPage</name>
    <message>
        <source>Devices</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Add device</source>
        <translation>添加设备</translation>
    </message>
    <message>
        <source>Deploy</source>
        <translation>部署</translation>
    </message>
    <message>
        <source>Sends the selected build to this device, checks it there and measures it (Ctrl+Return)</source>
        <translation>将所选版本发送到此设备，在那里校验并测量（Ctrl+回车）</translation>
    </message>
    <message>
        <source>The computers that your models are for, reached over SSH.</source>
        <translation>模型要部署到的计算机，通过 SSH 连接。</translation>
    </message>
    <message>
        <source>Add a device</source>
        <translation>添加设备</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>pi-hall-3</source>
        <translation>pi-hall-3</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>user@host:port</source>
        <translation>用户@主机:端口</translation>
    </message>
    <message>
        <source>Key file</source>
        <translation>密钥文件</translation>
    </message>
    <message>
        <source>the agent, then ~/.ssh</source>
        <translation>代理，然后 ~/.ssh</translation>
    </message>
    <message>
        <source>Known hosts</source>
        <translation>已知主机</translation>
    </message>
    <message>
        <source>Choose a key file</source>
        <translation>选择密钥文件</translation>
    </message>
    <message>
        <source>Choose a private key</source>
        <translation>选择私钥</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Last deployed</source>
        <translation>最近部署</translation>
    </message>
    <message>
        <source>Write an address first.</source>
        <translation>请先填写地址。</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>没有改动。</translation>
    </message>
    <message>
        <source>Deploy %1</source>
        <translation>部署 %1</translation>
    </message>
    <message>
        <source>Select a build first.</source>
        <translation>请先选择版本。</translation>
    </message>
    <message>
        <source>Add a device first.</source>
        <translation>请先添加设备。</translation>
    </message>
    <message>
        <source>Save the device first.</source>
        <translation>请先保存设备。</translation>
    </message>
    <message>
        <source>There is no device to remove.</source>
        <translation>没有可移除的设备。</translation>
    </message>
    <message>
        <source>for %1</source>
        <translation>用于 %1</translation>
    </message>
    <message>
        <source>new device</source>
        <translation>新设备</translation>
    </message>
    <message>
        <source>Deploying %1 to %2</source>
        <translation>正在将 %1 部署到 %2</translation>
    </message>
    <message>
        <source>%1 runs on %2 now.</source>
        <translation>%1 现已在 %2 上运行。</translation>
    </message>
    <message>
        <source>Is this %1?</source>
        <translation>这是 %1 吗？</translation>
    </message>
    <message>
        <source>This computer has never connected to it. Compare the fingerprint with the one that the device shows (“ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub” there).</source>
        <translation>本机从未连接过它。请与设备上显示的指纹核对（在设备上运行“ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub”）。</translation>
    </message>
    <message>
        <source>Yes, trust it</source>
        <translation>是，信任它</translation>
    </message>
    <message>
        <source>The device asks</source>
        <translation>设备询问</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>No device</source>
        <translation>无设备</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>架构</translation>
    </message>
    <message>
        <source>Cores</source>
        <translation>核心数</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>%1 MB</source>
        <translation>%1 MB</translation>
    </message>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Latency there</source>
        <translation>设备上的延迟</translation>
    </message>
    <message>
        <source>95 % within</source>
        <translation>95 % 不超过</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>已发送</translation>
    </message>
    <message>
        <source>Files checked there</source>
        <translation>已在设备上校验</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Accuracy there, test</source>
        <translation>设备上的准确率（测试）</translation>
    </message>
    <message>
        <source>Same answers as here</source>
        <translation>与本机答案一致</translation>
    </message>
    <message>
        <source>“%1” was removed.</source>
        <translation>“%1”已移除。</translation>
    </message>
</context>
<context>
    <name>hone::studio::GraphView</name>
    <message>
        <source>Model graph</source>
        <translation>模型图</translation>
    </message>
</context>
<context>
    <name>hone::studio::ImportanceBars</name>
    <message>
        <source>Importance by channel: %1 of %2 channels stay</source>
        <translation>各通道重要性：保留 %2 个通道中的 %1 个</translation>
    </message>
</context>
<context>
    <name>hone::studio::JobsBar</name>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Holds the job where it is</source>
        <translation>让任务停在当前位置</translation>
    </message>
    <message>
        <source>Ends the job; the project stays as it was (Ctrl+.)</source>
        <translation>结束任务；项目保持原样（Ctrl+.）</translation>
    </message>
    <message>
        <source>All jobs (Ctrl+J)</source>
        <translation>所有任务（Ctrl+J）</translation>
    </message>
    <message numerus="yes">
        <source>%n queued</source>
        <translation>
            <numerusform>%n 个排队</numerusform>
        </translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Nothing is running.</source>
        <translation>没有正在运行的任务。</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
</context>
<context>
    <name>hone::studio::JobsPanel</name>
    <message>
        <source>JOBS</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Stop all</source>
        <translation>全部停止</translation>
    </message>
    <message>
        <source>Clear ended</source>
        <translation>清除已结束</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Copy text</source>
        <translation>复制文本</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
</context>
<context>
    <name>hone::studio::MainWindow</name>
    <message>
        <source>“%1” was deleted.</source>
        <translation>“%1”已删除。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Projects and settings (F10)</source>
        <translation>项目与设置（F10）</translation>
    </message>
    <message>
        <source>New project</source>
        <translation>新建项目</translation>
    </message>
    <message>
        <source>Open project…</source>
        <translation>打开项目…</translation>
    </message>
    <message>
        <source>Add a model…</source>
        <translation>添加模型…</translation>
    </message>
    <message>
        <source>Close project</source>
        <translation>关闭项目</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Open or make a project first.</source>
        <translation>请先打开或新建项目。</translation>
    </message>
    <message>
        <source>Build: %1</source>
        <translation>版本：%1</translation>
    </message>
    <message>
        <source>Page: %1</source>
        <translation>页面：%1</translation>
    </message>
    <message>
        <source>Action: %1</source>
        <translation>操作：%1</translation>
    </message>
    <message>
        <source>Layer: %1</source>
        <translation>层：%1</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>选择模型</translation>
    </message>
    <message>
        <source>ONNX models (*.onnx)</source>
        <translation>ONNX 模型 (*.onnx)</translation>
    </message>
</context>
<context>
    <name>hone::studio::Rail</name>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Slim</source>
        <translation>瘦身</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>设备</translation>
    </message>
</context>
<context>
    <name>hone::studio::SearchBox</name>
    <message>
        <source>Search builds, layers, actions</source>
        <translation>搜索版本、层、操作</translation>
    </message>
    <message>
        <source>Ctrl K</source>
        <translation>Ctrl K</translation>
    </message>
</context>
<context>
    <name>hone::studio::ModelPage</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Slim it</source>
        <translation>瘦身</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>复制表格</translation>
    </message>
    <message>
        <source>The model&apos;s graph</source>
        <translation>模型图</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Attributes</source>
        <translation>属性</translation>
    </message>
    <message>
        <source>The layers of a build and what each of them costs.</source>
        <translation>版本的各层及其成本。</translation>
    </message>
    <message>
        <source>Add a model…</source>
        <translation>添加模型…</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>MMACs</source>
        <translation>MMACs</translation>
    </message>
    <message>
        <source>at least</source>
        <translation>至少</translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation>峰值内存</translation>
    </message>
    <message>
        <source>Opset</source>
        <translation>Opset</translation>
    </message>
    <message>
        <source>Drawing the graph</source>
        <translation>正在绘制模型图</translation>
    </message>
    <message>
        <source>No layer</source>
        <translation>无层</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>算子</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>%1 bit</source>
        <translation>%1 位</translation>
    </message>
    <message>
        <source>Output memory</source>
        <translation>输出内存</translation>
    </message>
</context>
<context>
    <name>hone::studio::QuestionCard</name>
    <message>
        <source>Keep it in this computer&apos;s keyring</source>
        <translation>保存到本机的密钥环</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Password or passphrase</source>
        <translation>密码或口令</translation>
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
%2%3 %4（%5 到 %6）
%7 %8</translation>
    </message>
    <message>
        <source>The table below holds the same figures.</source>
        <translation>下方表格包含相同的数据。</translation>
    </message>
    <message>
        <source>Builds by what they are worth and cost, one point each</source>
        <translation>各构建的价值与代价，每个构建一个点</translation>
    </message>
</context>
<context>
    <name>hone::studio::SensitivityPlot</name>
    <message>
        <source>channels of the group that go, %</source>
        <translation>该组去掉的通道，%</translation>
    </message>
    <message>
        <source>%1
%2 of %3 channels stay: %4</source>
        <translation>%1
保留 %2 / %3 个通道：%4</translation>
    </message>
    <message>
        <source>What each group loses alone, by the share of its channels that goes</source>
        <translation>各组单独剪枝的损失，按去掉的通道比例</translation>
    </message>
</context>
<context>
    <name>hone::studio::SensitivityCard</name>
    <message>
        <source>Measure sensitivity</source>
        <translation>测量敏感度</translation>
    </message>
    <message>
        <source>Copy plot</source>
        <translation>复制曲线图</translation>
    </message>
    <message>
        <source>Prunes each group alone, at nine ratios, and measures the model each time</source>
        <translation>对每个组单独按九种比例剪枝，每次都测量模型</translation>
    </message>
    <message>
        <source>What each group costs alone</source>
        <translation>各组单独剪枝的代价</translation>
    </message>
    <message>
        <source>Reading curves of sensitivity</source>
        <translation>正在读取敏感度曲线</translation>
    </message>
    <message>
        <source>Measuring the sensitivity of %1</source>
        <translation>测量敏感度：%1</translation>
    </message>
    <message>
        <source>It is being measured.</source>
        <translation>正在测量。</translation>
    </message>
    <message>
        <source>%1 samples of training, channels chosen by %2</source>
        <translation>%1 个训练样本，按%2选择通道</translation>
    </message>
    <message>
        <source>%1 samples of validation, channels chosen by %2</source>
        <translation>%1 个验证样本，通道选择依据：%2</translation>
    </message>
    <message>
        <source>Shows which groups bear pruning and which don&apos;t, measured on validation samples.</source>
        <translation>在验证样本上测量，显示哪些组经得起剪枝、哪些不行。</translation>
    </message>
</context>
<context>
    <name>hone::studio::SlimPage</name>
    <message>
        <source>where it costs least</source>
        <translation>在代价最小处</translation>
    </message>
    <message>
        <source>What costs least is measured on data: choose some on the Data page.</source>
        <translation>代价最小处要用数据测量：请在“数据”页选择数据。</translation>
    </message>
    <message>
        <source>Sensitivity is measured on data: choose some on the Data page.</source>
        <translation>敏感度要用数据测量：请在“数据”页选择数据。</translation>
    </message>
    <message>
        <source>Build it measures the sensitivity for this importance first; until then the plan is rougher.</source>
        <translation>“生成”会先为这种重要性测量敏感度；在此之前计划较粗略。</translation>
    </message>
    <message>
        <source>Slim</source>
        <translation>瘦身</translation>
    </message>
    <message>
        <source>Build it</source>
        <translation>生成</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>复制为命令</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>复制表格</translation>
    </message>
    <message>
        <source>Prunes the selected build, fine-tunes and measures it (Ctrl+Return)</source>
        <translation>对所选版本剪枝、微调并测量（Ctrl+回车）</translation>
    </message>
    <message>
        <source>Makes a model smaller and shows what that costs.</source>
        <translation>让模型变小，并显示代价。</translation>
    </message>
    <message>
        <source>Add a model…</source>
        <translation>添加模型…</translation>
    </message>
    <message>
        <source>in every group</source>
        <translation>每组内</translation>
    </message>
    <message>
        <source>over all groups</source>
        <translation>跨所有组</translation>
    </message>
    <message>
        <source>Where the share is taken</source>
        <translation>比例的适用范围</translation>
    </message>
    <message>
        <source>Epochs of fine-tuning afterwards</source>
        <translation>之后的微调轮数</translation>
    </message>
    <message>
        <source>Cut</source>
        <translation>剪除</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>基于 %1</translation>
    </message>
    <message>
        <source>Finding what belongs together</source>
        <translation>正在查找耦合关系</translation>
    </message>
    <message>
        <source>Working out what it would give</source>
        <translation>正在推算结果</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>MMACs</source>
        <translation>MMACs</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation>峰值内存</translation>
    </message>
    <message>
        <source>Latency here, now</source>
        <translation>当前本机延迟</translation>
    </message>
    <message>
        <source>A quantized build can&apos;t be pruned; select the build that it was made from.</source>
        <translation>量化后的版本无法剪枝；请选择生成它的版本。</translation>
    </message>
    <message>
        <source>Nothing in this model can be pruned; the table says why.</source>
        <translation>此模型没有可剪枝的部分；原因见表格。</translation>
    </message>
    <message>
        <source>Nothing is cut: move the slider.</source>
        <translation>没有剪除：请移动滑块。</translation>
    </message>
    <message>
        <source>Fine-tuning needs data: choose some on the Data page, or set the epochs to 0.</source>
        <translation>微调需要数据：请在“数据”页选择，或将轮数设为 0。</translation>
    </message>
    <message>
        <source>~ marks an estimate. MACs, parameters and memory are exact; Build it measures the rest.</source>
        <translation>~ 表示估计值。MACs、参数和内存为精确值；其余由“生成”实测。</translation>
    </message>
    <message>
        <source>Importance</source>
        <translation>重要性</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MACs</translation>
    </message>
    <message>
        <source>then train, epochs</source>
        <translation>然后训练，轮数</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>收起</translation>
    </message>
    <message>
        <source>%1 now, validation</source>
        <translation>当前%1，验证</translation>
    </message>
    <message>
        <source>channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>file size</source>
        <translation>文件大小</translation>
    </message>
    <message>
        <source>peak memory</source>
        <translation>峰值内存</translation>
    </message>
    <message>
        <source>latency here</source>
        <translation>本机延迟</translation>
    </message>
    <message>
        <source>latency on %1</source>
        <translation>%1 上的延迟</translation>
    </message>
    <message>
        <source>What is cut</source>
        <translation>削减什么</translation>
    </message>
    <message>
        <source>Channels by their share, or as many as it takes until the model costs so much less</source>
        <translation>按比例削减通道，或一直削减到模型的开销减少这么多为止</translation>
    </message>
    <message>
        <source>Share that goes</source>
        <translation>去掉的比例</translation>
    </message>
    <message>
        <source>over like groups</source>
        <translation>在同类组内</translation>
    </message>
    <message>
        <source>The same share in every group, or the least important channels wherever they are, or wherever they are among groups of the same structure, or by the curves below</source>
        <translation>每组相同的比例，或所有组中最不重要的通道，或结构相同的各组中最不重要的通道，或按下方曲线</translation>
    </message>
    <message>
        <source>What tells which channels matter</source>
        <translation>用什么判断通道是否重要</translation>
    </message>
    <message>
        <source>Automatic takes reconstruction where there are data, else L1; those below random need data</source>
        <translation>自动：有数据时用重建，否则用 L1；“随机”以下的各项需要数据</translation>
    </message>
    <message>
        <source>Channels that stay are a multiple of</source>
        <translation>保留的通道数是其倍数</translation>
    </message>
    <message>
        <source>Processors compute 8 or 16 channels at once; what doesn&apos;t fill the last block costs the same</source>
        <translation>处理器一次计算 8 或 16 个通道；填不满最后一块的开销是一样的</translation>
    </message>
    <message>
        <source>Rounds</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>Cut in so many steps, each with its epochs of training</source>
        <translation>分这么多步削减，每步都有各自的训练轮次</translation>
    </message>
    <message>
        <source>channels in multiples of</source>
        <translation>通道数取倍数</translation>
    </message>
    <message>
        <source>rounds</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>This importance is measured on data: choose some on the Data page, or another importance.</source>
        <translation>这种重要性要在数据上测量：请在“数据”页选择数据，或换一种重要性。</translation>
    </message>
    <message>
        <source>The latency is measured when it is built; until then its share is taken of the MACs.</source>
        <translation>延迟在构建时测量；在此之前按 MACs 的相同比例估算。</translation>
    </message>
</context>
<context>
    <name>hone::studio::GroupInspector</name>
    <message>
        <source>grey goes, coloured stays</source>
        <translation>灰色移除，彩色保留</translation>
    </message>
    <message>
        <source>Importance by channel</source>
        <translation>各通道重要性</translation>
    </message>
    <message>
        <source>Why together</source>
        <translation>为何耦合</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>MACs</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>%1 bit</source>
        <translation>%1 位</translation>
    </message>
    <message>
        <source>Coupled channels</source>
        <translation>耦合通道</translation>
    </message>
    <message>
        <source>Nothing selected</source>
        <translation>未选择</translation>
    </message>
    <message>
        <source>locked</source>
        <translation>锁定</translation>
    </message>
    <message>
        <source>Why not</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>%1 → %2 channels</source>
        <translation>%1 → %2 个通道</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>以及另外 %n 条</numerusform>
        </translation>
    </message>
    <message>
        <source>One layer alone makes these channels.</source>
        <translation>这些通道仅由一层产生。</translation>
    </message>
    <message>
        <source>Layers coupled</source>
        <translation>耦合层数</translation>
    </message>
    <message>
        <source>Read by</source>
        <translation>读取者</translation>
    </message>
    <message>
        <source>Importance</source>
        <translation>重要性</translation>
    </message>
</context>
<context>
    <name>hone::studio::StartPage</name>
    <message>
        <source>Welcome to Hone</source>
        <translation>欢迎使用 Hone</translation>
    </message>
    <message>
        <source>Makes a trained model small and fast for a device of yours, shows what every step costs, and puts it there.</source>
        <translation>让训练好的模型在您的设备上又小又快，显示每一步的代价，并部署过去。</translation>
    </message>
    <message>
        <source>New project</source>
        <translation>新建项目</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>gate-camera</source>
        <translation>gate-camera</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>an ONNX file</source>
        <translation>ONNX 文件</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>a folder of labelled pictures; may follow later</source>
        <translation>带标签图片的文件夹；可稍后再选</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>Choose a folder for the project</source>
        <translation>选择项目文件夹</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>选择文件</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>选择模型</translation>
    </message>
    <message>
        <source>ONNX models (*.onnx)</source>
        <translation>ONNX 模型 (*.onnx)</translation>
    </message>
    <message>
        <source>Choose the folder with your data</source>
        <translation>选择数据所在文件夹</translation>
    </message>
    <message>
        <source>Create project</source>
        <translation>创建项目</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Open project…</source>
        <translation>打开项目…</translation>
    </message>
    <message>
        <source>Try the sample</source>
        <translation>试用示例</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>最近</translation>
    </message>
    <message>
        <source>Recent projects</source>
        <translation>最近的项目</translation>
    </message>
    <message>
        <source>Projects that you open are listed here.</source>
        <translation>打开过的项目会列在这里。</translation>
    </message>
    <message>
        <source>Draws 9,000 road signs and opens a project with a model that was trained on cleaner ones</source>
        <translation>绘制 9,000 张路标，并打开一个项目，其模型是用更清晰的图片训练的</translation>
    </message>
    <message>
        <source>The sample&apos;s model is not installed.</source>
        <translation>未安装示例模型。</translation>
    </message>
    <message>
        <source>Give the project a name.</source>
        <translation>请为项目命名。</translation>
    </message>
    <message>
        <source>Choose a folder.</source>
        <translation>请选择文件夹。</translation>
    </message>
    <message>
        <source>There is no such model file.</source>
        <translation>没有这个模型文件。</translation>
    </message>
    <message>
        <source>There is no such data folder.</source>
        <translation>没有这个数据文件夹。</translation>
    </message>
    <message>
        <source>Open a project&apos;s folder</source>
        <translation>打开项目文件夹</translation>
    </message>
    <message>
        <source>Making the sample</source>
        <translation>正在生成示例</translation>
    </message>
</context>
<context>
    <name>hone::studio::TrainPage</name>
    <message>
        <source>Half of the pictures, left to right</source>
        <translation>一半的图片左右翻转</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Fine-tune</source>
        <translation>微调</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>复制为命令</translation>
    </message>
    <message>
        <source>Trains the selected build further on the project&apos;s data (Ctrl+Return)</source>
        <translation>用项目数据继续训练所选版本（Ctrl+回车）</translation>
    </message>
    <message>
        <source>Trains a model further on your own pictures.</source>
        <translation>用您自己的图片继续训练模型。</translation>
    </message>
    <message>
        <source>Add a model…</source>
        <translation>添加模型…</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>usual</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>constant</source>
        <translation>恒定</translation>
    </message>
    <message>
        <source>cosine</source>
        <translation>余弦</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>阶梯</translation>
    </message>
    <message>
        <source>one cycle</source>
        <translation>单周期</translation>
    </message>
    <message>
        <source>as needed</source>
        <translation>按需</translation>
    </message>
    <message>
        <source>keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>new one</source>
        <translation>新建</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>Times that every training picture is seen</source>
        <translation>每张训练图片被使用的次数</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Usual: 0.01 for SGD, 0.001 for AdamW</source>
        <translation>默认：SGD 为 0.01，AdamW 为 0.001</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>调度</translation>
    </message>
    <message>
        <source>How the learning rate falls</source>
        <translation>学习率的下降方式</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>输出层</translation>
    </message>
    <message>
        <source>The last layer: a new one is needed where the classes differ</source>
        <translation>最后一层：类别不同时需要新的</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>at random</source>
        <translation>随机</translation>
    </message>
    <message>
        <source>off</source>
        <translation>关</translation>
    </message>
    <message>
        <source>to the end</source>
        <translation>直到结束</translation>
    </message>
    <message>
        <source>Optimizer</source>
        <translation>优化器</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批大小</translation>
    </message>
    <message>
        <source>Pictures a step</source>
        <translation>每步图片数</translation>
    </message>
    <message>
        <source>Mirror</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>平移</translation>
    </message>
    <message>
        <source>Pictures move by up to so many pixels</source>
        <translation>图片最多平移的像素数</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>权重衰减</translation>
    </message>
    <message>
        <source>Label smoothing</source>
        <translation>标签平滑</translation>
    </message>
    <message>
        <source>Patience</source>
        <translation>耐心</translation>
    </message>
    <message>
        <source>Epochs without a better accuracy before it stops</source>
        <translation>准确率连续多少轮没有提高后停止</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>The same seed gives the same build again</source>
        <translation>相同的种子可再次得到相同的版本</translation>
    </message>
    <message>
        <source>Frozen layers</source>
        <translation>冻结层</translation>
    </message>
    <message>
        <source>Names that stay as they are, with commas between; * matches anything</source>
        <translation>保持不变的层名，以逗号分隔；* 匹配任意内容</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>收起</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>复制图片</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>基于 %1</translation>
    </message>
    <message>
        <source>A quantized build can&apos;t be trained; select the build that it was made from.</source>
        <translation>量化后的版本无法训练；请选择生成它的版本。</translation>
    </message>
    <message>
        <source>Training needs data: choose some on the Data page.</source>
        <translation>训练需要数据：请在“数据”页选择。</translation>
    </message>
    <message>
        <source>running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>was not trained in this project</source>
        <translation>未在此项目中训练</translation>
    </message>
    <message>
        <source>Best epoch</source>
        <translation>最佳轮次</translation>
    </message>
    <message>
        <source>Training loss</source>
        <translation>训练损失</translation>
    </message>
    <message>
        <source>Pictures a second</source>
        <translation>每秒图片数</translation>
    </message>
    <message>
        <source>of %1</source>
        <translation>共 %1</translation>
    </message>
    <message>
        <source>in training</source>
        <translation>训练中测得</translation>
    </message>
    <message>
        <source>last epoch</source>
        <translation>最后一轮</translation>
    </message>
    <message>
        <source>Curves appear here while it trains: press Fine-tune.</source>
        <translation>训练时曲线显示在这里：请按“微调”。</translation>
    </message>
    <message>
        <source>%1, validation</source>
        <translation>%1，验证</translation>
    </message>
</context>
<context>
    <name>hone::studio::TrainingExtras</name>
    <message>
        <source>off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>head only</source>
        <translation>仅头部</translation>
    </message>
    <message>
        <source>processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Frozen body</source>
        <translation>冻结主干</translation>
    </message>
    <message>
        <source>Trains the head only, in seconds: what the body gives is computed once</source>
        <translation>仅训练头部，只需数秒：主体的输出只计算一次</translation>
    </message>
    <message>
        <source>Rate of the body</source>
        <translation>主干学习率</translation>
    </message>
    <message>
        <source>Factor of the learning rate before the head</source>
        <translation>头部之前各层学习率的系数</translation>
    </message>
    <message>
        <source>Random changes</source>
        <translation>随机变换</translation>
    </message>
    <message>
        <source>Of colour and shape, one after the other, for each picture</source>
        <translation>对每张图片依次改变颜色和形状</translation>
    </message>
    <message>
        <source>Their strength</source>
        <translation>变换强度</translation>
    </message>
    <message>
        <source>From 0 to 10</source>
        <translation>0 到 10</translation>
    </message>
    <message>
        <source>Mixes each picture with another; 0.2 is usual</source>
        <translation>将每张图片与另一张混合；常用 0.2</translation>
    </message>
    <message>
        <source>Puts a piece of another picture into each; 1 is usual</source>
        <translation>在每张图片中放入另一张的一块；常用 1</translation>
    </message>
    <message>
        <source>Averaged weights</source>
        <translation>权重平均</translation>
    </message>
    <message>
        <source>Decay of the moving average, which is what is kept then</source>
        <translation>滑动平均的衰减率，启用后保留平均权重</translation>
    </message>
    <message>
        <source>Longest gradient</source>
        <translation>梯度上限</translation>
    </message>
    <message>
        <source>Longer ones are made so long</source>
        <translation>更长的梯度会缩短到此长度</translation>
    </message>
    <message>
        <source>Batches an update</source>
        <translation>每次更新的批数</translation>
    </message>
    <message>
        <source>Their gradients are added up</source>
        <translation>其梯度相加</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>bf16 is faster where the processor has it</source>
        <translation>处理器支持时 bf16 更快</translation>
    </message>
    <message>
        <source>Trains on</source>
        <translation>训练设备</translation>
    </message>
</context>
<context>
    <name>hone::studio::TrainingCurves</name>
    <message>
        <source>epoch</source>
        <translation>轮次</translation>
    </message>
    <message>
        <source>training loss</source>
        <translation>训练损失</translation>
    </message>
    <message>
        <source>accuracy, %</source>
        <translation>准确率，%</translation>
    </message>
    <message>
        <source>validation: %1</source>
        <translation>验证：%1</translation>
    </message>
    <message>
        <source>Epoch %1
training loss %2
validation: %3
%4 samples/s</source>
        <translation>第 %1 轮
训练损失 %2
验证：%3
%4 样本/秒</translation>
    </message>
    <message>
        <source>Training loss and validation metric by epoch</source>
        <translation>各轮的训练损失与验证指标</translation>
    </message>
</context>
<context>
    <name>hone::studio::Workspace</name>
    <message>
        <source>Opening %1</source>
        <translation>正在打开 %1</translation>
    </message>
    <message>
        <source>Making the project %1</source>
        <translation>正在创建项目 %1</translation>
    </message>
    <message>
        <source>Reading the project</source>
        <translation>正在读取项目</translation>
    </message>
    <message>
        <source>Setting the data</source>
        <translation>正在设置数据</translation>
    </message>
    <message>
        <source>Setting the devices</source>
        <translation>正在设置设备</translation>
    </message>
    <message>
        <source>Deleting %1</source>
        <translation>正在删除 %1</translation>
    </message>
    <message>
        <source>Bringing back</source>
        <translation>正在恢复</translation>
    </message>
    <message>
        <source>Reading %1</source>
        <translation>正在读取 %1</translation>
    </message>
    <message>
        <source>Measuring all builds</source>
        <translation>正在测量所有版本</translation>
    </message>
</context>
<context>
    <name>Check</name>
    <message numerus="yes">
        <source>%n group(s) of channels can be made smaller.</source>
        <translation>
            <numerusform>有 %n 组通道可以缩小。</numerusform>
        </translation>
    </message>
    <message>
        <source>The file can&apos;t be opened.</source>
        <translation>无法打开该文件。</translation>
    </message>
    <message>
        <source>ONNX Runtime doesn&apos;t run it.</source>
        <translation>ONNX Runtime 无法运行它。</translation>
    </message>
    <message>
        <source>It is quantized already.</source>
        <translation>它已经量化过。</translation>
    </message>
    <message>
        <source>Operators that it can&apos;t be done with: %1.</source>
        <translation>不支持的算子：%1。</translation>
    </message>
    <message>
        <source>It doesn&apos;t run where Hone trains.</source>
        <translation>它无法在 Hone 的训练引擎中运行。</translation>
    </message>
    <message>
        <source>Going backward through it fails.</source>
        <translation>反向传播失败。</translation>
    </message>
    <message>
        <source>It computes something else where Hone trains.</source>
        <translation>它在 Hone 的训练引擎中计算结果不同。</translation>
    </message>
    <message>
        <source>Its gradients aren&apos;t finite.</source>
        <translation>它的梯度不是有限值。</translation>
    </message>
    <message>
        <source>It has no weights that could be trained.</source>
        <translation>它没有可训练的权重。</translation>
    </message>
    <message>
        <source>It takes batches of one size only.</source>
        <translation>它只接受一种大小的批次。</translation>
    </message>
    <message>
        <source>No channels can be removed from it.</source>
        <translation>无法从中移除通道。</translation>
    </message>
    <message>
        <source>It has no convolutions or matrix products in float32.</source>
        <translation>它没有 float32 的卷积或矩阵乘法。</translation>
    </message>
    <message>
        <source>Hone works with this model.</source>
        <translation>Hone 可以使用此模型。</translation>
    </message>
    <message>
        <source>Hone works with this model in part.</source>
        <translation>Hone 可以部分使用此模型。</translation>
    </message>
    <message>
        <source>Hone can&apos;t work with this model.</source>
        <translation>Hone 无法使用此模型。</translation>
    </message>
    <message>
        <source>Measuring, comparing, deploying</source>
        <translation>测量、比较、部署</translation>
    </message>
    <message>
        <source>It runs.</source>
        <translation>可以运行。</translation>
    </message>
    <message>
        <source>Fine-tuning</source>
        <translation>微调</translation>
    </message>
    <message>
        <source>Its weights can be trained.</source>
        <translation>其权重可以训练。</translation>
    </message>
    <message>
        <source>Pruning</source>
        <translation>剪枝</translation>
    </message>
    <message>
        <source>Quantizing</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Its weights and values can be stored in 8 bits.</source>
        <translation>其权重和数值可以用 8 位存储。</translation>
    </message>
    <message>
        <source>Training and ONNX Runtime agree within %1 of the largest output.</source>
        <translation>训练引擎与 ONNX Runtime 的差异在最大输出的 %1 以内。</translation>
    </message>
    <message>
        <source>Tried on made-up input: %1.</source>
        <translation>用虚构输入试运行：%1。</translation>
    </message>
</context>
<context>
    <name>hone::studio::ModelCheckCard</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>重新检查</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Ends the check; the model can be added without it</source>
        <translation>结束检查；不检查也可以添加模型</translation>
    </message>
    <message>
        <source>Checking %1…</source>
        <translation>正在检查 %1…</translation>
    </message>
    <message>
        <source>The check was stopped.</source>
        <translation>检查已停止。</translation>
    </message>
    <message>
        <source>works</source>
        <translation>可用</translation>
    </message>
    <message>
        <source>doesn&apos;t work</source>
        <translation>不可用</translation>
    </message>
</context>
<context>
    <name>hone::studio::ImportPage</name>
    <message>
        <source>Add a model</source>
        <translation>添加模型</translation>
    </message>
    <message>
        <source>Tidy it as a step of its own</source>
        <translation>作为单独一步整理</translation>
    </message>
    <message>
        <source>Add model</source>
        <translation>添加模型</translation>
    </message>
    <message>
        <source>Hone tries the model on made-up input first and says what can be done with it. The file stays where it is.</source>
        <translation>Hone 先用虚构输入试运行模型，并说明可以对它做什么。文件保持原位。</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>an ONNX file</source>
        <translation>一个 ONNX 文件</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>选择文件</translation>
    </message>
    <message>
        <source>A second build without what the exporter left in it; its outputs are the same</source>
        <translation>第二个构建，去掉导出器遗留的内容；输出相同</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>选择模型</translation>
    </message>
    <message>
        <source>ONNX models (*.onnx)</source>
        <translation>ONNX 模型 (*.onnx)</translation>
    </message>
    <message>
        <source>Choose a model.</source>
        <translation>请选择模型。</translation>
    </message>
    <message>
        <source>There is no such model file.</source>
        <translation>没有这个模型文件。</translation>
    </message>
    <message>
        <source>The check is still running; it can be stopped.</source>
        <translation>检查仍在进行；可以停止。</translation>
    </message>
    <message>
        <source>Hone can&apos;t open this file.</source>
        <translation>Hone 无法打开此文件。</translation>
    </message>
    <message>
        <source>There is nothing to tidy in it.</source>
        <translation>没有需要整理的内容。</translation>
    </message>
    <message>
        <source>The check tells whether there is anything to tidy.</source>
        <translation>检查会说明是否有需要整理的内容。</translation>
    </message>
</context>
<context>
    <name>Importance</name>
    <message>
        <source>automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>normalization&apos;s scale</source>
        <translation>归一化的缩放</translation>
    </message>
    <message>
        <source>distance to the others (FPGM)</source>
        <translation>与其他通道的距离（FPGM）</translation>
    </message>
    <message>
        <source>random</source>
        <translation>随机</translation>
    </message>
    <message>
        <source>Taylor, first order</source>
        <translation>泰勒，一阶</translation>
    </message>
    <message>
        <source>Fisher, second order</source>
        <translation>费舍尔，二阶</translation>
    </message>
    <message>
        <source>share of zeros (APoZ)</source>
        <translation>零的比例（APoZ）</translation>
    </message>
    <message>
        <source>mean activation</source>
        <translation>平均激活</translation>
    </message>
    <message>
        <source>reconstruction</source>
        <translation>重建</translation>
    </message>
</context>
<context>
    <name>Records</name>
    <message>
        <source>Target</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>%1, asked for %2</source>
        <translation>%1，要求 %2</translation>
    </message>
    <message>
        <source>Rounds</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>Proof</source>
        <translation>证明</translation>
    </message>
    <message>
        <source>within %1 of the largest</source>
        <translation>误差不超过最大值的 %1</translation>
    </message>
    <message>
        <source>In double</source>
        <translation>双精度</translation>
    </message>
    <message>
        <source>left out: %1</source>
        <translation>未做：%1</translation>
    </message>
    <message>
        <source>Compensated</source>
        <translation>补偿</translation>
    </message>
    <message>
        <source>Solved anew</source>
        <translation>重新求解</translation>
    </message>
    <message>
        <source>%1 of %2 layers</source>
        <translation>%2 层中的 %1 层</translation>
    </message>
    <message>
        <source>Zeros</source>
        <translation>零值</translation>
    </message>
    <message>
        <source>Compressed</source>
        <translation>压缩后</translation>
    </message>
    <message>
        <source>Split in two</source>
        <translation>一分为二</translation>
    </message>
    <message>
        <source>Biases corrected</source>
        <translation>偏置校正</translation>
    </message>
    <message>
        <source>Integer nodes</source>
        <translation>整数节点</translation>
    </message>
    <message>
        <source>Float nodes</source>
        <translation>float 节点</translation>
    </message>
    <message>
        <source>Calibration</source>
        <translation>校准</translation>
    </message>
    <message>
        <source>%1 samples, %2 s</source>
        <translation>%1 个样本，%2 秒</translation>
    </message>
    <message>
        <source>Memory for it</source>
        <translation>所用内存</translation>
    </message>
    <message>
        <source>Float</source>
        <translation>float</translation>
    </message>
    <message>
        <source>Harm most alone</source>
        <translation>单独损害最大</translation>
    </message>
    <message>
        <source>%1 of the MACs</source>
        <translation>%1 的 MAC</translation>
    </message>
    <message>
        <source>%1 points lost</source>
        <translation>损失 %1 个百分点</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>位数</translation>
    </message>
    <message>
        <source>Signal to noise, dB</source>
        <translation>信噪比，dB</translation>
    </message>
    <message>
        <source>Cut off, %</source>
        <translation>截断，%</translation>
    </message>
    <message>
        <source>Repairs</source>
        <translation>修复</translation>
    </message>
    <message>
        <source>%1, validation</source>
        <translation>%1，验证集</translation>
    </message>
    <message>
        <source>%1, training</source>
        <translation>%1，训练集</translation>
    </message>
    <message>
        <source>Raised: %1</source>
        <translation>提升：%1</translation>
    </message>
    <message>
        <source>Plain rounding</source>
        <translation>普通取整</translation>
    </message>
    <message>
        <source>Equalized</source>
        <translation>已均衡</translation>
    </message>
    <message>
        <source>Smoothed</source>
        <translation>已平滑</translation>
    </message>
    <message>
        <source>Q/DQ left</source>
        <translation>剩余 Q/DQ</translation>
    </message>
</context>
<context>
    <name>hone::studio::QuantizeExtras</name>
    <message>
        <source>smoothed</source>
        <translation>平滑</translation>
    </message>
    <message>
        <source>%1 bit</source>
        <translation>%1 位</translation>
    </message>
    <message>
        <source>any</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>as needed</source>
        <translation>按需</translation>
    </message>
    <message>
        <source>usual</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>Made for</source>
        <translation>目标运行时</translation>
    </message>
    <message>
        <source>The runtime that will run it; what that one would refuse is told with the build</source>
        <translation>将运行它的运行时；它会拒绝的内容随版本一起说明</translation>
    </message>
    <message>
        <source>Activations</source>
        <translation>激活</translation>
    </message>
    <message>
        <source>ONNX Runtime computes 16 bits in float on a processor</source>
        <translation>ONNX Runtime 在处理器上以 float 计算 16 位</translation>
    </message>
    <message>
        <source>Value ranges</source>
        <translation>取值范围</translation>
    </message>
    <message>
        <source>How they are found in what the pictures give</source>
        <translation>如何由图片得到的值确定</translation>
    </message>
    <message>
        <source>Percentile</source>
        <translation>百分位</translation>
    </message>
    <message>
        <source>Share of the values, in percent, that ranges by percentile cover</source>
        <translation>按百分位确定的范围所覆盖的值的百分比</translation>
    </message>
    <message>
        <source>Pictures for them</source>
        <translation>所用图片数</translation>
    </message>
    <message>
        <source>From the training split, spread over the classes</source>
        <translation>取自训练集，均匀分布于各类别</translation>
    </message>
    <message>
        <source>Outliers</source>
        <translation>离群值</translation>
    </message>
    <message>
        <source>Moves them from what matrix products read into their weights (SmoothQuant)</source>
        <translation>将其从矩阵乘法的输入移入权重（SmoothQuant）</translation>
    </message>
    <message>
        <source>Points lost</source>
        <translation>损失百分点</translation>
    </message>
    <message>
        <source>At most so many, on validation: layers stay float until it is met</source>
        <translation>验证集上最多损失这么多：部分层保持 float 直至满足</translation>
    </message>
    <message>
        <source>MACs in float</source>
        <translation>float 的 MAC</translation>
    </message>
    <message>
        <source>At most so large a share, in the layers that integers harm most; without a bound on the points it is used up</source>
        <translation>最多这么大的比例，用于受整数影响最大的层；若不限百分点则全部用完</translation>
    </message>
    <message>
        <source>Float layers</source>
        <translation>float 层</translation>
    </message>
    <message>
        <source>Names that stay float, with commas between; * matches anything</source>
        <translation>保持 float 的名称，以逗号分隔；* 匹配任意内容</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Of the training; usual: 0.01</source>
        <translation>训练的学习率；默认 0.01</translation>
    </message>
    <message>
        <source>No ranges are taken from data this way.</source>
        <translation>此方式不从数据取范围。</translation>
    </message>
    <message>
        <source>Belongs to ranges by percentile.</source>
        <translation>仅用于按百分位确定的范围。</translation>
    </message>
    <message>
        <source>%1 takes 8 bits only.</source>
        <translation>%1 只接受 8 位。</translation>
    </message>
    <message>
        <source>Nothing is trained this way.</source>
        <translation>此方式不训练。</translation>
    </message>
    <message>
        <source>Needs no data; each range is found while the model runs.</source>
        <translation>不需要数据；各范围在运行时确定。</translation>
    </message>
    <message>
        <source>Needs no data; a smaller file, computed in float.</source>
        <translation>不需要数据；文件更小，以 float 计算。</translation>
    </message>
    <message>
        <source>Needs no data; half the file.</source>
        <translation>不需要数据；文件减半。</translation>
    </message>
    <message>
        <source>for %1</source>
        <translation>用于 %1</translation>
    </message>
    <message>
        <source>%1 over %2 pictures</source>
        <translation>%1，%2 张图片</translation>
    </message>
    <message>
        <source>%1-bit activations</source>
        <translation>%1 位激活</translation>
    </message>
    <message>
        <source>at most %1 points lost</source>
        <translation>最多损失 %1 个百分点</translation>
    </message>
    <message>
        <source>at most %1 % of the MACs float</source>
        <translation>最多 %1 % 的 MAC 为 float</translation>
    </message>
    <message>
        <source>float: %1</source>
        <translation>float：%1</translation>
    </message>
    <message>
        <source>Belongs to calibrated INT8.</source>
        <translation>仅用于校准的 INT8。</translation>
    </message>
    <message>
        <source>Belongs to calibrated or trained INT8.</source>
        <translation>仅用于校准或训练的 INT8。</translation>
    </message>
</context>
<context>
    <name>hone::studio::QuantizeCard</name>
    <message>
        <source>More…</source>
        <translation>更多…</translation>
    </message>
    <message>
        <source>Copy as command</source>
        <translation>复制为命令</translation>
    </message>
    <message>
        <source>Quantize</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>biases</source>
        <translation>偏置</translation>
    </message>
    <message>
        <source>biases, equalized</source>
        <translation>偏置，均衡</translation>
    </message>
    <message>
        <source>AdaRound, equalized</source>
        <translation>AdaRound，均衡</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>修复</translation>
    </message>
    <message>
        <source>Biases get each layer&apos;s mean right again. AdaRound, which takes longer, rounds every weight so that its layer&apos;s output changes least: for few bits. Equalized channels use their range alike. What each gains is measured.</source>
        <translation>偏置校正恢复每层的均值。AdaRound 耗时更长，逐个权重取整使该层输出变化最小，适合低位数。均衡使各通道同等利用范围。各项收益都会测量。</translation>
    </message>
    <message>
        <source>Epochs of training on the grid</source>
        <translation>网格上的训练轮数</translation>
    </message>
    <message>
        <source>off</source>
        <translation>关</translation>
    </message>
    <message>
        <source>Share of the float model&apos;s answers in what is learnt, beside the labels</source>
        <translation>学习内容中 float 模型答案所占比例，其余为标签</translation>
    </message>
    <message>
        <source>epochs</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>More settings for quantizing</source>
        <translation>更多量化设置</translation>
    </message>
    <message>
        <source>INT8, trained (QAT)</source>
        <translation>INT8，训练 (QAT)</translation>
    </message>
    <message>
        <source>weights only</source>
        <translation>仅权重</translation>
    </message>
    <message>
        <source>FP16</source>
        <translation>FP16</translation>
    </message>
    <message>
        <source>How it is quantized</source>
        <translation>量化方式</translation>
    </message>
    <message>
        <source>Bits of a weight</source>
        <translation>权重位数</translation>
    </message>
    <message>
        <source>The command line that quantizes the same way</source>
        <translation>以同样方式量化的命令行</translation>
    </message>
    <message>
        <source>%1-bit weights</source>
        <translation>%1 位权重</translation>
    </message>
    <message>
        <source>There is no other this way.</source>
        <translation>此方式没有其他选择。</translation>
    </message>
    <message>
        <source>Train quantized</source>
        <translation>量化训练</translation>
    </message>
    <message>
        <source>Trains the selected build on the grid that it will compute on, and measures it</source>
        <translation>在其将用于计算的网格上训练所选版本，并测量</translation>
    </message>
    <message>
        <source>Makes a quantized build from the selected one, and measures it</source>
        <translation>由所选版本生成量化版本，并测量</translation>
    </message>
    <message>
        <source>This build is quantized already; select the one that it was made from.</source>
        <translation>此版本已量化；请选择它所源自的版本。</translation>
    </message>
    <message>
        <source>Training needs data: choose some on the Data page.</source>
        <translation>训练需要数据：请在“数据”页选择。</translation>
    </message>
    <message>
        <source>Finding value ranges needs data: choose some on the Data page.</source>
        <translation>确定取值范围需要数据：请在“数据”页选择。</translation>
    </message>
    <message>
        <source>INT8, calibrated</source>
        <translation>INT8，校准</translation>
    </message>
    <message>
        <source>INT8, dynamic</source>
        <translation>INT8，动态</translation>
    </message>
    <message>
        <source>Calibrated is fastest where it runs, on ranges from your data. Training takes longest and loses least with few bits. Dynamic suits models made of matrix products. Weights only and FP16 make the file smaller</source>
        <translation>校准方式由数据定范围，运行最快。训练耗时最长，低位数时损失最小。动态适合以矩阵乘法为主的模型。仅权重和 FP16 使文件更小</translation>
    </message>
    <message>
        <source>Distilled</source>
        <translation>蒸馏</translation>
    </message>
    <message>
        <source>Nothing is trained this way.</source>
        <translation>此方式不训练。</translation>
    </message>
</context>
<context>
    <name>hone::studio::QuantizedLayers</name>
    <message>
        <source>Copy layers</source>
        <translation>复制各层</translation>
    </message>
    <message>
        <source>Copy “hone explain”</source>
        <translation>复制“hone explain”</translation>
    </message>
    <message>
        <source>Furthest from float</source>
        <translation>与 float 相差最大</translation>
    </message>
    <message>
        <source>Every layer with its bits and figures, as a table</source>
        <translation>所有层的位数与数值，以表格形式</translation>
    </message>
    <message>
        <source>The command that says where the error starts, and why it is not faster where it isn&apos;t</source>
        <translation>说明误差从何处开始、以及为何未变快的命令</translation>
    </message>
    <message>
        <source>Nothing was measured layer by layer; the command does it.</source>
        <translation>未逐层测量；该命令会进行测量。</translation>
    </message>
    <message>
        <source>The worst of %1, by signal to noise of their outputs, all layers before quantized, too; in front the share of values that the range cuts off</source>
        <translation>%1 层中最差的若干层，按输出信噪比（之前各层均已量化）；前面是被范围截断的值的比例</translation>
    </message>
    <message>
        <source>The build that it was made from is gone.</source>
        <translation>它所源自的版本已不存在。</translation>
    </message>
    <message>
        <source>It needs data: choose some on the Data page.</source>
        <translation>需要数据：请在“数据”页选择。</translation>
    </message>
</context>
</TS>
