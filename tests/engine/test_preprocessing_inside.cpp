// SPDX-License-Identifier: GPL-3.0-or-later
// Models that take raw samples, against the same models behind Hone's own preprocessing. ONNX Runtime runs both.
#include "data/pairing.h"
#include "data/preprocessing_inside.h"
#include "evaluate/evaluation.h"
#include "graph_building.h"
#include "idx_dataset.h"
#include "onnx_io/onnx_io.h"
#include "preprocess/raw_input.h"
#include "runtime/session.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace hone;
using namespace hone::test;
using hone::testing::Chain;
using hone::testing::randomTensor;

namespace
{

constexpr double tolerance = 1e-5; // of the largest output

// Conv, Relu, mean over the picture: [N, 4].
Graph pictureModel(std::int64_t opset, Layout layout, int channels, int side)
{
    const auto c = Dim::fixed(channels), s = Dim::fixed(side);
    const Shape shape = layout == Layout::Nchw ? Shape{Dim::free("N"), c, s, s} : Shape{Dim::free("N"), s, s, c};
    Chain chain(opset, shape);
    if (layout == Layout::Nhwc)
        chain.then("Transpose", {}, {{"perm", std::vector<std::int64_t>{0, 3, 1, 2}}});
    chain.then("Conv", {chain.constant("w", randomTensor({4, channels, 3, 3}, 1))});
    chain.then("Relu").then("GlobalAveragePool").then("Flatten");
    auto graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(4)};
    return graph;
}

PicturePreprocess pictureOf(int channels, int side, Layout layout)
{
    PicturePreprocess preprocess{.width = side, .height = side, .layout = layout};
    preprocess.channels = channels == 1 ? ChannelOrder::Gray : ChannelOrder::Bgr;
    preprocess.mean = channels == 1 ? std::vector<double>{0.3} : std::vector<double>{0.485, 0.456, 0.406};
    preprocess.std = channels == 1 ? std::vector<double>{0.5} : std::vector<double>{0.229, 0.224, 0.225};
    return preprocess;
}

Picture randomPicture(int height, int width, int channels)
{
    Picture picture{width, height, channels, {}};
    Random random(7);
    for (int i = 0; i < height * width * channels; ++i)
        picture.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    return picture;
}

std::vector<float> answer(const Graph& graph, const Preprocess& preprocess, const RawSample& sample)
{
    auto session = Session::fromBytes(serializeOnnx(graph));
    const auto input = inputOf(FrontEnd(preprocess), sample);
    return toFloats(session.run({asTaken(input, session.inputs().at(0).dtype)}).at(0));
}

double largestDifference(const std::vector<float>& a, const std::vector<float>& b)
{
    double difference = a.size() == b.size() && !a.empty() ? 0 : 1e9;
    double largest = 1e-9;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        difference = std::max(difference, std::abs(static_cast<double>(a[i]) - b[i]));
        largest = std::max(largest, std::abs(static_cast<double>(b[i])));
    }
    return difference / largest;
}

} // namespace

class TestPreprocessingInside : public QObject
{
    Q_OBJECT

private slots:
    void rawPicturesGetTheSameAnswers_data();
    void rawPicturesGetTheSameAnswers();
    void picturesOfAnotherSizeAreResizedInside_data();
    void picturesOfAnotherSizeAreResizedInside();
    void recordedWindowsGetTheSameAnswers_data();
    void recordedWindowsGetTheSameAnswers();
    void tensorsAndSoundsAreNormalizedInside();
    void evaluatingBothGivesTheSameFigures();
    void whatTakesBytesAlreadyIsRefused();
    void aMiddleThatIsCutOutIsNotResized();
};

void TestPreprocessingInside::rawPicturesGetTheSameAnswers_data()
{
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("modelLayout");
    QTest::addColumn<int>("rawLayout");
    for (const int channels : {1, 3})
        for (const auto model : {Layout::Nchw, Layout::Nhwc})
            for (const auto raw : {Layout::Nchw, Layout::Nhwc})
                QTest::addRow("%d channels, model %d, raw %d", channels, int(model), int(raw)) << channels << int(model) << int(raw);
}

