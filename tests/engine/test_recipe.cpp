// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/cost.h"
#include "onnx_io/onnx_io.h"
#include "project/build_comparison.h"
#include "project/build_files.h"
#include "project/recipe.h"
#include "project/sensitivity_file.h"
#include "project/step_parameters.h"
#include "temporary_projects.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <algorithm>

using namespace hone;
using namespace hone::testing;
namespace fs = std::filesystem;

namespace
{

constexpr auto example = R"(name: Smaller for the camera
data: ../pictures            # a folder, relative to this file; left out: the project's
steps:
  - step: import
    file: model.onnx         # relative to this file
  - step: finetune
    name: tuned              # for `from` below
    epochs: 3
  - step: prune              # takes the build before, unless `from` says which
    ratio: 0.4
    finetune: {epochs: 2}
  - step: quantize
    from: tuned
)";

Recipe parsed(const std::string& yaml)
{
    return parseRecipe(yaml, "/recipes/here", "recipe.yaml");
}

std::string describe(const std::optional<Message>& message)
{
    return message ? std::string(name(message->code)) + " line " + message->arguments.at("line") + ": " + message->arguments.at("detail")
                   : "nothing was thrown";
}

} // namespace

class TestRecipe : public QObject
{
    Q_OBJECT

private slots:
    void theDocumentedExampleIsRead()
    {
        const auto recipe = parsed(example);
        QCOMPARE(recipe.name, std::string("Smaller for the camera"));
        QCOMPARE(recipe.data, std::string("/recipes/pictures"));
        QCOMPARE(recipe.steps.size(), std::size_t(4));
        QCOMPARE(std::get<ImportParameters>(recipe.steps[0].parameters).file, fs::path("/recipes/here/model.onnx"));
        QCOMPARE(recipe.steps[1].name, std::string("tuned"));
        QCOMPARE(std::get<FinetuneParameters>(recipe.steps[1].parameters).train.epochs, 3);
        const auto& prune = std::get<PruneParameters>(recipe.steps[2].parameters);
        QCOMPARE(prune.prune.ratio, 0.4);
        QCOMPARE(prune.finetune.epochs, 2);
        QCOMPARE(recipe.steps[3].from, std::string("tuned"));
    }

    void aPruneStepHasItsTargetAndItsCurvesBesideTheRecipe()
    {
        const auto recipe = parsed(R"(steps:
  - step: import
    file: model.onnx
  - step: prune
    targetMacs: 0.5x
    rounds: 3
    sensitivity: ../curves/curves.json
)");
        const auto& prune = std::get<PruneParameters>(recipe.steps.at(1).parameters);
        QCOMPARE(prune.sensitivity, fs::path("/recipes/curves/curves.json"));
        QVERIFY(prune.prune.scope == PruningScope::Sensitivity); // which curves alone ask for
        QVERIFY(prune.prune.targets.macs == (TargetValue{0.5, TargetValue::Unit::OfBefore}));
        QCOMPARE(prune.rounds, 3);
        const auto again = parsed(toYaml(recipe));
        QCOMPARE(parametersToJson(again.steps.at(1).parameters).dump(), parametersToJson(recipe.steps.at(1).parameters).dump());
    }

    void anExplanationComesBackAsItWas()
    {
        const auto recipe = parsed(R"(
steps:
  - {step: new, name: root}
  - {step: quantize, method: dynamic}
  - {step: explain, against: root, samples: 5, html: why.html}
  - {step: explain, against: elsewhere/model.onnx}
)");
        const auto again = parsed(toYaml(recipe));
        for (const auto* each : {&recipe, &again}) {
            QCOMPARE(kindOf(each->steps.at(2)), std::string("explain"));
            QVERIFY(!makesBuild(each->steps[2]) && !isRoot(each->steps[2]));
            QCOMPARE(each->steps[2].explanation.value().against, std::string("root"));
            QCOMPARE(each->steps[2].explanation->html, fs::path("/recipes/here/why.html"));
            QCOMPARE(each->steps[2].explanation->parameters.samples, std::size_t(5));
            QCOMPARE(each->steps[2].explanation->parameters.runs, ExplainParameters{}.runs);
            QCOMPARE(each->steps.at(3).explanation.value().against, std::string("/recipes/here/elsewhere/model.onnx"));
        }
    }

