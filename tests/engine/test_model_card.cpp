// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/pairing.h"
#include "data/stated_preprocess.h"
#include "data_making.h"

#include <QTest>

#include <cmath>

using namespace hone;
namespace fs = std::filesystem;

namespace
{

// A graph whose output is its input as far as pairing looks: it reads declared types only.
Graph modelOf(Shape input, Shape output, DType dtype = DType::Float32)
{
    Graph graph;
    graph.opsets[""] = 13;
    const auto in = graph.addComputed("in", {dtype, std::move(input)});
    const auto out = graph.addComputed("out", {DType::Float32, std::move(output)});
    graph.inputs = {in};
    graph.outputs = {out};
    return graph;
}

const Dim free_ = Dim::free("N");

Shape nchw(int channels, int size)
{
    return {free_, Dim::fixed(channels), Dim::fixed(size), Dim::fixed(size)};
}

Shape scores(int classes)
{
    return {free_, Dim::fixed(classes)};
}

template<class Function>
std::optional<Message> errorOf(Function function)
{
    try {
        function();
    } catch (const Error& error) {
        return error.message();
    }
    return std::nullopt;
}

using Outputs = std::vector<std::optional<int>>;

} // namespace

class TestModelCard : public QObject
{
    Q_OBJECT

    std::optional<TemporaryFolder> m_temporary;

    Dataset dataWith(const std::string& yaml, const std::vector<std::string>& classes = {"ant", "bee", "cow"})
    {
        m_temporary.emplace();
        writeClassFolders(m_temporary->path() / "train", classes, 1);
        if (!yaml.empty())
            writeBytes(m_temporary->path() / "dataset.yaml", yaml);
        return Dataset::open(m_temporary->path());
    }

private slots:
    void cleanup() { m_temporary.reset(); }

    void aCardIsReadBackAsItWasWritten()
    {
        ModelCard card;
        card.classes = {{"cat \"x\"", 1}, {"dog", 0}, {"\xE7\x8C\xAB", 7}};
        card.preprocess = Preprocess{};
        card.preprocess->picture().width = card.preprocess->picture().height = 8;
        auto graph = modelOf(nchw(3, 8), scores(8));
        writeModelCard(graph, card);
        const auto again = readModelCard(graph);
        QVERIFY(again.classes == card.classes);
        QVERIFY(again.preprocess == card.preprocess);
        writeModelCard(graph, {});
        QVERIFY(graph.metadata.empty());
    }

    void aBrokenCardIsRefused()
    {
        auto graph = modelOf(nchw(3, 8), scores(8));
        for (const auto* text : {"{", "[1]", R"({"a": -1})", R"({"a": "b"})", R"({"a": 1.5})"}) {
            graph.metadata = {{"hone.classes", text}};
            QVERIFY2(errorOf([&] { readModelCard(graph); })->code == MessageCode::ModelInvalid, text);
        }
        graph.metadata = {{"hone.preprocess", R"({"std": 0})"}};
        QVERIFY(errorOf([&] { readModelCard(graph); })->code == MessageCode::ModelInvalid);
    }

    void withoutAnythingElseTheListingOrderCounts()
    {
        const auto pairing = pairCompletely(modelOf(nchw(3, 32), scores(3)), dataWith(""));
        QVERIFY(pairing.outputOfClass == (Outputs{0, 1, 2}));
        QCOMPARE(pairing.outputs, 3);
        QCOMPARE(pairing.preprocess.picture().width, 32);
        QVERIFY(pairing.preprocess.picture().layout == Layout::Nchw);
        QCOMPARE(pairing.preprocess.picture().mean, (std::vector<double>{0, 0, 0}));
    }

    void statedOutputsGoBeforeTheListingOrder()
    {
        const auto data = dataWith("classes: {bee: 2, ant: 0, cow: 1}\n");
        QVERIFY(pair(modelOf(nchw(3, 32), scores(3)), data).outputOfClass == (Outputs{2, 0, 1}));
    }

    void statedOutputsOfAnotherModelGiveWayToTheListingOrder()
    {
        const auto data = dataWith("classes: {bee: 217, ant: 0, cow: 701}\n");
        QVERIFY(pair(modelOf(nchw(3, 32), scores(1000)), data).outputOfClass == (Outputs{217, 0, 701}));
        QVERIFY(pair(modelOf(nchw(3, 32), scores(3)), data).outputOfClass == (Outputs{0, 1, 2}));
    }