void TestPreprocessingInside::rawPicturesGetTheSameAnswers()
{
    QFETCH(int, channels);
    QFETCH(int, modelLayout);
    QFETCH(int, rawLayout);
    const auto graph = pictureModel(13, Layout(modelLayout), channels, 8);
    const Preprocess preprocess = pictureOf(channels, 8, Layout(modelLayout));
    const auto raw = withPreprocessingInside(graph, preprocess, {.layout = Layout(rawLayout)}, "m.onnx");
    const auto& input = raw.value(raw.inputs.at(0));
    QCOMPARE(input.name, graph.value(graph.inputs.at(0)).name);
    QCOMPARE(input.type.dtype, DType::UInt8);
    QVERIFY(!(*input.type.shape)[0].isFixed());
    QCOMPARE((*input.type.shape)[Layout(rawLayout) == Layout::Nhwc ? 3 : 1].extent, std::int64_t(channels));
    const auto inside = readModelCard(raw).preprocess.value();
    const auto picture = randomPicture(13, 9, 3);
    const double difference = largestDifference(answer(raw, inside, picture), answer(graph, preprocess, picture));
    QVERIFY2(difference <= tolerance, qPrintable(QString::number(difference)));
}

void TestPreprocessingInside::picturesOfAnotherSizeAreResizedInside_data()
{
    QTest::addColumn<int>("opset");
    QTest::newRow("opset 13") << 13;
    QTest::newRow("opset 18") << 18;
}

void TestPreprocessingInside::picturesOfAnotherSizeAreResizedInside()
{
    QFETCH(int, opset);
    // A model that gives its picture back, so that pixels can be compared.
    Chain chain(opset, {Dim::free("N"), Dim::fixed(3), Dim::fixed(10), Dim::fixed(12)});
    chain.then("Identity");
    auto graph = chain.finish();
    PicturePreprocess preprocess{.width = 12, .height = 10};
    preprocess.range = {0, 255};
    const auto raw = withPreprocessingInside(graph, preprocess, {.layout = Layout::Nhwc, .size = PictureSize{31, 19}}, "m.onnx");
    const auto inside = readModelCard(raw).preprocess.value();
    QCOMPARE(inside.picture().height, 31);
    const auto picture = randomPicture(31, 19, 3);
    const auto there = answer(raw, inside, picture);
    const auto here = answer(graph, preprocess, picture);
    QCOMPARE(there.size(), here.size());
    double most = 0;
    for (std::size_t i = 0; i < here.size(); ++i)
        most = std::max(most, std::abs(static_cast<double>(there[i]) - here[i]));
    QVERIFY2(most <= 1.05, qPrintable(QString::number(most))); // Hone's own pixels are rounded twice
    QVERIFY(most > 0);
}

void TestPreprocessingInside::recordedWindowsGetTheSameAnswers_data()
{
    QTest::addColumn<int>("time");
    QTest::newRow("time first") << int(TimeAxis::First);
    QTest::newRow("time last") << int(TimeAxis::Last);
}

void TestPreprocessingInside::recordedWindowsGetTheSameAnswers()
{
    QFETCH(int, time);
    WindowPreprocess preprocess{.length = 6, .channels = 2, .mean = {1, -2}, .std = {0.5, 3}, .time = TimeAxis(time)};
    preprocess.shape = preprocess.time == TimeAxis::First ? Dimensions{1, 6, 2} : Dimensions{1, 2, 6};
    Chain chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(preprocess.shape[1]), Dim::fixed(preprocess.shape[2])});
    chain.then("Flatten").then("MatMul", {chain.constant("w", randomTensor({12, 3}, 3))});
    const auto graph = chain.finish();
    const auto raw = withPreprocessingInside(graph, preprocess, {}, "m.onnx");
    const RawSample sample = SensorWindow{randomTensor({6, 2}, 5, -4, 4)};
    const auto inside = readModelCard(raw).preprocess.value();
    const double difference = largestDifference(answer(raw, inside, sample), answer(graph, preprocess, sample));
    QVERIFY2(difference <= tolerance, qPrintable(QString::number(difference)));
    QVERIFY(largestDifference(answer(raw, preprocess, sample), answer(graph, preprocess, sample)) > 0.01); // it would be normalized twice
    QVERIFY_EXCEPTION_THROWN(withPreprocessingInside(raw, inside, {}, "m.onnx"), Error);
}

