// SPDX-License-Identifier: GPL-3.0-or-later
// Quantizing from the studio: what is chosen is what is done and what is copied, and a quantized build tells its layers.
#include "ui/quantize_card.h"

#include "cli/step_verb.h"
#include "cli/verbs.h"
#include "engine/bars_data.h"
#include "models/build_text.h"
#include "onnx_io/onnx_io.h"
#include "theme/theme.h"
#include "ui/parts.h"
#include "ui/quantized_layers.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QProcess>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

#include <functional>

using namespace hone;
using namespace hone::studio;

namespace
{

template<class Widget>
Widget* named(const QWidget& parent, const QString& accessibleName)
{
    for (Widget* found : parent.findChildren<Widget*>())
        if (found->accessibleName() == accessibleName)
            return found;
    qFatal("there is no %s", qPrintable(accessibleName));
}

void choose(const QWidget& card, const char* box, const char* item)
{
    auto* combo = named<QComboBox>(card, QString::fromUtf8(box));
    const int place = combo->findText(QString::fromUtf8(item));
    QVERIFY2(place >= 0, item);
    combo->setCurrentIndex(place);
}

// As a POSIX shell splits it, without the program's name.
std::vector<std::string> argumentsOf(const QString& line)
{
    QProcess shell;
    shell.start(QStringLiteral("sh"), {QStringLiteral("-c"), QStringLiteral("hone() { printf '%s\\0' \"$@\"; }; ") + line});
    shell.waitForFinished();
    std::vector<std::string> arguments;
    for (const QByteArray& argument : shell.readAllStandardOutput().split('\0'))
        arguments.push_back(argument.toStdString());
    arguments.pop_back(); // behind the last separator
    return arguments;
}

// The verb that the program has, up to the step that it would run.
class ReadingVerb : public cli::StepVerb
{
public:
    struct Read
    {};
    ReadingVerb(const std::string& name, StepParameters parameters)
        : StepVerb({.name = name, .summary = "", .example = "", .dataHelp = "Data"}, std::move(parameters))
    {}
    StepParameters read;

protected:
    void settle(StepParameters& parameters, const cli::Command&) override
    {
        read = parameters;
        throw Read();
    }
};

StepParameters parsed(const QString& line)
{
    auto arguments = argumentsOf(line);
    const std::string name = arguments.at(0);
    StepParameters empty;
    if (name == "quantize")
        empty = QuantizeParameters{};
    else
        empty = QatParameters{};
    ReadingVerb verb(name, empty);
    CLI::App app;
    cli::Command command(app);
    verb.declare(command);
    arguments.erase(arguments.begin());
    std::ranges::reverse(arguments);
    app.parse(arguments);
    cli::Console console{std::stop_token()};
    try {
        verb.run(console);
    } catch (const ReadingVerb::Read&) {
    }
    return verb.read;
}

QString shown(const StepParameters& parameters)
{
    return text(stepName(parameters) + " " + parametersToJson(parameters).dump(1));
}

struct Fixture
{
    enum class Data
    {
        Without,
        With
    };
    Fixture(const std::filesystem::path& folder, const std::filesystem::path& data, Data with) : workspace(steps, reads)
    {
        auto store = ProjectStore::create(folder, "Test");
        if (with == Data::With)
            store.setDataset(data);
        store.run({}, ImportParameters{data / "model.onnx"}, nullptr, {});
        QSignalSpy opened(&workspace, &Workspace::opened);
        workspace.open(folder);
        opened.wait(30'000);
    }
    ~Fixture()
    {
        steps.shutDown();
        reads.shutDown();
    }
    JobRunner steps;
    JobRunner reads;
    Workspace workspace;
};

using Choices = std::function<void(QuantizeCard&)>;

} // namespace

Q_DECLARE_METATYPE(Choices)

class TestQuantizeCard : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        applyTheme(*qApp, ThemeChoice::Light);
        m_data = m_folder.path() / "it's data"; // which a shell has to be told
        std::filesystem::create_directories(m_data);
        hone::testing::drawBars(m_data);
        writeOnnx(hone::testing::smallNetwork(hone::testing::classCount), m_data / "model.onnx");
    }

    void whatIsChosenIsDone_data()
    {
        QTest::addColumn<Choices>("choices");
        QTest::addColumn<QString>("wanted");
        const auto add = [](const char* name, const StepParameters& wanted, Choices choices) {
            QTest::newRow(name) << std::move(choices) << shown(wanted);
        };
        add("as it is", QuantizeParameters{}, [](QuantizeCard&) {});
        QuantizeOptions rounded;
        rounded.bitsWeights = 4;
        rounded.adaptiveRounding = true;
        rounded.equalize = true;
        add("AdaRound", QuantizeParameters{rounded}, [](QuantizeCard& card) {
            choose(card, "Bits of a weight", "4-bit weights");
            choose(card, "Repair", "AdaRound, equalized");
        });
        QuantizeOptions plain;
        plain.biasCorrection = false;
        add("no repair", QuantizeParameters{plain}, [](QuantizeCard& card) { choose(card, "Repair", "none"); });
        QuantizeOptions more;
        more.scheme = Scheme::Qnn;
        more.bitsActivations = 16;
        more.ranges = RangeMethod::Percentile;
        more.percentile = 99.9;
        more.samples = 64;
        more.smoothQuant = true;
        more.maxDrop = 0.5;
        more.floatMacs = 0.1;
        more.keepFloat = {"fc", "it's*"};
        add("more", QuantizeParameters{more}, [](QuantizeCard& card) {
            choose(card, "Made for", "Qualcomm's QNN");
            choose(card, "Activations", "16 bit");
            choose(card, "Value ranges", "percentile");
            named<QDoubleSpinBox>(card, QStringLiteral("Percentile"))->setValue(99.9);
            named<QSpinBox>(card, QStringLiteral("Pictures for them"))->setValue(64);
            named<QCheckBox>(card, QStringLiteral("Outliers"))->setChecked(true);
            named<QDoubleSpinBox>(card, QStringLiteral("Points lost"))->setValue(0.5);
            named<QSpinBox>(card, QStringLiteral("MACs in float"))->setValue(10);
            named<QLineEdit>(card, QStringLiteral("Float layers"))->setText(QStringLiteral("fc, it's*,"));
        });
        // What another way doesn't read stays behind.
        const Choices leftover = [](QuantizeCard& card) {
            named<QLineEdit>(card, QStringLiteral("Float layers"))->setText(QStringLiteral("conv"));
            choose(card, "Made for", "TensorRT");
            choose(card, "Value ranges", "entropy");
            choose(card, "Repair", "AdaRound");
            choose(card, "Bits of a weight", "4-bit weights");
        };
        add("dynamic", QuantizeParameters{{.method = QuantizeMethod::Dynamic}}, [leftover](QuantizeCard& card) {
            leftover(card);
            choose(card, "How it is quantized", "INT8, dynamic");
        });
        QuantizeOptions weights;
        weights.method = QuantizeMethod::Weights;
        weights.bitsWeights = 4;
        add("weights", QuantizeParameters{weights}, [leftover](QuantizeCard& card) {
            leftover(card);
            choose(card, "How it is quantized", "weights only");
        });
        add("half", QuantizeParameters{{.method = QuantizeMethod::Half}}, [leftover](QuantizeCard& card) {
            leftover(card);
            choose(card, "How it is quantized", "FP16");
        });
        QatParameters trained;
        trained.qat.quantize.bitsWeights = 4;
        trained.qat.quantize.ranges = RangeMethod::Entropy;
        trained.qat.quantize.keepFloat = {"fc", "stage1*"};
        trained.qat.train.epochs = 7;
        trained.qat.train.learningRate = 0.002;
        trained.distill = 0.5;
        add("trained", trained, [leftover](QuantizeCard& card) {
            leftover(card);
            choose(card, "How it is quantized", "INT8, trained (QAT)");
            named<QSpinBox>(card, QStringLiteral("Epochs of training on the grid"))->setValue(7);
            named<QSpinBox>(card, QStringLiteral("Distilled"))->setValue(50);
            named<QDoubleSpinBox>(card, QStringLiteral("Learning rate"))->setValue(0.002);
            auto* kept = named<QLineEdit>(card, QStringLiteral("Float layers"));
            QVERIFY(kept->isEnabled());
            kept->setText(QStringLiteral("fc, stage1*"));
            QVERIFY(card.extras()->summary().endsWith(QStringLiteral("float: fc, stage1*")));
        });
    }
    void whatIsChosenIsDone()
    {
        QFETCH(Choices, choices);
        QFETCH(QString, wanted);
        Fixture fixture(m_folder.path() / QTest::currentDataTag(), m_data, Fixture::Data::With);
        QuantizeCard card(fixture.workspace);
        choices(card);
        QCOMPARE(shown(card.step()), wanted);
        // And the command line that is copied does the same.
        card.copyButton()->click();
        const QString line = QGuiApplication::clipboard()->text();
        QVERIFY2(line.startsWith(QStringLiteral("hone ")), qPrintable(line));
        QCOMPARE(shown(parsed(line)), wanted);
    }

    void noChoiceContradictsAnother()
    {
        Fixture fixture(m_folder.path() / "consistent", m_data, Fixture::Data::With);
        QuantizeCard card(fixture.workspace);
        auto* ways = named<QComboBox>(card, QStringLiteral("How it is quantized"));
        auto* bits = named<QComboBox>(card, QStringLiteral("Bits of a weight"));
        auto* repairs = named<QComboBox>(card, QStringLiteral("Repair"));
        auto* schemes = named<QComboBox>(card, QStringLiteral("Made for"));
        auto* activations = named<QComboBox>(card, QStringLiteral("Activations"));
        int tried = 0;
        for (int way = 0; way < ways->count(); ++way)
            for (int scheme = 0; scheme < schemes->count(); ++scheme) {
                ways->setCurrentIndex(way);
                schemes->setCurrentIndex(0);
                activations->setCurrentIndex(1); // which not every runtime takes
                schemes->setCurrentIndex(scheme);
                for (int repair = 0; repair < repairs->count(); ++repair)
                    for (int bit = 0; bit < bits->count(); ++bit) {
                        repairs->setCurrentIndex(repair);
                        bits->setCurrentIndex(bit);
                        const StepParameters step = card.step();
                        const auto* quantize = std::get_if<QuantizeParameters>(&step);
                        requireConsistent(quantize ? quantize->quantize : std::get<QatParameters>(step).qat.quantize); // throws
                        ++tried;
                    }
            }
        QCOMPARE(tried, (7 + 7 + 1 + 2 + 1) * 7 * 5);
    }

    void whatNeedsNoDataDoesWithout()
    {
        Fixture fixture(m_folder.path() / "without", m_data, Fixture::Data::Without);
        QuantizeCard card(fixture.workspace);
        const auto blocked = [&] {
            return !card.quantizeButton()->isEnabled() && card.quantizeButton()->toolTip().contains(QStringLiteral("data"));
        };
        QVERIFY(blocked());
        choose(card, "How it is quantized", "INT8, trained (QAT)");
        QVERIFY(blocked());
        for (const char* way : {"FP16", "weights only", "INT8, dynamic"}) {
            choose(card, "How it is quantized", way);
            QVERIFY2(card.quantizeButton()->isEnabled(), way);
        }
        card.quantizeButton()->click();
        QTRY_COMPARE_WITH_TIMEOUT(fixture.workspace.snapshot()->builds.size(), std::size_t{2}, 60'000);
        const Build& made = fixture.workspace.snapshot()->builds[1];
        QCOMPARE(labelText(made), QStringLiteral("dynamic int8"));
        fixture.workspace.select(text(made.id));
        QVERIFY(!card.quantizeButton()->isEnabled());
        QVERIFY(card.quantizeButton()->toolTip().contains(QStringLiteral("already")));
    }

    void moreSettingsOpenAndCloseByKeys()
    {
        Fixture fixture(m_folder.path() / "keys", m_data, Fixture::Data::With);
        QuantizeCard card(fixture.workspace);
        card.show();
        QVERIFY(QTest::qWaitForWindowExposed(&card));
        auto* more = named<QPushButton>(card, QStringLiteral("More settings for quantizing"));
        QVERIFY(!card.extras()->isVisible());
        QTest::keyClick(more, Qt::Key_Space);
        QVERIFY(card.extras()->isVisible());
        QTest::keyClick(card.extras()->window(), Qt::Key_Escape);
        QVERIFY(!card.extras()->isVisible());
    }

    void aQuantizedBuildTellsItsLayersWorstFirst()
    {
        Snapshot snapshot;
        snapshot.dataset = m_data;
        Build floating;
        floating.id = "a";
        floating.model = "/models/float's.onnx";
        Build quantized;
        quantized.id = "b";
        quantized.parent = "a";
        quantized.model = "/models/int8.onnx";
        quantized.parameters = QuantizeParameters{};
        quantized.quantization.emplace().layers = {{"first", 8, 8, 30, 0}, {"second", 8, 8, 12.34, 0.021}, {"third", 32, {}, 20, {}}};
        snapshot.builds = {floating, quantized};
        QuantizedLayers panel;
        panel.showBuild(&snapshot, &snapshot.builds[0]);
        QVERIFY(panel.isHidden());
        panel.showBuild(&snapshot, &snapshot.builds[1]);
        QVERIFY(!panel.isHidden());
        QStringList labels;
        for (const QLabel* label : panel.findChild<FactList*>()->findChildren<QLabel*>())
            labels << label->text();
        QCOMPARE(labels, (QStringList{"second", "2.1 % · 12.3 dB", "third", "20.0 dB", "first", "30.0 dB"}));

        const auto buttons = panel.findChildren<QPushButton*>();
        QCOMPARE(buttons.size(), 2);
        buttons[0]->click();
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 QStringLiteral("Layer\tBits\tSignal to noise, dB\tCut off, %\nsecond\t8\t12.3\t2.100\n"
                                "third\t32\t20.0\t-\nfirst\t8\t30.0\t0.000\n"));
        buttons[1]->click();
        auto arguments = argumentsOf(QGuiApplication::clipboard()->text());
        const std::vector<std::string> wanted = {"explain", "/models/int8.onnx", "--against", "/models/float's.onnx",
                                                 "--data",  m_data.string()};
        QCOMPARE(arguments, wanted);
        const auto verb = cli::makeExplainVerb();
        CLI::App app;
        cli::Command command(app);
        verb->declare(command);
        arguments.erase(arguments.begin());
        std::ranges::reverse(arguments);
        app.parse(arguments); // throws what it doesn't know

        snapshot.builds.erase(snapshot.builds.begin());
        panel.showBuild(&snapshot, &snapshot.builds[0]);
        QVERIFY(!buttons[1]->isEnabled());
        QVERIFY(buttons[1]->toolTip().contains(QStringLiteral("gone")));
    }

private:
    TemporaryFolder m_folder;
    std::filesystem::path m_data;
};

QTEST_MAIN(TestQuantizeCard)
#include "test_quantize_card.moc"
