// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/comparison.h"
#include "evaluate/html_plot.h"
#include "evaluate/html_text.h"
#include "graph_building.h"
#include "idx_dataset.h"
#include "onnx_io/onnx_io.h"

#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>

#include <nlohmann/json.hpp>

using namespace hone;
using namespace hone::test;
using hone::testing::Chain;

namespace
{

ComparedModel model(const std::string& name, double top1, std::int64_t bytes, int parent = -1)
{
    ComparedModel result;
    result.name = name;
    result.parent = parent;
    result.validation.facts.sizeBytes = bytes;
    result.validation.accuracy = Accuracy{.samples = 1000, .top1 = top1, .top1Low = top1 - 0.01, .top1High = std::min(1.0, top1 + 0.01)};
    return result;
}

Comparison comparisonOf(std::vector<ComparedModel> models)
{
    markPareto(models);
    return {"Signs", std::move(models)};
}

std::vector<bool> fronts(const Comparison& comparison)
{
    std::vector<bool> result;
    for (const auto& compared : comparison.models)
        result.push_back(compared.pareto);
    return result;
}

// Well-formed from the first <svg or <table to its end.
bool isWellFormed(const std::string& html, const std::string& element)
{
    const auto begin = html.find("<" + element);
    const auto end = html.find("</" + element + ">", begin);
    if (begin == html.npos || end == html.npos)
        return false;
    QXmlStreamReader reader(QByteArray::fromStdString(html.substr(begin, end + element.size() + 3 - begin)));
    while (!reader.atEnd())
        reader.readNext();
    return !reader.hasError();
}

} // namespace

class TestComparison : public QObject
{
    Q_OBJECT

private slots:
    void theFrontHoldsWhatNothingBeats();
    void modelsThatAreEqualInBothAreBothOnTheFront();
    void aModelWithoutAccuracyIsNeverOnTheFront();
    void theBestIsTheSmallestWithinOnePoint();
    void ofEquallySmallOnesTheMoreAccurateIsBest();
    void theReportNeedsNothingFromOutside();
    void namesAreEscaped();
    void noticesAreShownOnceThroughTheFrontEndsSentence();
    void theReportTellsHowEachModelWasMade();
    void theReportStandsWithoutModelsOrAccuracy();
    void labelsDontOverlap();
    void logarithmicTicksAreRoundNumbers();
    void figuresHaveThreeDigits();
    void comparingReadsBothSplitsAndAgreesWithItself();
};

void TestComparison::theFrontHoldsWhatNothingBeats()
{
    const auto comparison = comparisonOf({model("large", 0.92, 1000), model("as good but larger", 0.92, 1100), model("small", 0.90, 300),
                                          model("worse than small", 0.89, 400), model("tiny", 0.80, 100)});
    QCOMPARE(fronts(comparison), (std::vector<bool>{true, false, true, false, true}));
}

void TestComparison::modelsThatAreEqualInBothAreBothOnTheFront()
{
    QCOMPARE(fronts(comparisonOf({model("a", 0.9, 100), model("b", 0.9, 100)})), (std::vector<bool>{true, true}));
}

void TestComparison::aModelWithoutAccuracyIsNeverOnTheFront()
{
    auto unknown = model("unknown", 0, 1);
    unknown.validation.accuracy.reset();
    const auto comparison = comparisonOf({unknown, model("a", 0.9, 100)});
    QCOMPARE(fronts(comparison), (std::vector<bool>{false, true}));
    QCOMPARE(comparison.best(), std::size_t(1));
}

void TestComparison::theBestIsTheSmallestWithinOnePoint()
{
    const auto comparison = comparisonOf({model("best", 0.920, 1000), model("within", 0.910, 300), model("outside", 0.909, 100)});
    QCOMPARE(comparison.best(), std::size_t(1));
    QCOMPARE(comparison.best(0), std::size_t(0));
    QCOMPARE(comparison.best(0.5), std::size_t(2));
    QVERIFY_EXCEPTION_THROWN(Comparison{}.best(), Error);
}

