// SPDX-License-Identifier: GPL-3.0-or-later
// The real models beside the source tree: what they are known to reach, and what quantizing costs them.
#include "evaluate/evaluation.h"
#include "onnx_io/onnx_io.h"
#include "quantize/quantize.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <filesystem>
#include <map>
#include <stdexcept>

using namespace hone;

Q_DECLARE_METATYPE(hone::QuantizeOptions)

namespace
{

const std::filesystem::path shared = HONE_SOURCE_DIR "/../shared";
constexpr double onePoint = 0.01;

} // namespace

class TestRealModels : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void accuracyIsAsStated_data();
    void accuracyIsAsStated();
    void quantizingKeepsAccuracyAndSize_data();
    void quantizingKeepsAccuracyAndSize();
    void anotherWayOfChoosingRangesTakesUnderASecond_data();
    void anotherWayOfChoosingRangesTakesUnderASecond();
    void otherKindsKeepAccuracyAndSize_data();
    void otherKindsKeepAccuracyAndSize();
    void structuresWithoutDataLoadAndRun_data();
    void structuresWithoutDataLoadAndRun();

private:
    // Unpacks an archive once; a folder is used as it is.
    const Dataset& dataset(const std::string& name)
    {
        if (const auto known = m_datasets.find(name); known != m_datasets.end())
            return known->second;
        const auto plain = shared / "data" / name;
        const auto unpacked = std::filesystem::path(m_folder.path().toStdString()) / name;
        const auto archive = QString::fromStdString((shared / "data" / (name + ".tar.xz")).string());
        if (!std::filesystem::is_directory(plain) && QProcess::execute("tar", {"xf", archive, "-C", m_folder.path()}) != 0)
            throw std::runtime_error("tar could not unpack " + name);
        return m_datasets.emplace(name, Dataset::open(std::filesystem::is_directory(plain) ? plain : unpacked)).first->second;
    }
    double top1(const std::filesystem::path& model, const Dataset& data)
    {
        return evaluate(model, &data, {.split = Split::Test, .latency = false}, {}).accuracy->top1;
    }
    // Measured once: two tests ask for it.
    double originalTop1(const std::string& model, const Dataset& data)
    {
        if (!m_originals.contains(model))
            m_originals[model] = top1(shared / "models" / model, data);
        return m_originals.at(model);
    }

    std::map<std::string, Dataset> m_datasets;
    std::map<std::string, double> m_originals;
    QTemporaryDir m_folder;
};

void TestRealModels::initTestCase()
{
    if (!std::filesystem::exists(shared / "models") || !std::filesystem::exists(shared / "data"))
        QSKIP("../shared with its real models and data is not here");
}

void TestRealModels::accuracyIsAsStated_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("data");
    QTest::addColumn<double>("stated"); // ../shared/DATA.md
    QTest::newRow("ResNet-20") << "resnet20_cifar10.onnx"
                               << "cifar10" << 0.8828;
    QTest::newRow("ResNet-20, folded") << "resnet20_cifar10_folded.onnx"
                                       << "cifar10" << 0.8828;
    QTest::newRow("ResNet-56") << "resnet56_cifar10.onnx"
                               << "cifar10" << 0.8925;
    QTest::newRow("MobileNetV1") << "mobilenet_v1_0.25_224.onnx"
                                 << "imagenette" << 0.5100;
    QTest::newRow("MNIST") << "mnist_cntk.onnx"
                           << "mnist" << 0.9840;
}

void TestRealModels::accuracyIsAsStated()
{
    QFETCH(QString, model);
    QFETCH(QString, data);
    QFETCH(double, stated);
    const double measured = originalTop1(model.toStdString(), dataset(data.toStdString()));
    QVERIFY2(std::abs(measured - stated) <= 0.1 * onePoint, qPrintable(QString::number(measured)));
}

void TestRealModels::quantizingKeepsAccuracyAndSize_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("data");
    QTest::addColumn<double>("largestLoss");  // of top-1
    QTest::addColumn<double>("largestShare"); // of the float file
    QTest::newRow("ResNet-20") << "resnet20_cifar10.onnx"
                               << "cifar10" << 0.5 * onePoint << 0.30;
    QTest::newRow("ResNet-20, folded") << "resnet20_cifar10_folded.onnx"
                                       << "cifar10" << 0.5 * onePoint << 0.30;
    QTest::newRow("ResNet-56") << "resnet56_cifar10.onnx"
                               << "cifar10" << 0.5 * onePoint << 0.27;
    // 500 pictures: one point is five of them.
    QTest::newRow("MobileNetV1") << "mobilenet_v1_0.25_224.onnx"
                                 << "imagenette" << 2 * onePoint << 0.29;
    QTest::newRow("MNIST, opset 8, batch 1") << "mnist_cntk.onnx"
                                             << "mnist" << 0.5 * onePoint << 0.40;
}

void TestRealModels::quantizingKeepsAccuracyAndSize()
{
    QFETCH(QString, model);
    QFETCH(QString, data);
    QFETCH(double, largestLoss);
    QFETCH(double, largestShare);
    const auto original = shared / "models" / model.toStdString();
    const auto& samples = dataset(data.toStdString());
    const std::filesystem::path quantized = m_folder.filePath("quantized.onnx").toStdString();
    const auto result = quantize({readOnnx(original), &samples, {}}, {});
    QVERIFY(result.floatNodes.empty());
    writeOnnx(result.graph, quantized);
    const auto share =
        static_cast<double>(std::filesystem::file_size(quantized)) / static_cast<double>(std::filesystem::file_size(original));
    QVERIFY2(share <= largestShare, qPrintable(QString::number(share)));
    const double loss = originalTop1(model.toStdString(), samples) - top1(quantized, samples);
    QVERIFY2(loss <= largestLoss, qPrintable(QString::number(loss)));
}

