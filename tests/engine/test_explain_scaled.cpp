// SPDX-License-Identifier: GPL-3.0-or-later
// Files whose layers were equalized or smoothed are compared in the scale that their values have: against the float model as against the
// scaled one that was really quantized.
#include "core/error.h"
#include "engine/explained_nets.h"
#include "engine/pruning_net.h"
#include "engine/shared_models.h"
#include "onnx_io/onnx_io.h"
#include "quantize/explain.h"
#include "quantize/layer_errors.h"
#include "quantize/quantize.h"
#include "quantize/scaled_values.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <filesystem>
#include <utility>

using namespace hone;
using hone::testing::PruningNet;

namespace
{

Dataset noisePictures(const QTemporaryDir& folder)
{
    return hone::test::writeNoiseDataset(folder.path().toStdString(), 80, 5);
}

// Every second channel that `layer` makes is a twentieth of what it was.
void makeUneven(PruningNet& net, const std::string& layer)
{
    for (const std::string name : {layer + ".w", layer + ".b"}) {
        Tensor& tensor = net.graph().value(net.at(name)).constant;
        const auto each = static_cast<std::size_t>(tensor.size() / tensor.shape()[0]);
        auto values = tensor.mutableData<float>();
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] *= i / each % 2 ? 0.05F : 1.0F;
    }
}

PruningNet unevenNet()
{
    PruningNet net;
    net.input("x", {-1, 1, 8, 8});
    net.conv("a", "x", {1, 8});
    makeUneven(net, "a");
    net.op("Relu", "ra", {"a"});
    net.conv("dw", "ra", {8, 8, 3, 8});
    makeUneven(net, "dw");
    net.op("Relu", "rd", {"dw"});
    net.conv("b", "rd", {8, 6, 1});
    net.op("Relu", "rb", {"b"});
    net.head("rb", 6);
    return net;
}

// LayerNormalization with outliers in a few channels, read by a product.
PruningNet outlierNet()
{
    PruningNet net(17);
    net.input("x", {-1, 1, 8, 8});
    net.op("Flatten", "flat", {"x"});
    Tensor scale = net.randomTensor({64}, 0.5, 1);
    for (const std::size_t outlier : {3u, 40u})
        scale.mutableData<float>()[outlier] = 60;
    net.constant("ln.scale", scale);
    net.weight("ln.bias", {64});
    net.op("LayerNormalization", "ln", {"flat", "ln.scale", "ln.bias"});
    net.weight("p.w", {64, 16});
    net.op("MatMul", "p", {"ln", "p.w"});
    net.op("Relu", "rp", {"p"});
    net.gemm("fc", "rp", 16, 5);
    net.output("fc");
    return net;
}

Graph withoutNote(Graph graph)
{
    graph.metadata.erase("hone.scaled");
    return graph;
}

} // namespace