    void curvesAreMeasuredByAStepThatMakesNoBuild()
    {
        QTemporaryDir folder;
        const auto data = drawTinyData(pathOf(folder) / "data");
        const auto recipe = parsed("data: " + data.string() + R"(
steps:
  - {step: new, width: 4, classes: 12, name: root}
  - {step: sensitivity, name: curves, ratios: [0.5, 0.25], samples: 24}
  - {step: prune, ratio: 0.25, compensate: "off", sensitivity: curves}
  - {step: prune, ratio: 0.5, compensate: "off", from: curves}
)");
        QCOMPARE(kindOf(recipe.steps.at(1)), std::string("sensitivity"));
        const auto again = parsed(toYaml(recipe));
        QVERIFY(again.steps.at(1).sensitivity.value().ratios == (std::vector<double>{0.5, 0.25}));
        QCOMPARE(again.steps.at(1).sensitivity->samples, std::size_t(24));
        QCOMPARE(std::get<PruneParameters>(again.steps.at(2).parameters).sensitivity, fs::path("curves"));

        auto project = ProjectStore::create(pathOf(folder) / "project", "p");
        std::vector<Sensitivity> told;
        const RecipeEvents events{.sensitivity = [&](const Build& build, const Sensitivity& curves) {
            QCOMPARE(build.label.substr(0, 3), std::string("new"));
            told.push_back(curves);
        }};
        const auto builds = runRecipe(recipe, project, {}, events);
        QCOMPARE(builds.size(), std::size_t(3));
        QCOMPARE(builds[1].parent, builds[0].id);
        QCOMPARE(builds[2].parent, builds[0].id); // a step behind `from: curves` takes the build that they are of
        const auto file = sensitivityFileIn(sensitivityFolderOf(builds[0].model), Dataset::open(data),
                                            {.ratios = {0.25, 0.5}, .samples = 24, .importance = ImportanceKind::Reconstruction});
        QVERIFY(readSensitivityOf(file, builds[0].model) == told.at(0));
        QCOMPARE(told[0].samples, std::size_t(24));
        QCOMPARE(std::get<PruneParameters>(builds[1].parameters).sensitivity, file);
        QVERIFY(std::get<PruneParameters>(builds[1].parameters).prune.scope == PruningScope::Sensitivity);

        bool measured = false;
        runRecipe(recipe, project, JobContext({}, [&](const Progress& p) { measured = measured || p.activity == Activity::Evaluating; }));
        QVERIFY(!measured); // they are kept
    }

    void filesThatAreMissingAreFoundBeforeTheFirstStep_data()
    {
        QTest::addColumn<QString>("step");
        QTest::newRow("curves") << "prune, sensitivity: nowhere.json";
        QTest::newRow("a teacher") << "distill, teacher: nowhere.onnx, epochs: 1";
        QTest::newRow("a model") << "import, file: nowhere.onnx";
        QTest::newRow("what is explained against") << "explain, against: nowhere.onnx";
    }
    void filesThatAreMissingAreFoundBeforeTheFirstStep()
    {
        QFETCH(QString, step);
        QTemporaryDir folder;
        const auto data = drawTinyData(pathOf(folder) / "data");
        auto project = ProjectStore::create(pathOf(folder) / "project", "p");
        const auto recipe =
            parsed("data: " + data.string() + "\nsteps:\n  - {step: new, width: 4, classes: 12}\n  - {step: " + step.toStdString() + "}\n");
        COMPARE_ERROR(runRecipe(recipe, project, {}), MessageCode::FileNotFound);
        QVERIFY(project.builds().empty());
    }

    void aTargetLatencyMayBeADevices()
    {
        const auto recipe = parsed("steps:\n  - {step: new}\n  - {step: prune, targetLatencyMs: 0.5x, latencyDevice: bench}\n");
        QCOMPARE(std::get<PruneParameters>(recipe.steps.at(1).parameters).latencyDevice, std::string("bench"));
        QCOMPARE(std::get<PruneParameters>(parsed(toYaml(recipe)).steps.at(1).parameters).latencyDevice, std::string("bench"));
        // Builds from before there were devices keep their ids.
        QVERIFY(!identityOf(PruneParameters{}).contains("latencyDevice"));
        QVERIFY(identityOf(recipe.steps.at(1).parameters).contains("latencyDevice"));
    }