void TestRealModels::anotherWayOfChoosingRangesTakesUnderASecond_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("data");
    QTest::newRow("ResNet-20") << "resnet20_cifar10.onnx"
                               << "cifar10";
    QTest::newRow("MobileNetV1") << "mobilenet_v1_0.25_224.onnx"
                                 << "imagenette";
}

void TestRealModels::anotherWayOfChoosingRangesTakesUnderASecond()
{
    QFETCH(QString, model);
    QFETCH(QString, data);
    const auto graph = readOnnx(shared / "models" / model.toStdString());
    const QTemporaryDir kept;
    const auto secondsFor = [&](const QuantizeOptions& options) {
        QElapsedTimer timer;
        timer.start();
        quantize({graph, &dataset(data.toStdString()), options, kept.path().toStdString()}, {});
        return static_cast<double>(timer.elapsed()) / 1000;
    };
    const double first = secondsFor({.ranges = RangeMethod::MinMax, .repairGains = false});
    for (const QuantizeOptions& options : {QuantizeOptions{.ranges = RangeMethod::MeanSquared, .repairGains = false},
                                           QuantizeOptions{.ranges = RangeMethod::MovingAverage, .repairGains = false},
                                           QuantizeOptions{.ranges = RangeMethod::Percentile, .repairGains = false},
                                           QuantizeOptions{.ranges = RangeMethod::Percentile, .percentile = 99, .repairGains = false},
                                           QuantizeOptions{.ranges = RangeMethod::Percentile, .percentile = 99.9, .repairGains = false}}) {
        const double another = secondsFor(options);
        qInfo("%s: %.2f s, then %.2f s", qPrintable(model), first, another);
        QVERIFY(another < 1);
    }
}

void TestRealModels::otherKindsKeepAccuracyAndSize_data()
{
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("data");
    QTest::addColumn<QuantizeOptions>("options");
    QTest::addColumn<double>("largestLoss");  // of top-1
    QTest::addColumn<double>("largestShare"); // of the float file
    const QuantizeOptions dynamic{.method = QuantizeMethod::Dynamic};
    const QuantizeOptions bytes{.method = QuantizeMethod::Weights};
    const QuantizeOptions blocks{.method = QuantizeMethod::Weights, .bitsWeights = 4};
    const QuantizeOptions half{.method = QuantizeMethod::Half};
    const auto row = [](const char* kind, const char* model, const char* data) -> QTestData& {
        return QTest::addRow("%s, %s", model, kind) << QString(model) + ".onnx" << data;
    };
    const char* const resnet = "resnet20_cifar10";
    row("dynamic", resnet, "cifar10") << dynamic << 0.5 * onePoint << 0.27;
    row("8 bits", resnet, "cifar10") << bytes << 0.5 * onePoint << 0.27;
    row("4 bits", resnet, "cifar10") << blocks << 3 * onePoint << 0.18;
    row("half", resnet, "cifar10") << half << 0.1 * onePoint << 0.51;
    const char* const mobilenet = "mobilenet_v1_0.25_224";
    // In 4 bits nothing is left of this one.
    row("dynamic", mobilenet, "imagenette") << dynamic << 2 * onePoint << 0.27;
    row("8 bits", mobilenet, "imagenette") << bytes << 2 * onePoint << 0.27;
    row("half", mobilenet, "imagenette") << half << 0.4 * onePoint << 0.50;
    const char* const mnist = "mnist_cntk";
    row("dynamic", mnist, "mnist") << dynamic << 0.2 * onePoint << 0.34;
    row("8 bits", mnist, "mnist") << bytes << 0.2 * onePoint << 0.32;
    row("4 bits", mnist, "mnist") << blocks << 0.5 * onePoint << 0.25;
    row("half", mnist, "mnist") << half << 0.1 * onePoint << 0.53;
}

void TestRealModels::otherKindsKeepAccuracyAndSize()
{
    QFETCH(QString, model);
    QFETCH(QString, data);
    QFETCH(QuantizeOptions, options);
    QFETCH(double, largestLoss);
    QFETCH(double, largestShare);
    const auto original = shared / "models" / model.toStdString();
    const auto& samples = dataset(data.toStdString());
    const std::filesystem::path quantized = m_folder.filePath("kind.onnx").toStdString();
    writeOnnx(quantize({readOnnx(original), nullptr, options}, {}).graph, quantized);
    const auto share =
        static_cast<double>(std::filesystem::file_size(quantized)) / static_cast<double>(std::filesystem::file_size(original));
    const double loss = originalTop1(model.toStdString(), samples) - top1(quantized, samples);
    QVERIFY2(share <= largestShare && loss <= largestLoss, qPrintable(QString("size %1, loss %2").arg(share).arg(loss)));
}

void TestRealModels::structuresWithoutDataLoadAndRun_data()
{
    QTest::addColumn<QString>("model");
    QTest::newRow("keyword spotting") << "kws_dscnn.onnx";
    QTest::newRow("person detection") << "vww_96.onnx";
}

void TestRealModels::structuresWithoutDataLoadAndRun()
{
    QFETCH(QString, model);
    const auto evaluation = evaluate(shared / "models" / model.toStdString(), nullptr, {}, {});
    QVERIFY(evaluation.latency->p50Ms > 0);
    QVERIFY(evaluation.facts.macs > 0 && evaluation.facts.parameters > 0);
}

QTEST_GUILESS_MAIN(TestRealModels)
#include "test_real_models.moc"
