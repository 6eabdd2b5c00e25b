// SPDX-License-Identifier: GPL-3.0-or-later
// Agreement of whole models: a linear one against itself times two is cosine 1 and 0 dB on any data, against its negative
// cosine -1 and -6.02 dB.
#include "evaluate/comparison.h"
#include "graph_building.h"
#include "idx_dataset.h"
#include "onnx_io/onnx_io.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace hone;
using namespace hone::test;
using hone::testing::Chain;
using hone::testing::randomTensor;

namespace
{

constexpr double tolerance = 1e-5;

bool isNear(double actual, double expected)
{
    if (std::abs(actual - expected) <= tolerance)
        return true;
    qWarning() << actual << "instead of" << expected;
    return false;
}

// [N, 1, 4, 4] -> [N, 3], the weights times `factor`.
Graph linear(float factor, const Dim& batch = Dim::free("N"), int outputs = 3)
{
    auto weights = randomTensor({16, outputs}, 5);
    for (float& weight : weights.mutableData<float>())
        weight *= factor;
    Chain chain(13, {batch, Dim::fixed(1), Dim::fixed(4), Dim::fixed(4)});
    chain.then("Flatten").then("MatMul", {chain.constant("w", weights)});
    return chain.finish();
}

// A detector as they come: boxes that don't follow the batch, and scores; which output is first may differ.
Graph detector(float factor, bool boxesFirst)
{
    Chain chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(4), Dim::fixed(4)});
    const auto input = chain.last();
    const auto shape = chain.constant("shape", hone::testing::integers({-1, 4}));
    chain.then("Reshape", {shape});
    const auto boxes = chain.last();
    chain.setLast(input);
    chain.then("Flatten").then("Mul", {chain.constant("factor", Tensor::scalar<float>(factor))});
    const auto scores = chain.last();
    auto graph = boxesFirst ? chain.finishWith({boxes, scores}) : chain.finishWith({scores, boxes});
    graph.renameValue(boxes, "boxes");
    graph.renameValue(scores, "scores");
    return graph;
}

} // namespace

class TestAgreement : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void aModelAgreesWithItself();
    void figuresAreThoseComputedByHand();
    void labelsAreNotLookedAt();
    void outputsAreMatchedByName();
    void aFixedBatchIsFilledUp();
    void withoutDataInputsAreMadeUpAndThatIsSaid();
    void modelsThatCantBeComparedAreRefused();
    void comparingRanksByAgreementWithTheReference();
    void figuresDontDependOnThreads();

private:
    std::filesystem::path write(const std::string& name, const Graph& graph) const
    {
        writeOnnx(graph, m_root / name);
        return m_root / name;
    }
    Evaluation against(const std::filesystem::path& reference, const std::filesystem::path& model, bool withData = true,
                       int threads = 0) const
    {
        EvaluateOptions options{.split = Split::Test, .threads = threads, .latency = false, .reference = reference};
        return evaluate(model, withData ? &*m_data : nullptr, options, {});
    }

    QTemporaryDir m_folder;
    std::filesystem::path m_root;
    std::optional<Dataset> m_data;
};

void TestAgreement::initTestCase()
{
    m_root = m_folder.path().toStdString();
    std::vector<GrayPicture> pictures;
    Random random(3);
    for (int i = 0; i < 30; ++i) {
        GrayPicture picture{{}, static_cast<std::uint8_t>(i % 2)};
        for (int k = 0; k < 16; ++k)
            picture.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
        pictures.push_back(picture);
    }
    m_data = writeIdxDataset(m_root, pictures, pictures, 4, 4);
}

void TestAgreement::aModelAgreesWithItself()
{
    const auto file = write("one.onnx", linear(1));
    const auto evaluation = against(file, file);
    QCOMPARE(taskOf(evaluation).value(), Task::Agreement);
    const auto& agreement = *evaluation.agreement;
    QCOMPARE(agreement.samples, std::size_t(30));
    QCOMPARE(agreement.split.value(), Split::Test);
    QCOMPARE(agreement.outputs.size(), std::size_t(1));
    QCOMPARE(agreement.least().cosine, 1.0);
    QCOMPARE(agreement.least().snrDb, largestSnrDb);
    QCOMPARE(agreement.least().sameTop1.value(), 1.0);
    QVERIFY(!evaluation.accuracy);
}

void TestAgreement::figuresAreThoseComputedByHand()
{
    const auto reference = write("one.onnx", linear(1));
    const auto twice = against(reference, write("two.onnx", linear(2))).agreement->least();
    QVERIFY(isNear(twice.cosine, 1) && isNear(twice.snrDb, 0));
    QCOMPARE(twice.sameTop1.value(), 1.0);
    const auto opposite = against(reference, write("minus.onnx", linear(-1))).agreement->least();
    QVERIFY(isNear(opposite.cosine, -1) && isNear(opposite.snrDb, -20 * std::log10(2.0)));
    QCOMPARE(opposite.sameTop1.value(), 0.0);
    // A tenth more: 10 log10(1 / 0.01).
    QVERIFY(std::abs(against(reference, write("tenth.onnx", linear(1.1f))).agreement->least().snrDb - 20) < 1e-3);
}