    void theCardGoesBeforeEverything()
    {
        auto graph = modelOf(nchw(3, 32), scores(3));
        ModelCard card;
        card.classes = {{"cow", 0}, {"bee", 1}, {"ant", 2}};
        card.preprocess = Preprocess{};
        card.preprocess->picture().mean = {0.1, 0.2, 0.3};
        writeModelCard(graph, card);
        const auto pairing = pair(graph, dataWith("classes: {bee: 2, ant: 0, cow: 1}\npreprocess: {mean: 0.9}\n"));
        QVERIFY(pairing.outputOfClass == (Outputs{1, 2, 0}));
        QCOMPARE(pairing.preprocess.picture().mean, (std::vector<double>{0.1, 0.2, 0.3}));
        QCOMPARE(pairing.preprocess.picture().width, 32);
    }

    void whatNothingStatesOfPreprocessingIsTold()
    {
        auto graph = modelOf(nchw(1, 32), scores(3));
        const auto notice = preprocessNotice(pair(graph, dataWith("")));
        QVERIFY(notice && notice->code == MessageCode::PreprocessAssumed);
        QCOMPARE(notice->arguments.at("channels"), "gray");
        QVERIFY(!preprocessNotice(pair(graph, dataWith("preprocess: {mean: 0.5}\n"))));
        writeModelCard(graph, {.classes = {}, .preprocess = Preprocess{}});
        QVERIFY(!preprocessNotice(pair(graph, dataWith(""))));
    }

    void whatWasStatedOfAnotherModelsInputIsTold_data()
    {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<int>("channels");
        QTest::addColumn<QString>("expected"); // empty: nothing is told
        const QString rgb = "mean: [0.4, 0.5, 0.6], std: [0.2, 0.2, 0.3]";
        QTest::newRow("it fits") << "preprocess: {size: [28, 28], " + rgb + "}\n" << 3 << "";
        QTest::newRow("size") << "preprocess: {size: [32, 32], " + rgb + "}\n"
                              << 3
                              << "what dataset.yaml states for pictures of 32 x 32 pixels and 3 channels, adapted to pictures of 28 x 28 "
                                 "pixels and 3 channels,";
        QTest::newRow("colours")
            << "preprocess: {" + rgb + "}\n"
            << 1 << "what dataset.yaml states for pictures of 3 channels, adapted to pictures of 28 x 28 pixels and 1 channel,";
        QTest::newRow("one number for all colours") << "preprocess: {mean: 0.5, std: 0.5}\n" << 1 << "";
        QTest::newRow("gray")
            << "preprocess: {channels: gray, mean: 0.5}\n"
            << 3 << "what dataset.yaml states for pictures of 1 channel, adapted to pictures of 28 x 28 pixels and 3 channels,";
        QTest::newRow("nothing is stated") << "" << 1 << "";
    }
    void whatWasStatedOfAnotherModelsInputIsTold()
    {
        QFETCH(QString, yaml);
        QFETCH(int, channels);
        QFETCH(QString, expected);
        auto graph = modelOf(nchw(channels, 28), scores(3));
        const auto data = dataWith(yaml.toStdString());
        const auto notice = adaptedPreprocessNotice(graph, data, pair(graph, data));
        QCOMPARE(QString::fromStdString(notice ? notice->arguments.at("described") : ""), expected);
        writeModelCard(graph, {.classes = {}, .preprocess = Preprocess{}});
        QVERIFY(!adaptedPreprocessNotice(graph, data, pair(graph, data))); // the model knows itself
    }

    void classesThatTheCardLacksAreNamed()
    {
        auto graph = modelOf(nchw(3, 32), scores(3));
        writeModelCard(graph, {.classes = {{"ant", 0}, {"Bee", 1}, {"far", 9}}});
        const auto data = dataWith("", {"ant", "bee", "far"});
        QVERIFY(pair(graph, data).outputOfClass == (Outputs{0, std::nullopt, std::nullopt}));
        const auto message = errorOf([&] { pairCompletely(graph, data); });
        QVERIFY(message->code == MessageCode::ClassesUnmapped);
        QCOMPARE(message->arguments.at("classes"), "bee, far");
    }