    void aDevicesLatencyDecidesHowMuchAProjectPrunes()
    {
        class MadeUpDevice : public LatencyMeter // a millisecond a million MACs
        {
        public:
            Latency measure(const fs::path& model, const JobContext&) override
            {
                const double ms = static_cast<double>(cost(readOnnx(model)).macs) / 1e6;
                return {ms, ms, 1};
            }
        };
        QTemporaryDir folder;
        auto project = ProjectStore::create(pathOf(folder) / "project", "p");
        project.setDevices({{"bench", "someone@192.0.2.7:2222", "key", ""}});
        const auto recipe = parsed("steps:\n  - {step: new, width: 8, classes: 12}\n"
                                   "  - {step: prune, targetLatencyMs: 0.5x, latencyDevice: bench}\n"
                                   "  - {step: prune, targetLatencyMs: 0.9x, latencyDevice: 'user@192.0.2.8'}\n");
        std::vector<std::string> asked;
        project.setLatencyMeters([&](const DeviceReference& device, const JobContext&) {
            asked.push_back(device.address + " " + device.identityFile);
            return std::make_unique<MadeUpDevice>();
        });
        const auto builds = runRecipe(recipe, project, {});
        QVERIFY(asked == (std::vector<std::string>{"someone@192.0.2.7:2222 key", "user@192.0.2.8 "}));
        for (std::size_t i = 1; i < builds.size(); ++i) {
            const auto& target = builds[i].target.value();
            QVERIFY(target.after <= target.wanted);
            QCOMPARE(target.before, static_cast<double>(builds[i - 1].evaluation.facts.macs) / 1e6);
            QCOMPARE(target.after, static_cast<double>(builds[i].evaluation.facts.macs) / 1e6);
            // The build itself is measured here, like all others.
            QVERIFY(builds[i].evaluation.latency && builds[i].evaluation.latency->runs > 1);
        }
        QCOMPARE(builds[1].label, std::string("pruned to 0.5x ms on bench"));
    }

    void whatIsWrittenIsReadAsTheSame()
    {
        auto recipe = parsed(example);
        auto& train = std::get<FinetuneParameters>(recipe.steps[1].parameters).train;
        train.learningRate = 1.0 / 3;
        train.seed = 18446744073709551615ull;
        train.freeze = {"conv: 1", "# no comment", "true"};
        recipe.name = "yes: \"quoted\"";
        const auto again = parsed(toYaml(recipe));
        QCOMPARE(again.name, recipe.name);
        QCOMPARE(again.data, recipe.data);
        QCOMPARE(again.steps.size(), recipe.steps.size());
        for (std::size_t i = 0; i < recipe.steps.size(); ++i) {
            QCOMPARE(again.steps[i].name, recipe.steps[i].name);
            QCOMPARE(again.steps[i].from, recipe.steps[i].from);
            QCOMPARE(parametersToJson(again.steps[i].parameters).dump(), parametersToJson(recipe.steps[i].parameters).dump());
        }
    }