void TestComparison::ofEquallySmallOnesTheMoreAccurateIsBest()
{
    QCOMPARE(comparisonOf({model("a", 0.905, 100), model("b", 0.910, 100)}).best(), std::size_t(1));
    QCOMPARE(comparisonOf({model("a", 0.910, 100), model("b", 0.910, 100)}).best(), std::size_t(0));
}

void TestComparison::theReportNeedsNothingFromOutside()
{
    const auto html = htmlReport(comparisonOf({model("original", 0.92, 1000000), model("small", 0.91, 300000, 0)}));
    for (const auto* outside : {"http:", "https:", "<script", "<link", "@import", "src=", "<img"})
        QVERIFY2(html.find(outside) == html.npos, outside);
    for (const auto* part :
         {"prefers-color-scheme: dark", "class=\"ring", "marker-end", "class=\"frontline\"", "Validation: 1,000 samples", "−70 %"})
        QVERIFY2(html.find(part) != html.npos, part);
    QVERIFY(isWellFormed(html, "svg"));
    QVERIFY(isWellFormed(html, "table"));
}

void TestComparison::namesAreEscaped()
{
    const std::string hostile = "<script>alert(\"1\")</script>&'\x01\xff";
    auto comparison = comparisonOf({model(hostile, 0.92, 1000), model("child", 0.91, 500, 0)});
    comparison.dataName = hostile;
    const auto html = htmlReport(comparison);
    QVERIFY(html.find("<script") == html.npos);
    QVERIFY(html.find("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39; ?") != html.npos);
    QVERIFY(html.find('\xff') == html.npos);
    QVERIFY(isWellFormed(html, "svg"));
    QVERIFY(isWellFormed(html, "table"));
    QCOMPARE(html::escaped("Prüfung 漢"), std::string("Prüfung 漢"));
    QCOMPARE(html::shortened("漢字漢字", 3), std::string("漢字…"));
}

void TestComparison::noticesAreShownOnceThroughTheFrontEndsSentence()
{
    auto comparison = comparisonOf({model("a", 0.92, 1000), model("b", 0.91, 500, 0)});
    for (auto& compared : comparison.models)
        compared.validation.notices.push_back({MessageCode::PicturesSkipped, {{"count", "3"}}});
    const auto sentence = [](const Message& message) { return message.arguments.at("count") + " pictures < all"; };
    const auto html = QString::fromStdString(htmlReport(comparison, sentence));
    QCOMPARE(html.count("3 pictures &lt; all"), 1);
    QVERIFY(htmlReport(comparison).find("PicturesSkipped: count: 3") != std::string::npos);
}

void TestComparison::theReportTellsHowEachModelWasMade()
{
    auto comparison = comparisonOf({model("a", 0.92, 1000), model("b", 0.91, 500, 0)});
    comparison.models[1].making = {"hone tidy a <&> --out OUT", {{MessageCode::ConstantsFolded, {{"count", "7"}}}}};
    const auto sentence = [](const Message& message) { return message.arguments.at("count") + " became constants"; };
    const auto html = QString::fromStdString(htmlReport(comparison, sentence));
    QVERIFY(html.contains("<dt>b</dt>\n<dd><code>hone tidy a &lt;&amp;&gt; --out OUT</code>\n<p>7 became constants</p></dd>"));
    QCOMPARE(html.count("<dt>"), 1); // nothing is known of the first
    QVERIFY(isWellFormed(html.toStdString(), "dl"));
    QVERIFY(htmlReport(comparisonOf({model("a", 0.92, 1000)})).find("How each was made") == std::string::npos);
}

void TestComparison::theReportStandsWithoutModelsOrAccuracy()
{
    QVERIFY(htmlReport({"none", {}}).ends_with("</html>\n"));
    auto bare = model("bare", 0, 1000);
    bare.validation.accuracy.reset();
    const auto html = htmlReport(comparisonOf({bare}));
    QVERIFY(html.find("<svg") == html.npos);
    QVERIFY(isWellFormed(html, "table"));
}