    void aClassCountThatDoesNotMatchIsRefused()
    {
        const auto message = errorOf([&] { pairCompletely(modelOf(nchw(3, 32), scores(1000)), dataWith("")); });
        QVERIFY(message->code == MessageCode::ClassCountMismatch);
        QCOMPARE(message->arguments.at("classes"), "3");
        QCOMPARE(message->arguments.at("outputs"), "1000");
    }

    void theModelsSizeReplacesTheDatas()
    {
        const auto data = dataWith("preprocess: {size: [48, 64], mean: 0.5, fit: center-crop}\n");
        const auto fixed = pair(modelOf(nchw(3, 96), scores(3)), data).preprocess.picture();
        QCOMPARE(fixed.width, 96);
        QCOMPARE(fixed.height, 96);
        QVERIFY(fixed.fit == Fit::CenterCrop);
        const auto freeSize = pair(modelOf({free_, Dim::fixed(3), Dim::free("H"), Dim::free("W")}, scores(3)), data).preprocess.picture();
        QCOMPARE(freeSize.width, 64);
        QCOMPARE(freeSize.height, 48);
    }

    void nothingSaysTheSize()
    {
        const auto graph = modelOf({free_, Dim::fixed(3), Dim::free("H"), Dim::free("W")}, scores(3));
        QVERIFY(errorOf([&] { pair(graph, dataWith("")); })->code == MessageCode::ModelInputUnsupported);
    }

    void channelsAreAdaptedToTheModel()
    {
        const auto data = dataWith("preprocess: {mean: [0.3, 0.4, 0.5], std: [0.1, 0.2, 0.3], channels: bgr}\n");
        const auto gray = pair(modelOf(nchw(1, 28), scores(3)), data).preprocess.picture();
        QVERIFY(gray.channels == ChannelOrder::Gray);
        QVERIFY(std::abs(gray.mean.at(0) - 0.4) < 1e-12);
        QVERIFY(std::abs(gray.std.at(0) - 0.2) < 1e-12);
        QVERIFY(pair(modelOf(nchw(3, 28), scores(3)), data).preprocess.picture().channels == ChannelOrder::Bgr);
        const auto grayData = dataWith("preprocess: {mean: 0.3, std: 0.2, channels: gray}\n");
        const auto colour = pair(modelOf(nchw(3, 28), scores(3)), grayData).preprocess.picture();
        QVERIFY(colour.channels == ChannelOrder::Rgb);
        QCOMPARE(colour.std, (std::vector<double>{0.2, 0.2, 0.2}));
    }

    void channelsAtTheEndMeanNhwc()
    {
        const Shape nhwc = {free_, Dim::fixed(24), Dim::fixed(32), Dim::fixed(3)};
        const auto preprocess = pair(modelOf(nhwc, scores(3)), dataWith("")).preprocess.picture();
        QVERIFY(preprocess.layout == Layout::Nhwc);
        QCOMPARE(preprocess.height, 24);
        QCOMPARE(preprocess.width, 32);
    }

    void scoresMayBeFourDimensional()
    {
        const auto graph = modelOf(nchw(3, 32), {free_, Dim::fixed(3), Dim::fixed(1), Dim::fixed(1)});
        QCOMPARE(pair(graph, dataWith("")).outputs, 3);
    }

    void modelsThatDoNotTakeAPictureAreRefused()
    {
        const auto data = dataWith("");
        const auto codeFor = [&](const Graph& graph) { return errorOf([&] { pair(graph, data); })->code; };
        QVERIFY(codeFor(modelOf({free_, Dim::fixed(10)}, scores(3))) == MessageCode::ModelInputUnsupported);
        QVERIFY(codeFor(modelOf(nchw(4, 32), scores(3))) == MessageCode::ModelInputUnsupported);
        QVERIFY(codeFor(modelOf(nchw(3, 32), scores(3), DType::Int64)) == MessageCode::ModelInputUnsupported);
        QVERIFY(codeFor(modelOf(nchw(3, 32), {free_, Dim::fixed(5), Dim::fixed(5)})) == MessageCode::ModelOutputUnsupported);
        auto twoInputs = modelOf(nchw(3, 32), scores(3));
        twoInputs.inputs.push_back(twoInputs.addComputed("more", {DType::Float32, nchw(3, 32)}));
        QVERIFY(codeFor(twoInputs) == MessageCode::ModelInputUnsupported);
    }
};

QTEST_APPLESS_MAIN(TestModelCard)
#include "test_model_card.moc"