    void problemsAreNamedWithTheirLines_data()
    {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<QString>("expected");
        QTest::newRow("not YAML") << "name: [1, 2\nsteps"
                                  << "line 2";
        QTest::newRow("a list") << "- a\n"
                                << "line 1: a recipe holds";
        QTest::newRow("curves of nothing") << "steps:\n  - step: sensitivity\n"
                                           << "line 2: the first step must be";
        QTest::newRow("a ratio of 1 in curves") << "steps:\n  - step: new\n  - step: sensitivity\n    ratios: [0.5, 1]\n"
                                                << "line 4: 'ratios' must be a list of numbers above 0 and below 1";
        QTest::newRow("curves on the test split") << "steps:\n  - step: new\n  - step: sensitivity\n    split: test\n"
                                                  << "line 4: 'split' must be one of validation, train";
        QTest::newRow("a device without a target") << "steps:\n  - step: new\n  - step: prune\n    latencyDevice: bench\n"
                                                   << "line 4: 'latencyDevice' says where";
        QTest::newRow("no steps") << "name: x\n"
                                  << "line 1: 'steps' must be a list";
        QTest::newRow("unknown key") << "name: x\nstep:\n  - step: new\n"
                                     << "line 2: 'step' is not known (did you mean 'steps')";
        QTest::newRow("unknown step") << "steps:\n  - step: new\n  - step: sharpen\n"
                                      << "line 3: step 'sharpen' is not one of";
        QTest::newRow("no kind") << "steps:\n  - epochs: 3\n"
                                 << "line 2: a step needs 'step'";
        QTest::newRow("begins without a model") << "steps:\n\n  - step: prune\n"
                                                << "line 3: the first step must be";
        QTest::newRow("unknown parameter") << "steps:\n  - step: new\n    widht: 3\n"
                                           << "line 3: 'widht' is not known (did you mean 'width')";
        QTest::newRow("wrong type") << "steps:\n  - step: new\n    width: \"3\"\n"
                                    << "line 3: 'width' must be a whole number";
        QTest::newRow("nested") << "steps:\n  - step: new\n  - step: prune\n    finetune:\n      epochs: -1\n"
                                << "line 5: 'finetune.epochs' must be from 0";
        QTest::newRow("unknown from") << "steps:\n  - step: new\n  - step: prune\n    from: nobody\n"
                                      << "line 4: no step before is named 'nobody'";
        QTest::newRow("from at a root") << "steps:\n  - step: new\n    name: a\n  - step: new\n    from: a\n"
                                        << "line 5: a step 'new' takes no build";
        QTest::newRow("name twice") << "steps:\n  - step: new\n    name: a\n  - step: new\n    name: a\n"
                                    << "line 5: the name 'a' is taken";
        QTest::newRow("key twice") << "steps:\n  - step: new\n    width: 3\n    width: 4\n"
                                   << "line 4: 'width' is there twice";
        QTest::newRow("import without a file") << "steps:\n  - step: import\n"
                                               << "line 2: an import needs 'file'";
        QTest::newRow("distill without a teacher") << "steps:\n  - step: new\n  - step: distill\n    epochs: 2\n"
                                                   << "line 3: a distill needs 'teacher'";
        QTest::newRow("ratio beside a target") << "steps:\n  - step: new\n  - step: prune\n    ratio: 0.3\n    targetMacs: 0.5x\n"
                                               << "line 4: 'ratio' can't stand beside a target";
        QTest::newRow("ratio beside layers' own") << "steps:\n  - step: new\n  - step: prune\n    ratio: 0.3\n    scope: layer\n"
                                                  << "line 4: 'ratio' has no meaning beside 'scope: layer'";
        QTest::newRow("curves beside another scope")
            << "steps:\n  - step: new\n  - step: prune\n    sensitivity: c.json\n    scope: global\n"
            << "line 4: 'sensitivity' has no meaning beside another 'scope'";
        const auto step = [](const char* keys) { return QString("steps:\n  - step: new\n  - step: %1").arg(keys); };
        QTest::newRow("a percentile of other ranges")
            << step("quantize\n    percentile: 99\n") << "line 4: 'percentile' doesn't take '99'; it takes 'ranges' percentile beside it";
        QTest::newRow("the usual percentile of other ranges")
            << step("quantize\n    percentile: 99.99\n") << "line 4: 'percentile' has no meaning without 'ranges: percentile'";
        QTest::newRow("the same in training") << step("qat\n    ranges: mse\n    percentile: 99.99\n")
                                              << "line 5: 'percentile' has no meaning";
        QTest::newRow("damage in half precision") << step("quantize\n    method: fp16\n    damage: true\n")
                                                  << "line 5: 'damage' doesn't take 'on'; it takes 'method' static beside it";
        QTest::newRow("fewer bits of half precision")
            << step("quantize\n    method: fp16\n    reduceRange: \"on\"\n") << "line 5: 'reduceRange' doesn't take 'on'";
        QTest::newRow("a flag's name") << step("quantize\n    adaround: true\n") << "line 4: 'adaround' is 'adaptiveRounding' in a recipe";
        QTest::newRow("a flag's name in two words")
            << step("qat\n    perChannel: off\n") << "line 4: 'perChannel' is 'perChannelWeights' in a recipe";
        QTest::newRow("a flag's name of a group")
            << step("prune\n    finetuneEpochs: 5\n") << "line 4: 'finetuneEpochs' is 'finetune.epochs' in a recipe";
        QTest::newRow("a flag's name in a group")
            << step("prune\n    finetune: {lr: 0.1}\n") << "line 4: 'finetune.lr' is 'finetune.learningRate' in a recipe";
        QTest::newRow("a switch that is no on or off")
            << step("quantize\n    equalize: on\n") << "line 4: 'equalize' must be true or false";
        QTest::newRow("7 bits of 4") << step("quantize\n    bitsWeights: 4\n    reduceRange: on\n")
                                     << "line 5: 'reduceRange' doesn't take 'on'; it takes 'bitsWeights' 8 beside it";
        QTest::newRow("a kind of answers that are not learnt")
            << step("qat\n    distill: 0\n    distillKind: feature\n")
            << "line 5: 'distillKind' doesn't take 'feature'; it takes 'distill' above 0";
        QTest::newRow("a rate of what is frozen") << step("finetune\n    freezeBody: true\n    bodyLrFactor: 0.5\n")
                                                  << "line 5: 'bodyLrFactor' doesn't take '0.5'; it takes no 'freezeBody' beside it";
        QTest::newRow("one sample") << step("quantize\n    samples: 1\n") << "line 4: 'samples' must be at least 2";
        QTest::newRow("a teacher that is not listened to")
            << step("qat\n    distill: 0\n    teacher: t.onnx\n") << "line 5: 'teacher' doesn't take 't.onnx'; it takes 'distill' above 0";
        QTest::newRow("a new head on the grid") << step("qat\n    head: replace\n") << "line 4: 'head' doesn't take 'replace'";
        QTest::newRow("too deep") << QString("steps: ") + QString("[").repeated(50) + QString("]").repeated(50) << "too deeply";
    }
    void problemsAreNamedWithTheirLines()
    {
        QFETCH(QString, yaml);
        QFETCH(QString, expected);
        const auto text = describe(errorOf([&] { parsed(yaml.toStdString()); }));
        QVERIFY2(text.starts_with("RecipeInvalid") && text.find(expected.toStdString()) != text.npos, text.c_str());
    }

