// SPDX-License-Identifier: GPL-3.0-or-later
// Curves of sensitivity as a file, in a prune step, and in a project.
#include "core/error.h"
#include "core/file.h"
#include "engine/bars_data.h"
#include "onnx_io/onnx_io.h"
#include "project/project_store.h"
#include "project/recipe.h"
#include "project/sensitivity_file.h"
#include "prune/sensitivity_ratios.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

using namespace hone;
using namespace hone::testing;
namespace fs = std::filesystem;

class TestSensitivityFile : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_root = m_folder.path().toStdString();
        m_data.emplace(drawBars(m_root));
        const auto trained = train(smallNetwork(classCount), *m_data, fewEpochs(), {});
        m_model = m_root / "model.onnx";
        writeOnnx(trained.graph, m_model);
        SensitivityOptions options;
        options.samples = 0;
        options.ratios = {0.3, 0.6, 0.9};
        options.importance = ImportanceKind::L1;
        m_curves = measureSensitivity(m_model, *m_data, options, {});
    }

    void theFileComesBackAsItWas()
    {
        const auto file = m_root / "curves.json";
        writeSensitivity(m_curves, file);
        const auto back = readSensitivityOf(file, m_model);
        QCOMPARE(toJson(back).dump(), toJson(m_curves).dump());
        QCOMPARE(back.data, m_data->fingerprint());
    }

    void brokenAndForeignFilesAreRefused()
    {
        const auto file = m_root / "broken.json";
        const auto code = [&] { return codeOf([&] { readSensitivityOf(file, m_model); }); };
        QCOMPARE(code(), MessageCode::FileNotFound);
        const Json whole = toJson(m_curves);
        std::vector<Json> broken(6, whole);
        broken[0].erase("groups");
        broken[1]["schema"] = 2;
        broken[2]["metric"] = "beauty";
        broken[3]["groups"][0]["points"][1]["ratio"] = 0.01;
        broken[4]["split"] = "elsewhere";
        broken[5]["groups"] = Json::array();
        std::vector<std::string> texts{"", "{", "[]", "null"};
        for (const Json& json : broken)
            texts.push_back(json.dump());
        for (const auto& text : texts) {
            writeFileAtomically(file, text);
            QCOMPARE(code(), MessageCode::SensitivityInvalid);
        }
        Json foreign = whole;
        foreign["model"] = std::string(64, 'a');
        writeFileAtomically(file, foreign.dump());
        QCOMPARE(code(), MessageCode::SensitivityForeign);
        Sensitivity less = m_curves;
        less.groups.pop_back();
        QCOMPARE(codeOf([&] { sensitivityRatios(less, findDependencies(readOnnx(m_model)), LossPer::Channel); }),
                 MessageCode::SensitivityInvalid);
    }

    void pruningFollowsAFilesCurves()
    {
        // Curves that let only the first group go.
        Sensitivity curves = m_curves;
        for (std::size_t g = 0; g < curves.groups.size(); ++g)
            for (auto& point : curves.groups[g].points)
                point.value = g == 0 ? curves.value : curves.value - point.ratio / 2;
        const auto file = m_root / "first.json";
        writeSensitivity(curves, file);
        PruneParameters parameters;
        parameters.prune.scope = PruningScope::Sensitivity;
        parameters.prune.ratio = 0.05;
        parameters.sensitivity = file;
        const auto result = runStep(parameters, {.model = m_model, .output = m_root / "out.onnx", .evaluate = {.latency = false}}, {});
        QVERIFY(result.groups[0].channelsAfter < result.groups[0].channelsBefore);
        for (std::size_t g = 1; g < result.groups.size(); ++g)
            QCOMPARE(result.groups[g].channelsAfter, result.groups[g].channelsBefore);
        // They hold for the channels that they were measured with, which is said where others leave.
        const auto otherwise = [](const StepResult& step) {
            return std::ranges::count(step.notices, MessageCode::CurvesMeasuredOtherwise, &Message::code);
        };
        QCOMPARE(otherwise(result), std::ptrdiff_t{0});
        parameters.prune.importance = ImportanceKind::Random;
        QCOMPARE(otherwise(runStep(parameters, {.model = m_model, .output = m_root / "out.onnx", .evaluate = {.latency = false}}, {})),
                 std::ptrdiff_t{1});
        parameters.prune.scope = PruningScope::Uniform;
        QCOMPARE(codeOf([&] { runStep(parameters, {.model = m_model, .output = m_root / "out.onnx"}, {}); }), MessageCode::BadOption);
        parameters.prune.scope = PruningScope::Sensitivity;
        parameters.sensitivity.clear();
        QCOMPARE(codeOf([&] { runStep(parameters, {.model = m_model, .output = m_root / "out.onnx"}, {}); }), MessageCode::DataRequired);
    }

    void aProjectKeepsWhatItMeasured()
    {
        auto store = ProjectStore::create(m_root / "project", "bars");
        const auto root = store.run("", ImportParameters{m_model}, &*m_data, {});
        const PruneParameters parameters = byMeasuredCurves(ImportanceKind::L1);
        store.run(root.id, parameters, &*m_data, {});
        const auto kept = sensitivityFileIn(sensitivityFolderOf(root.model), *m_data, sensitivityOptionsOf(parameters));
        QVERIFY(fs::exists(kept));
        const auto curves = readSensitivityOf(kept, root.model);
        QCOMPARE(curves.groups.size(), m_curves.groups.size());
        QVERIFY(latestSensitivityOf(root.model) == curves);
        // What is there is used: curves by which the first group alone is free decide what leaves.
        writeSensitivity(firstGroupIsFree(curves), kept);
        PruneParameters little = parameters;
        little.prune.ratio = 0.05;
        QVERIFY(onlyTheFirstLost(store.run(root.id, little, &*m_data, {})));
        // Curves on other grounds are not what the step would have measured.
        Sensitivity fewer = curves;
        fewer.samples = 10;
        writeSensitivity(fewer, kept);
        little.prune.ratio = 0.06;
        store.run(root.id, little, &*m_data, {});
        QCOMPARE(readSensitivity(kept).samples, curves.samples);
    }

    void curvesThatMadeABuildStayWhatTheyWere()
    {
        auto store = ProjectStore::create(m_root / "several", "bars");
        store.setDataset(m_root);
        const auto root = store.run("", ImportParameters{m_model}, &*m_data, {});
        const auto folder = sensitivityFolderOf(root.model);
        SensitivityOptions options;
        options.importance = ImportanceKind::L1;
        options.samples = 30;
        PruneParameters named = byMeasuredCurves(ImportanceKind::L1);
        named.sensitivity = keptSensitivity(root.model, folder, *m_data, options, {}).file;
        const std::string before = readFile(named.sensitivity);
        const auto made = store.run(root.id, named, &*m_data, {});
        // Others of the same model: by samples, importance, ratios.
        store.run(root.id, byMeasuredCurves(ImportanceKind::L1), &*m_data, {});
        store.run(root.id, byMeasuredCurves(ImportanceKind::Random), &*m_data, {});
        options.ratios = {0.5};
        const auto last = keptSensitivity(root.model, folder, *m_data, options, {});
        QVERIFY(last.isMeasuredAnew);
        QVERIFY(!keptSensitivity(root.model, folder, *m_data, options, {}).isMeasuredAnew);
        QCOMPARE(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), std::ptrdiff_t{4});
        QVERIFY(latestSensitivityOf(root.model) == last.curves);
        QVERIFY(readFile(named.sensitivity) == before);
        // Where nothing can be kept, what was measured is used all the same.
        writeFileAtomically(m_root / "no folder", "");
        const auto unkept = keptSensitivity(root.model, m_root / "no folder", *m_data, options, {});
        QVERIFY(unkept.file.empty() && unkept.curves == last.curves);
        // The build's own recipe gives the build, also where the project lies elsewhere.
        QCOMPARE(runRecipe(recipeOf(store, made.id), store, {}, {}).back().id, made.id);
        fs::rename(m_root / "several", m_root / "moved");
        auto moved = ProjectStore::open(m_root / "moved");
        const auto builds = moved.builds().size();
        const auto recipe = recipeOf(moved, made.id);
        QVERIFY(std::get<PruneParameters>(recipe.steps.back().parameters).sensitivity.string().find("moved") != std::string::npos);
        QCOMPARE(runRecipe(recipe, moved, {}, {}).back().id, made.id);
        QCOMPARE(moved.builds().size(), builds);
    }

private:
    static PruneParameters byMeasuredCurves(ImportanceKind importance)
    {
        PruneParameters parameters;
        parameters.prune.scope = PruningScope::Sensitivity;
        parameters.prune.importance = importance;
        parameters.compensate = Compensate::Off;
        return parameters;
    }
    static Sensitivity firstGroupIsFree(Sensitivity curves)
    {
        for (std::size_t g = 0; g < curves.groups.size(); ++g)
            for (auto& point : curves.groups[g].points)
                point.value = g == 0 ? curves.value : curves.value - 1000 * point.ratio;
        return curves;
    }
    static bool onlyTheFirstLost(const StepRecord& record)
    {
        bool others = false;
        for (std::size_t g = 1; g < record.groups.size(); ++g)
            others = others || record.groups[g].channelsAfter < record.groups[g].channelsBefore;
        return !others && record.groups.at(0).channelsAfter < record.groups[0].channelsBefore;
    }

    QTemporaryDir m_folder;
    fs::path m_root;
    fs::path m_model;
    std::optional<Dataset> m_data;
    Sensitivity m_curves;
};

QTEST_GUILESS_MAIN(TestSensitivityFile)
#include "test_sensitivity_file.moc"