void TestAgreement::labelsAreNotLookedAt()
{
    // The data have two classes, the models three outputs: accuracy could not be measured.
    const auto file = write("one.onnx", linear(1));
    QVERIFY_EXCEPTION_THROWN(evaluate(file, &*m_data, {.split = Split::Test, .latency = false}, {}), Error);
    QVERIFY(against(file, file).agreement);
}

void TestAgreement::outputsAreMatchedByName()
{
    const auto reference = write("detector.onnx", detector(1, true));
    const auto agreement = against(reference, write("slim.onnx", detector(2, false))).agreement.value();
    QCOMPARE(agreement.outputs.size(), std::size_t(2));
    QCOMPARE(agreement.outputs[0].name, std::string("scores"));
    QVERIFY(isNear(agreement.outputs[0].snrDb, 0));
    QCOMPARE(agreement.outputs[1].name, std::string("boxes"));
    QCOMPARE(agreement.outputs[1].snrDb, largestSnrDb);
    QCOMPARE(agreement.outputs[1].cosine, 1.0);
}

void TestAgreement::aFixedBatchIsFilledUp()
{
    const auto reference = write("one.onnx", linear(1));
    const auto agreement = against(reference, write("fixed.onnx", linear(1.1f, Dim::fixed(7)))).agreement.value();
    QCOMPARE(agreement.samples, std::size_t(30)); // 4 batches of 7 and 2 more
    QVERIFY(std::abs(agreement.least().snrDb - 20) < 1e-3);
    QVERIFY(isNear(agreement.least().cosine, 1));
}

void TestAgreement::withoutDataInputsAreMadeUpAndThatIsSaid()
{
    const auto reference = write("one.onnx", linear(1));
    const auto evaluation = against(reference, write("two.onnx", linear(2)), false);
    QVERIFY(evaluation.agreement->samples > 0 && !evaluation.agreement->split);
    QVERIFY(isNear(evaluation.agreement->least().snrDb, 0));
    QCOMPARE(evaluation.notices.at(0).code, MessageCode::InputsMadeUp);
    QCOMPARE(evaluation.notices.at(0).arguments.at("seed"), std::string("0"));
}

void TestAgreement::modelsThatCantBeComparedAreRefused()
{
    const auto reference = write("one.onnx", linear(1));
    const auto wider = write("wider.onnx", linear(1, Dim::free("N"), 4));
    for (const bool withData : {true, false})
        try {
            against(reference, wider, withData);
            QFAIL("outputs of other sizes were compared");
        } catch (const Error& error) {
            QCOMPARE(error.code(), MessageCode::ReferenceUnlike);
        }
    QVERIFY_EXCEPTION_THROWN(against(m_root / "nowhere.onnx", reference), Error);
}

void TestAgreement::comparingRanksByAgreementWithTheReference()
{
    auto small = linear(0.9f);
    small.docString = std::string();
    auto large = linear(1);
    large.docString = std::string(500, 'x');
    const auto reference = write("large.onnx", large);
    EvaluateOptions options;
    options.latency = false;
    options.reference = reference;
    const auto comparison = compare(
        {{"large", reference}, {"small", write("small.onnx", small)}, {"minus", write("minus.onnx", linear(-1))}}, &*m_data, options, {});
    QCOMPARE(comparison.metricKind().value(), MetricKind::Cosine);
    QCOMPARE(comparison.best(), std::size_t(1));
    QVERIFY(comparison.models[1].test->agreement);
    const auto html = htmlReport(comparison);
    QVERIFY(html.find("SNR, dB") != std::string::npos && html.find("<svg") != std::string::npos);
    const auto withoutData = compare({{"large", reference}, {"minus", m_root / "minus.onnx"}}, nullptr, options, {});
    QVERIFY(!withoutData.models[0].test && withoutData.dataName.empty());
    QCOMPARE(withoutData.best(), std::size_t(0));
}

void TestAgreement::figuresDontDependOnThreads()
{
    const auto reference = write("one.onnx", linear(1));
    const auto model = write("tenth.onnx", linear(1.1f));
    const auto one = against(reference, model, true, 1).agreement->least();
    const auto four = against(reference, model, true, 4).agreement->least();
    QCOMPARE(four.cosine, one.cosine);
    QCOMPARE(four.snrDb, one.snrDb);
}

QTEST_GUILESS_MAIN(TestAgreement)
#include "test_agreement.moc"