    void onAndOffAreTakenWhereTheCommandLineTakesThem()
    {
        for (const auto* step : {"quantize", "qat"})
            for (const auto* value : {"on", "off", "true", "false"}) {
                const auto recipe =
                    parsed(std::string("steps:\n  - step: new\n  - step: ") + step + "\n    perChannelWeights: " + value + "\n");
                const auto json = parametersToJson(recipe.steps.back().parameters);
                QCOMPARE(json.at("perChannelWeights").get<bool>(), value == std::string("on") || value == std::string("true"));
            }
    }

    void allProblemsAreNamedAtOnce()
    {
        const auto problems = errorOf([] { parsed("steps:\n  - step: new\n    width: -1\n    deep: 1\n"); });
        QVERIFY(problems);
        QCOMPARE(problems->arguments.at("line"), std::string("3")); // said once
        QVERIFY2(problems->arguments.at("detail").starts_with("'width'"), problems->arguments.at("detail").c_str());
        const auto text = describe(errorOf([] { parsed("title: x\nsteps:\n  - step: new\n    width: -1\n  - step: blur\n"); }));
        for (const auto* part : {"line 1: 'title'", "line 4: 'width'", "line 5: step 'blur'"})
            QVERIFY2(text.find(part) != text.npos, text.c_str());
    }