void TestComparison::labelsDontOverlap()
{
    std::vector<html::LabelRequest> requests;
    std::vector<html::Rectangle> points;
    for (int i = 0; i < 12; ++i) { // nearly on top of one another
        requests.push_back({400.0 + 3 * i, 200.0 + 2 * (i % 3), 90, 16});
        points.push_back({requests.back().x - 8, requests.back().y - 8, requests.back().x + 8, requests.back().y + 8});
    }
    const html::Rectangle area{0, 0, 800, 400};
    const auto places = html::placeLabels(requests, points, area);
    for (std::size_t i = 0; i < places.size(); ++i) {
        QVERIFY(places[i].left >= area.left && places[i].right <= area.right && places[i].top >= area.top &&
                places[i].bottom <= area.bottom);
        for (std::size_t j = 0; j < i; ++j)
            QVERIFY(!places[i].overlaps(places[j]));
        for (const auto& point : points)
            QVERIFY(!places[i].overlaps(point));
    }
}

void TestComparison::logarithmicTicksAreRoundNumbers()
{
    QCOMPARE(html::logTicks(900, 21000), (std::vector<double>{1000, 2000, 5000, 10000, 20000}));
    const auto narrow = html::logTicks(1050, 1150);
    QVERIFY(narrow.size() >= 2 && narrow.front() >= 1050 && narrow.back() <= 1150);
}

void TestComparison::figuresHaveThreeDigits()
{
    QCOMPARE(html::figure(0.0912), std::string("0.091"));
    QCOMPARE(html::figure(1.234), std::string("1.23"));
    QCOMPARE(html::figure(45.67), std::string("45.7"));
    QCOMPARE(html::figure(789.1), std::string("789"));
    QCOMPARE(html::figure(1112.4), std::string("1,112"));
    QCOMPARE(html::figure(1234567), std::string("1,234,567"));
    QCOMPARE(html::signedChange(100, 62), std::string("−38 %"));
    QCOMPARE(html::signedChange(100, 100.1), std::string("±0 %"));
    QCOMPARE(html::signedChange(0, 5), std::string());
}

void TestComparison::comparingReadsBothSplitsAndAgreesWithItself()
{
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    std::vector<GrayPicture> pictures;
    for (std::uint8_t i = 0; i < 40; ++i)
        pictures.push_back(
            {{static_cast<std::uint8_t>(i % 2 ? 255 : 0), static_cast<std::uint8_t>(i % 2 ? 0 : 255)}, static_cast<std::uint8_t>(i % 2)});
    const auto data = writeIdxDataset(root, pictures, pictures, 1, 2);
    std::vector<ModelToCompare> models;
    for (const float sign : {1.0f, -1.0f}) { // the second one has everything the wrong way round
        Chain chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(1), Dim::fixed(2)});
        chain.then("Flatten").then("Gemm", {chain.constant("w", Tensor::of<float>({2, 2}, std::vector<float>{0, sign, sign, 0}))});
        auto graph = chain.finish();
        graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(2)};
        const auto file = root / (sign > 0 ? "right.onnx" : "wrong.onnx");
        writeOnnx(graph, file);
        models.push_back({sign > 0 ? "right" : "wrong", file, sign > 0 ? -1 : 0});
    }
    EvaluateOptions options;
    options.latency = false;
    const auto comparison = compare(models, &data, options, {});
    QCOMPARE(comparison.dataName, std::string("Bright spots"));
    QCOMPARE(comparison.models[0].validation.accuracy->split, Split::Validation);
    QCOMPARE(comparison.models[0].test->accuracy->split, Split::Test);
    QCOMPARE(comparison.models[0].validation.accuracy->top1, 1.0);
    QCOMPARE(comparison.models[0].agreement.value_or(-1), 1.0);
    QCOMPARE(comparison.models[1].validation.accuracy->top1, 0.0);
    QCOMPARE(comparison.models[1].agreement.value_or(-1), 0.0);
    QVERIFY(comparison.models[0].pareto);
    const auto json = toJson(comparison);
    for (const auto* key : {"file", "validation", "test", "pareto"})
        QVERIFY2(json["models"][0].contains(key), key);
}

QTEST_GUILESS_MAIN(TestComparison)
#include "test_comparison.moc"