void TestPreprocessingInside::tensorsAndSoundsAreNormalizedInside()
{
    TensorPreprocess tensor{.shape = {2, 3}, .mean = {1, 2, 3}, .std = {2}};
    Chain chain(13, {Dim::free("N"), Dim::fixed(2), Dim::fixed(3)});
    chain.then("Flatten").then("MatMul", {chain.constant("w", randomTensor({6, 3}, 3))});
    const auto graph = chain.finish();
    const auto raw = withPreprocessingInside(graph, tensor, {}, "m.onnx");
    const RawSample sample = randomTensor({2, 3}, 5, -4, 4);
    QVERIFY(largestDifference(answer(raw, readModelCard(raw).preprocess.value(), sample), answer(graph, tensor, sample)) <= tolerance);

    SoundPreprocess sound;
    sound.seconds = 0.25;
    sound.mean = {-3};
    sound.std = {2};
    const auto frames = static_cast<std::int64_t>(framesOf(sound)), bands = static_cast<std::int64_t>(bandsOf(sound));
    Chain listening(13, {Dim::free("N"), Dim::fixed(frames), Dim::fixed(bands)});
    listening.then("Flatten").then("MatMul", {listening.constant("w", randomTensor({frames * bands, 3}, 3))});
    const auto heard = listening.finish();
    const auto rawHeard = withPreprocessingInside(heard, sound, {}, "m.onnx");
    const auto wave = randomTensor({4000}, 9);
    const RawSample noise = Sound{16000, {wave.data<float>().begin(), wave.data<float>().end()}};
    QVERIFY(largestDifference(answer(rawHeard, readModelCard(rawHeard).preprocess.value(), noise), answer(heard, sound, noise)) <=
            tolerance);
}

void TestPreprocessingInside::evaluatingBothGivesTheSameFigures()
{
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    std::vector<GrayPicture> pictures;
    Random random(3);
    for (int i = 0; i < 60; ++i) {
        GrayPicture picture{{}, static_cast<std::uint8_t>(i % 4)};
        for (int k = 0; k < 64; ++k)
            picture.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
        pictures.push_back(picture);
    }
    const auto data = writeIdxDataset(root, pictures, pictures, 8, 8);
    auto graph = pictureModel(13, Layout::Nchw, 1, 8);
    const auto preprocess = pairForInput(graph, data).preprocess;
    writeOnnx(graph, root / "before.onnx");
    writeOnnx(withPreprocessingInside(graph, preprocess, {}, "m.onnx"), root / "raw.onnx");
    EvaluateOptions options{.split = Split::Test, .latency = false};
    const auto before = evaluate(root / "before.onnx", &data, options, {}).accuracy.value();
    const auto raw = evaluate(root / "raw.onnx", &data, options, {}).accuracy.value();
    QCOMPARE(raw.predictions, before.predictions);
    QVERIFY(std::abs(raw.loss - before.loss) <= tolerance);
    // Each reads the data as its own card says.
    options.reference = root / "before.onnx";
    const auto agreement = evaluate(root / "raw.onnx", &data, options, {}).agreement.value();
    QCOMPARE(agreement.samples, std::size_t(60));
    QVERIFY(agreement.least().cosine > 1 - 1e-9 && agreement.least().snrDb > 90);
    QCOMPARE(agreement.least().sameTop1.value(), 1.0);
}

void TestPreprocessingInside::whatTakesBytesAlreadyIsRefused()
{
    const auto graph = pictureModel(13, Layout::Nchw, 3, 8);
    const Preprocess preprocess = pictureOf(3, 8, Layout::Nchw);
    const auto raw = withPreprocessingInside(graph, preprocess, {}, "m.onnx");
    try {
        withPreprocessingInside(raw, readModelCard(raw).preprocess.value(), {}, "m.onnx");
        QFAIL("it was written twice");
    } catch (const Error& error) {
        QCOMPARE(error.code(), MessageCode::PreprocessingInside);
    }
}

void TestPreprocessingInside::aMiddleThatIsCutOutIsNotResized()
{
    auto preprocess = pictureOf(3, 8, Layout::Nchw);
    preprocess.fit = Fit::CenterCrop;
    const auto graph = pictureModel(13, Layout::Nchw, 3, 8);
    QVERIFY_EXCEPTION_THROWN(withPreprocessingInside(graph, preprocess, {.size = PictureSize{20, 20}}, "m.onnx"), Error);
    withPreprocessingInside(graph, preprocess, {}, "m.onnx");
}

QTEST_GUILESS_MAIN(TestPreprocessingInside)
#include "test_preprocessing_inside.moc"