    void aliasesThatMultiplyAreRefused()
    {
        std::string yaml = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
        for (char level = 'b'; level < 'i'; ++level) {
            const std::string before(1, static_cast<char>(level - 1));
            yaml += std::string(1, level) + ": &" + level + " [";
            for (int i = 0; i < 10; ++i)
                yaml += (i ? ", *" : "*") + before;
            yaml += "]\n";
        }
        const auto text = describe(errorOf([&] { parsed(yaml); }));
        QVERIFY2(text.find("too large") != text.npos, text.c_str());
    }

    void theRecipesOfTheSampleAreValid()
    {
        const fs::path sample = fs::path(HONE_SOURCE_DIR) / "resources" / "sample";
        QCOMPARE(readRecipe(sample / "pretrain.yaml").steps.size(), std::size_t(2));
        QCOMPARE(readRecipe(sample / "demo.yaml").steps.size(), std::size_t(5));
    }

    void aRecipeRunsOnceAndIsAnsweredFromDiskAfterwards()
    {
        QTemporaryDir folder;
        auto project = ProjectStore::create(pathOf(folder) / "project", "p");
        const auto recipe = parsed("steps:\n  - {step: new, width: 4, classes: 12, name: root}\n  - {step: prune, ratio: 0.5}\n"
                                   "  - {step: prune, ratio: 0.25, from: root}\n");
        const auto first = runRecipe(recipe, project, {});
        QCOMPARE(first.size(), std::size_t(3));
        QCOMPARE(first[1].parent, first[0].id);
        QCOMPARE(first[2].parent, first[0].id);
        QVERIFY(first[1].id != first[2].id);

        bool pruned = false;
        const auto second = runRecipe(
            recipe, project, JobContext({}, [&](const Progress& progress) { pruned = pruned || progress.activity == Activity::Pruning; }));
        QVERIFY(!pruned);
        for (std::size_t i = 0; i < first.size(); ++i)
            QCOMPARE(second[i].id, first[i].id);
        QCOMPARE(project.builds().size(), std::size_t(3));
    }

    void theSameRecipeMakesTheSameBytesElsewhere()
    {
        QTemporaryDir folder;
        const auto data = drawTinyData(pathOf(folder) / "data");
        const auto recipe = parsed("data: " + data.string() +
                                   "\nsteps:\n  - {step: new, width: 4, classes: 12}\n  - {step: finetune, epochs: 1, batch: 16}\n"
                                   "  - {step: prune, ratio: 0.5, finetune: {epochs: 1, batch: 16}}\n  - {step: quantize, samples: 24}\n");
        auto one = ProjectStore::create(pathOf(folder) / "one", "one");
        auto other = ProjectStore::create(pathOf(folder) / "other", "other");
        const auto a = runRecipe(recipe, one, {});
        const auto b = runRecipe(recipe, other, {});
        for (std::size_t i = 0; i < a.size(); ++i) {
            QCOMPARE(b[i].id, a[i].id);
            QVERIFY2(readFile(a[i].model) == readFile(b[i].model), a[i].id.c_str());
        }
        QVERIFY(a[1].versions.contains("libtorch"));
        QVERIFY(!a[3].versions.contains("libtorch"));
        for (const auto* key : {"hone", "onnxruntime", "processor", "features", "threads"})
            QVERIFY2(a[3].versions.contains(key), key);

        // What made a build can be asked for, and makes it again.
        one.setDataset(data);
        const auto again = parsed(toYaml(recipeOf(one, a[2].id)));
        auto third = ProjectStore::create(pathOf(folder) / "third", "third");
        QCOMPARE(runRecipe(again, third, {}).back().modelSha256, a[2].modelSha256);
    }