class TestExplainScaled : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { m_data = noisePictures(m_folder); }

    void whatWasScaledIsComparedInItsScale_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<bool>("rounded");
        QTest::addColumn<std::size_t>("layers"); // that are compared, from the first
        QTest::addColumn<double>("wrong");       // dB that some layer is off by at least where the file doesn't say so
        QTest::newRow("equalized") << "uneven" << false << std::size_t{100} << 3.0;
        QTest::newRow("equalized, rounded adaptively") << "uneven" << true << std::size_t{100} << 3.0;
        QTest::newRow("smoothed") << "outliers" << false << std::size_t{100} << 3.0;
        // On samples that equalizing hasn't seen, ReLU6 cuts the scaled model's values off elsewhere than the float model's, which adds up.
        QTest::newRow("MobileNetV1, rounded adaptively") << "mobilenet_v1_0.25_224.onnx" << true << std::size_t{8} << 10.0;
    }
    void whatWasScaledIsComparedInItsScale()
    {
        QFETCH(QString, model);
        QFETCH(bool, rounded);
        QFETCH(std::size_t, layers);
        QFETCH(double, wrong);
        const bool isFile = model.endsWith(".onnx");
        const auto file = hone::test::sharedModel(model.toStdString());
        if (isFile && !std::filesystem::exists(file))
            QSKIP("the shared models are not here");
        const Graph floating = isFile ? readOnnx(file) : model == "uneven" ? unevenNet().graph() : outlierNet().graph();
        QuantizeOptions options{.ranges = RangeMethod::MinMax, .samples = 24};
        options.equalize = model != "outliers";
        options.smoothQuant = model == "outliers";
        options.adaptiveRounding = rounded;
        options.repairGains = false;
        const auto result = quantize({floating, &*m_data, options, {}}, {});
        const auto scaled = readScaledValues(result.graph);
        QVERIFY(!scaled.empty());
        // As the written file is explained, and by the model that was really quantized.
        const auto written = parseOnnx(serializeOnnx(result.graph));
        const auto found = errorsOf(floating, written, readScaledValues(written));
        const auto direct = errorsOf(result.floating, written, {});
        const auto unsaid = errorsOf(floating, written, {});
        QVERIFY(found.size() > 3);
        double farthest = 0;
        for (std::size_t i = 0; i < std::min(layers, found.size()); ++i) {
            const auto& [name, snr] = found[i];
            const auto other = std::ranges::find(direct, name, &NamedError::first);
            if (other == direct.end())
                continue;
            QVERIFY2(std::abs(snr - other->second) < 0.5 || std::min(snr, other->second) > 60,
                     qPrintable(QString("%1: %2 and %3").arg(QString::fromStdString(name)).arg(snr).arg(other->second)));
            farthest = std::max(farthest, snr - std::ranges::find(unsaid, name, &NamedError::first)->second);
        }
        QVERIFY2(farthest > wrong, qPrintable(QString::number(farthest)));
    }

    void explainingTellsWhatWasScaled()
    {
        const Graph floating = unevenNet().graph();
        QuantizeOptions options{.ranges = RangeMethod::MinMax, .equalize = true, .samples = 24};
        const auto result = quantize({floating, &*m_data, options, {}}, {});
        const auto found = explained(floating, result.graph);
        QVERIFY(!found.equalized.empty());
        QVERIFY(found.equalized[0].largestFactor() > 1.5);
        QCOMPARE(found.equalized[0].first, std::string("a"));
        QVERIFY(equalizedSentence(found).find("a to dw") != std::string::npos);
        QCOMPARE(toJson(found).at("equalized").at(0).at("second").at(0).get<std::string>(), std::string("dw"));
        const auto page = explanationHtml(found, [](const Message& message) { return std::string(name(message.code)); });
        QVERIFY(page.find("a to dw") != page.npos);
        for (const auto& layer : found.layers)
            QVERIFY2(layer.snrAloneDb > 25, layer.name.c_str());
        QVERIFY(explained(floating, withoutNote(result.graph)).equalized.empty());
    }

    void theNoteIsReadBack()
    {
        Graph graph = unevenNet().graph();
        QVERIFY(readScaledValues(graph).empty());
        const std::vector<ScaledValues> wanted{{"a", {"dw", "b"}, {"a", "ra"}, -1, {1, 0.12341, 25.5}}};
        writeScaledValues(graph, wanted);
        const auto read = readScaledValues(parseOnnx(serializeOnnx(graph)));
        QCOMPARE(read.size(), std::size_t{1});
        QCOMPARE(read[0].second, wanted[0].second);
        QCOMPARE(read[0].values, wanted[0].values);
        QCOMPARE(read[0].axis, -1);
        QCOMPARE(read[0].factors, (std::vector<double>{1, 0.1234, 25.5})); // four digits
        QCOMPARE(read[0].largestFactor(), 25.5);
    }

    void aBrokenNoteIsRefused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("no JSON") << "factors";
        QTest::newRow("a list of numbers") << "[1]";
        QTest::newRow("a factor of 0") << R"([{"first":"a","second":[],"values":[],"axis":1,"factors":"1 0"}])";
    }
    void aBrokenNoteIsRefused()
    {
        QFETCH(QString, text);
        Graph graph = unevenNet().graph();
        graph.metadata["hone.scaled"] = text.toStdString();
        try {
            readScaledValues(graph);
            QFAIL("it was read");
        } catch (const Error& error) {
            QCOMPARE(error.code(), MessageCode::ModelInvalid);
        }
    }

private:
    using NamedError = std::pair<std::string, double>;

    // In order.
    std::vector<NamedError> errorsOf(const Graph& floating, const Graph& integers, const std::vector<ScaledValues>& scaled) const
    {
        const auto pairs = pairLayers(floating, integers);
        LayerErrorsRequest request{floating, integers, pairs, *m_data, 8, 1};
        request.scaled = scaled;
        const auto errors = measureLayerErrors(request, {});
        std::vector<NamedError> named;
        for (std::size_t i = 0; i < pairs.size(); ++i)
            named.emplace_back(pairs[i].name, errors.layers[i].snrDb);
        return named;
    }

    Explanation explained(const Graph& floating, const Graph& integers) const
    {
        return hone::test::explainedIn(m_folder, *m_data, floating, integers);
    }

    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
};

QTEST_GUILESS_MAIN(TestExplainScaled)
#include "test_explain_scaled.moc"