    void theStepsOfTeachersAreInTheRecipe()
    {
        QTemporaryDir folder;
        const std::string data = "data: " + drawTinyData(pathOf(folder) / "data").string() + "\n";
        auto one = ProjectStore::create(pathOf(folder) / "one", "one");
        const auto made = runRecipe(parsed(data + "steps:\n"
                                                  "  - {step: new, width: 4, classes: 12, name: root}\n"
                                                  "  - {step: finetune, epochs: 1, batch: 16, name: large}\n"
                                                  "  - {step: prune, ratio: 0.5, from: root, name: small}\n"
                                                  "  - {step: distill, teacher: large, epochs: 1, batch: 16}\n"
                                                  "  - {step: qat, teacher: small, epochs: 1, batch: 16, samples: 24}\n"),
                                    one, {});
        one.setDataset(pathOf(folder) / "data");
        const auto again = parsed(toYaml(recipeOf(one, made.back().id)));
        QCOMPARE(again.steps.size(), made.size());
        const auto at = [&](const std::string& id) {
            return static_cast<std::size_t>(std::ranges::find(again.steps, id, &RecipeStep::name) - again.steps.begin());
        };
        QVERIFY(at(made[1].id) < again.steps.size() && at(made[2].id) < again.steps.size());
        QCOMPARE(std::get<DistillParameters>(again.steps[3].parameters).teacher, fs::path(made[1].id));
        QCOMPARE(std::get<QatParameters>(again.steps[4].parameters).teacher, fs::path(made[2].id));
        auto other = ProjectStore::create(pathOf(folder) / "other", "other");
        const auto builds = runRecipe(again, other, {});
        QCOMPARE(builds.back().id, made.back().id);
        QCOMPARE(builds.back().modelSha256, made.back().modelSha256);
        QCOMPARE(runRecipe(again, one, {}).back().id, made.back().id);
        QCOMPARE(one.builds().size(), made.size());

        // A command line has a file, also where the project lies elsewhere; a report the names that it shows.
        fs::rename(pathOf(folder) / "one", pathOf(folder) / "moved");
        auto moved = ProjectStore::open(pathOf(folder) / "moved");
        const auto taught = moved.build(made[3].id);
        const auto teacher = std::get<DistillParameters>(withPresentFiles(taught, moved)).teacher;
        QCOMPARE(teacher, moved.build(made[1].id).model);
        QVERIFY(fs::exists(teacher));
        const auto named = [&](const Build& build) { return build.id == made[1].id ? std::string("the large one") : build.id; };
        const auto models = toCompare(moved.builds(), named);
        const auto shown = std::ranges::find(models, taught.id, &ModelToCompare::name);
        QVERIFY(shown != models.end());
        QVERIFY2(shown->making.command.find(" --teacher 'the large one' ") != std::string::npos, shown->making.command.c_str());
    }

    void aTeacherMayBeABuildOfTheProject()
    {
        QTemporaryDir folder;
        auto project = ProjectStore::create(pathOf(folder) / "project", "p");
        const auto teacher = project.run("", tinyNetwork(), nullptr, {});
        const std::string steps = "data: " + drawTinyData(pathOf(folder) / "data").string() +
                                  "\nsteps:\n  - {step: new, width: 2, classes: 12}\n  - {step: distill, teacher: " + teacher.id +
                                  ", epochs: 1, batch: 16}\n";
        const auto made = runRecipe(parsed(steps), project, {});
        QCOMPARE(std::get<DistillParameters>(made[1].parameters).teacher, fs::path(teacher.id));
        // And so may be what a build is explained against.
        const auto recipe =
            parsed(steps + "  - {step: quantize, samples: 24}\n  - {step: explain, samples: 4, runs: 5, against: " + made[1].id + "}\n");
        fs::path against;
        const RecipeEvents events{
            .explanation = [&](const Build&, const Explanation& explanation, const RecipeExplanation&) { against = explanation.floating; }};
        runRecipe(recipe, project, {}, events);
        QCOMPARE(against, made[1].model);
        // Elsewhere it isn't there.
        auto empty = ProjectStore::create(pathOf(folder) / "empty", "e");
        COMPARE_ERROR(runRecipe(recipe, empty, {}), MessageCode::FileNotFound);
        QVERIFY(empty.builds().empty());
    }

    void aRecipeThatNeedsDataIsRefusedBeforeItsFirstStep()
    {
        QTemporaryDir folder;
        auto project = ProjectStore::create(pathOf(folder) / "project", "p");
        COMPARE_ERROR(runRecipe(parsed("steps:\n  - {step: new}\n  - {step: finetune}\n"), project, {}), MessageCode::DataRequired);
        QVERIFY(project.builds().empty());
    }
};

QTEST_APPLESS_MAIN(TestRecipe)
#include "test_recipe.moc"
