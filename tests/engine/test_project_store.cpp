// SPDX-License-Identifier: GPL-3.0-or-later
// Projects on disk: commits, the tree, damage, concurrency, and what a killed program leaves.
#include "core/hash.h"
#include "project/build_record.h"
#include "project/project_lock.h"
#include "temporary_projects.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QProcess>
#include <QTest>

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <set>
#include <thread>

using namespace hone;
using namespace hone::testing;
namespace fs = std::filesystem;

namespace
{

// Every file below a folder with its contents.
std::map<std::string, std::string> contentsOf(const fs::path& folder)
{
    std::map<std::string, std::string> contents;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
            contents[fs::relative(entry.path(), folder).string()] = readFile(entry.path());
    return contents;
}

std::vector<std::string> idsOf(const ProjectStore& project)
{
    std::vector<std::string> ids;
    for (const auto& build : project.builds())
        ids.push_back(build.id);
    return ids;
}

// The stages of a step without data, to the moment before its staging folder is renamed.
constexpr std::array stages = {Activity::MeasuringLatency, Activity::Pruning, Activity::Writing};

constexpr auto childArgument = "--killed-at";

// In a child process: prunes the project's root and dies when it comes to a stage; -1: lives.
int runAndDie(const fs::path& folder, int stage)
{
    auto project = ProjectStore::open(folder);
    const JobContext job({}, [&](const Progress& progress) {
        if (stage >= 0 && progress.activity == stages.at(static_cast<std::size_t>(stage)))
            std::raise(SIGKILL);
    });
    project.run(project.builds().front().id, pruning(0.5), nullptr, job);
    return 0;
}

} // namespace

class TestProjectStore : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = pathOf(*m_folder) / "project";
    }

    void aProjectIsMadeOnceAndOpened()
    {
        const auto made = ProjectStore::create(m_path, "Signs");
        QCOMPARE(made.name(), std::string("Signs"));
        QCOMPARE(ProjectStore::open(m_path.string() + "/").folder(), m_path);
        COMPARE_ERROR(ProjectStore::create(m_path, "Other"), MessageCode::ProjectExists);
        QCOMPARE(ProjectStore::open(m_path).name(), std::string("Signs"));
    }

    void whatIsNoProjectIsSaidToBeNone()
    {
        COMPARE_ERROR(ProjectStore::open(m_path), MessageCode::ProjectNotFound);
        fs::create_directories(m_path);
        COMPARE_ERROR(ProjectStore::open(m_path), MessageCode::ProjectNotFound);
        for (const auto* text : {"", "{", "[]", "{}", R"({"schema":"1"})", R"({"schema":1})", R"({"schema":0,"name":"x"})",
                                 R"({"schema":1,"name":"x","devices":[{}]})"}) {
            writeFileAtomically(m_path / "project.json", text);
            COMPARE_ERROR(ProjectStore::open(m_path), MessageCode::ProjectInvalid);
        }
    }

    void aProjectOfANewerHoneIsLeftAlone()
    {
        fs::create_directories(m_path);
        writeFileAtomically(m_path / "project.json", R"({"schema":2,"title":"renamed key"})");
        const auto before = contentsOf(m_path);
        const auto thrown = errorOf([&] { ProjectStore::open(m_path); });
        QVERIFY(thrown);
        QCOMPARE(thrown->code, MessageCode::ProjectNewer);
        QCOMPARE(thrown->arguments.at("schema"), std::string("2"));
        QVERIFY(contentsOf(m_path) == before);
    }

    void projectsOfSchema1Open()
    {
        fs::copy(fs::path(HONE_SOURCE_DIR) / "tests/engine/fixtures/project_schema_1", m_path, fs::copy_options::recursive);
        auto project = ProjectStore::open(m_path);
        QCOMPARE(project.name(), std::string("Schema 1"));
        QCOMPARE(project.dataset().value(), pathOf(*m_folder) / "pictures");
        QCOMPARE(project.devices(), (std::vector<DeviceReference>{{"gate", "pi@gate.local:2222", "/keys/gate", ""}}));
        std::vector<Message> damaged;
        const auto builds = project.builds(&damaged);
        QVERIFY(damaged.empty());
        QCOMPARE(builds.size(), std::size_t(2));
        QCOMPARE(stepName(builds[0].parameters), std::string("new"));
        QCOMPARE(stepName(builds[1].parameters), std::string("prune"));
        QCOMPARE(builds[1].parent, builds[0].id);
        QVERIFY(builds[1].evaluation.facts.macs < builds[0].evaluation.facts.macs);
        QCOMPARE(builds[1].curves.size(), std::size_t(0));
        // And goes on.
        project.run(builds[0].id, pruning(0.3), nullptr, {});
        QCOMPARE(project.builds().size(), std::size_t(3));
    }

    void quantizedBuildsSayHow_data()
    {
        QTest::addColumn<QString>("step");
        QTest::addColumn<QString>("parameters");
        QTest::addColumn<QString>("label");
        const auto add = [](const char* label, const char* parameters, const char* step = "quantize") {
            QTest::newRow(label) << step << parameters << label;
        };
        add("int8", R"({})");
        add("dynamic int8", R"({"method":"dynamic"})");
        add("8-bit weights", R"({"method":"weights"})");
        add("4-bit weights", R"({"method":"weights","bitsWeights":4})");
        add("fp16", R"({"method":"fp16"})");
        add("int8, 4-bit weights", R"({"bitsWeights":4})");
        add("int8, 16-bit activations", R"({"bitsActivations":16})");
        add("int8, signed", R"({"scheme":"ort-signed"})");
        add("int8 for TensorRT", R"({"scheme":"tensorrt"})");
        add("int8 for Qualcomm's QNN, 4-bit weights, 16-bit activations", R"({"scheme":"qnn","bitsWeights":4,"bitsActivations":16})");
        add("int8, trained 1 epoch", R"({"epochs":1})", "qat");
        add("int8, 4-bit weights, trained 5 epochs", R"({"bitsWeights":4,"epochs":5})", "qat");
    }
    void quantizedBuildsSayHow()
    {
        QFETCH(QString, step);
        QFETCH(QString, parameters);
        QFETCH(QString, label);
        QCOMPARE(labelOf(parametersFromJson(step.toStdString(), Json::parse(parameters.toStdString()))), label.toStdString());
    }

    void aStepThatWasRunIsAnsweredFromDisk()
    {
        auto project = ProjectStore::create(m_path, "p");
        const auto root = project.run("", tinyNetwork(), nullptr, {});
        const auto before = contentsOf(m_path);
        bool worked = false;
        const auto again = project.run("", tinyNetwork(), nullptr, JobContext({}, [&](const Progress&) { worked = true; }));
        QCOMPARE(again.id, root.id);
        QVERIFY(!worked);
        QVERIFY(contentsOf(m_path) == before);
        QVERIFY(project.run("", tinyNetwork(1), nullptr, {}).id != root.id);
    }

    void theTreeComesParentsFirstAndSiblingsAsCommitted()
    {
        auto project = ProjectStore::create(m_path, "p");
        const auto root = project.run("", tinyNetwork(), nullptr, {});
        const auto half = project.run(root.id, pruning(0.5), nullptr, {});
        const auto other = project.run("", tinyNetwork(7), nullptr, {});
        const auto third = project.run(root.id, pruning(0.25), nullptr, {});
        const auto deeper = project.run(half.id, pruning(0.25), nullptr, {});
        QCOMPARE(idsOf(project), (std::vector<std::string>{root.id, half.id, deeper.id, third.id, other.id}));
        QCOMPARE(deeper.label, std::string("pruned 25 %"));
        QVERIFY(deeper.id.starts_with("prune-") && deeper.id.size() == 14);
    }

    void buildsAreFoundByAUniqueBeginning()
    {
        auto project = ProjectStore::create(m_path, "p");
        const auto root = project.run("", tinyNetwork(), nullptr, {});
        project.run("", tinyNetwork(1), nullptr, {});
        QCOMPARE(project.build(root.id.substr(0, 9)).id, root.id);
        for (const auto* unclear : {"new-", "prune-", "", "../builds"})
            COMPARE_ERROR(project.build(unclear), MessageCode::BuildUnknown);
        COMPARE_ERROR(project.run("prune-00000000", pruning(0.5), nullptr, {}), MessageCode::BuildUnknown);
        COMPARE_ERROR(project.run(root.id, tinyNetwork(2), nullptr, {}), MessageCode::StepUnsupported);
    }

    void anImportedFileKeepsItsBytesAndItsIdWhereverItLies()
    {
        auto project = ProjectStore::create(m_path, "p");
        const auto bytes = readFile(project.run("", tinyNetwork(), nullptr, {}).model);
        for (const auto* name : {"a.onnx", "b.onnx"})
            writeFileAtomically(pathOf(*m_folder) / name, bytes);
        const auto a = project.run("", ImportParameters{pathOf(*m_folder) / "a.onnx"}, nullptr, {});
        QVERIFY(readFile(a.model) == bytes);
        QCOMPARE(a.label, std::string("a.onnx"));
        QCOMPARE(project.run("", ImportParameters{pathOf(*m_folder) / "b.onnx"}, nullptr, {}).id, a.id);
    }

    void aRootIsMeasuredWhenDataCome()
    {
        auto project = ProjectStore::create(m_path, "p");
        QVERIFY(!project.run("", tinyNetwork(), nullptr, {}).evaluation.accuracy);
        const auto data = Dataset::open(drawTinyData(pathOf(*m_folder) / "data"));
        const auto measured = project.run("", tinyNetwork(), &data, {});
        QVERIFY(measured.evaluation.accuracy);
        QCOMPARE(project.builds().front().evaluation.accuracy->samples, std::size_t(24));
        QCOMPARE(project.builds().size(), std::size_t(1));
        // Data of another number of classes are told, not refused: a new head may follow.
        auto ten = tinyNetwork();
        ten.architecture.classes = 10;
        const auto misfit = project.run("", ten, &data, {});
        QVERIFY(!misfit.evaluation.accuracy);
        QCOMPARE(misfit.notices.size(), std::size_t(1));
        QCOMPARE(project.build(misfit.id).notices, misfit.notices);
        COMPARE_ERROR(project.run(misfit.id, pruning(0.5), &data, {}), misfit.notices.front().code);
    }

    void curvesAndGroupsComeBack()
    {
        auto project = ProjectStore::create(m_path, "p");
        const auto data = Dataset::open(drawTinyData(pathOf(*m_folder) / "data"));
        const auto root = project.run("", tinyNetwork(), &data, {});
        auto step = pruning(0.5);
        step.finetune.epochs = 2;
        step.finetune.batch = 16;
        const auto made = project.run(root.id, step, &data, {});
        const auto read = ProjectStore::open(m_path).build(made.id);
        QCOMPARE(read.curves.size(), std::size_t(2));
        QCOMPARE(read.curves[1].trainLoss, made.curves[1].trainLoss);
        QVERIFY(!read.groups.empty());
        QCOMPARE(read.groups[0].channelsAfter, made.groups[0].channelsAfter);
        QCOMPARE(read.dataFingerprint, data.fingerprint());
        QCOMPARE(read.versions, made.versions);
        QCOMPARE(read.modelSha256, sha256OfFile(read.model));
    }

    void whatAStepDidIsKeptWithItsBuild_data()
    {
        QTest::addColumn<QString>("step");
        QTest::addColumn<QString>("parameters");
        QTest::addColumn<QStringList>("keys");
        QTest::newRow("prune") << "prune"
                               << R"({"targetMacs":"0.6x","rounds":2})"
                               << QStringList{"groups", "unprunable", "rounds", "target", "proof", "compensation"};
        QTest::newRow("sparsify") << "sparsify"
                                  << R"({"sparsity":0.5})" << QStringList{"sparsity", "compressedBytes"};
        QTest::newRow("factorize") << "factorize"
                                   << R"({"rankRatio":0.25})" << QStringList{"factorization"};
    }
    void whatAStepDidIsKeptWithItsBuild()
    {
        QFETCH(QString, step);
        QFETCH(QString, parameters);
        QFETCH(QStringList, keys);
        const auto data = Dataset::open(drawTinyData(pathOf(*m_folder) / "data"));
        auto project = ProjectStore::create(m_path, "p");
        const auto root = project.run("", tinyNetwork(), nullptr, {});
        const auto wanted = parametersFromJson(step.toStdString(), Json::parse(parameters.toStdString()));
        const auto output = pathOf(*m_folder) / "outside.onnx";
        const auto outside = toJson(runStep(wanted, {.model = root.model, .dataset = &data, .output = output}, {}));
        const auto made = project.run(root.id, wanted, &data, {});
        const auto read = ProjectStore::open(m_path).build(made.id);
        const auto record = recordToJson(read);
        QCOMPARE(record.dump(), recordToJson(made).dump());
        for (const QString& key : keys) {
            QVERIFY2(record.contains(key.toStdString()), qPrintable(key));
            QCOMPARE(record.at(key.toStdString()).dump(), outside.at(key.toStdString()).dump());
        }

        // It stays where the build is measured on other data.
        const auto report = made.model.parent_path() / "report.json";
        auto json = Json::parse(readFile(report));
        json["data"] = "another";
        writeFileAtomically(report, json.dump());
        project.run(root.id, wanted, &data, {});
        QCOMPARE(recordToJson(ProjectStore::open(m_path).build(made.id)).dump(), record.dump());

        // A report that an earlier program wrote has none of it.
        for (const QString& key : keys)
            json.erase(key.toStdString());
        writeFileAtomically(report, json.dump());
        std::vector<Message> damaged;
        QCOMPARE(ProjectStore::open(m_path).builds(&damaged).size(), std::size_t(2));
        QVERIFY(damaged.empty());
    }

    void aDamagedBuildIsToldAndTheOthersStay_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("contents"); // "-": removed
        QTest::newRow("no model") << "model.onnx"
                                  << "-";
        QTest::newRow("truncated model") << "model.onnx"
                                         << "x";
        QTest::newRow("no record") << "build.json"
                                   << "-";
        QTest::newRow("broken record") << "build.json"
                                       << "{\"id\":";
        QTest::newRow("another's record") << "build.json"
                                          << "{\"id\":\"prune-12345678\"}";
        QTest::newRow("broken report") << "report.json"
                                       << "{}";
        QTest::newRow("broken curves") << "curves.jsonl"
                                       << "{\n";
    }
    void aDamagedBuildIsToldAndTheOthersStay()
    {
        QFETCH(QString, file);
        QFETCH(QString, contents);
        auto project = ProjectStore::create(m_path, "p");
        const auto root = project.run("", tinyNetwork(), nullptr, {});
        const auto half = project.run(root.id, pruning(0.5), nullptr, {});
        const auto child = project.run(half.id, pruning(0.5), nullptr, {});
        const auto target = m_path / "builds" / half.id / file.toStdString();
        if (contents == "-")
            fs::remove(target);
        else
            writeFileAtomically(target, contents.toStdString());

        std::vector<Message> damaged;
        QCOMPARE(project.builds(&damaged).size(), std::size_t(1));
        QCOMPARE(damaged.size(), std::size_t(2)); // it and what was made from it
        for (const auto& message : damaged)
            QCOMPARE(message.code, MessageCode::BuildDamaged);
        // Run again, it and its child are whole again.
        QCOMPARE(project.run(root.id, pruning(0.5), nullptr, {}).modelSha256, half.modelSha256);
        QCOMPARE(idsOf(project), (std::vector<std::string>{root.id, half.id, child.id}));
        QVERIFY(fs::exists(m_path / ".damaged" / half.id));
    }

    void aModelThatWasTamperedWithIsNotBuiltUpon()
    {
        auto project = ProjectStore::create(m_path, "p");
        const auto root = project.run("", tinyNetwork(), nullptr, {});
        auto bytes = readFile(root.model);
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        writeFileAtomically(root.model, bytes);
        COMPARE_ERROR(project.run(root.id, pruning(0.5), nullptr, {}), MessageCode::BuildDamaged);
    }

    void removedBuildsComeBackWithTheirDescendants()
    {
        auto project = ProjectStore::create(m_path, "p");
        const auto root = project.run("", tinyNetwork(), nullptr, {});
        const auto half = project.run(root.id, pruning(0.5), nullptr, {});
        project.run(half.id, pruning(0.5), nullptr, {});
        const auto before = idsOf(project);
        project.remove(half.id);
        QCOMPARE(idsOf(project), std::vector<std::string>{root.id});
        project.undoRemove();
        QCOMPARE(idsOf(project), before);
        project.undoRemove(); // nothing left to bring back
        QCOMPARE(idsOf(project), before);
    }

    void referencesAreKeptAndDataBesideTheProjectMayMoveWithIt()
    {
        auto project = ProjectStore::create(m_path, "p");
        auto other = ProjectStore::open(m_path);
        project.setDataset(pathOf(*m_folder) / "pictures");
        other.setDevices({{"pi", "pi@host", "", "/known"}}); // what the first has written stays
        auto opened = ProjectStore::open(m_path);
        QCOMPARE(opened.dataset().value(), pathOf(*m_folder) / "pictures");
        QCOMPARE(opened.devices().front().knownHostsFile, std::string("/known"));

        const auto moved = pathOf(*m_folder) / "elsewhere" / "project";
        fs::create_directories(moved.parent_path());
        fs::rename(m_path, moved);
        QCOMPARE(ProjectStore::open(moved).dataset().value(), moved.parent_path() / "pictures");
        opened = ProjectStore::open(moved);
        opened.setDataset("/data/pictures");
        QCOMPARE(ProjectStore::open(moved).dataset().value(), fs::path("/data/pictures"));
    }

    void aCancelledStepLeavesTheProjectAsItWas()
    {
        auto project = ProjectStore::create(m_path, "p");
        const auto root = project.run("", tinyNetwork(), nullptr, {});
        const auto before = contentsOf(m_path / "builds");
        for (const auto stage : stages) {
            std::stop_source stop;
            const JobContext job(stop.get_token(), [&](const Progress& progress) {
                if (progress.activity == stage)
                    stop.request_stop();
            });
            QVERIFY_EXCEPTION_THROWN(project.run(root.id, pruning(0.5), nullptr, job), Cancelled);
            QVERIFY(contentsOf(m_path / "builds") == before);
        }
    }

    void aProgramKilledAtAnyPointLeavesTheProjectAsItWas()
    {
        auto project = ProjectStore::create(m_path, "p");
        const auto root = project.run("", tinyNetwork(), nullptr, {});
        const auto runChild = [&](int stage) {
            QProcess child;
            child.start(QCoreApplication::applicationFilePath(),
                        {childArgument, QString::fromStdString(m_path.string()), QString::number(stage)});
            return child.waitForFinished() ? child.exitStatus() : QProcess::CrashExit;
        };
        for (int stage = 0; stage < static_cast<int>(stages.size()); ++stage) {
            QCOMPARE(runChild(stage), QProcess::CrashExit);
            std::vector<Message> damaged;
            const auto opened = ProjectStore::open(m_path);
            QCOMPARE(opened.builds(&damaged).size(), std::size_t(1));
            QVERIFY(damaged.empty());
        }
        QCOMPARE(runChild(-1), QProcess::NormalExit);
        QCOMPARE(project.builds().size(), std::size_t(2));
        for (const auto& entry : fs::directory_iterator(m_path / "builds"))
            QVERIFY2(!entry.path().filename().string().starts_with(".staging"), "swept by the commit that went through");
        QCOMPARE(project.run(root.id, pruning(0.5), nullptr, {}).id, project.builds().back().id);
    }

    void programsMayCommitAtTheSameTime()
    {
        ProjectStore::create(m_path, "p");
        std::vector<std::jthread> writers;
        for (int i = 0; i < 4; ++i)
            writers.emplace_back([&, i] {
                auto project = ProjectStore::open(m_path);
                project.run("", tinyNetwork(static_cast<std::uint64_t>(i / 2)), nullptr, {}); // two and two the same
                project.run("", tinyNetwork(static_cast<std::uint64_t>(10 + i)), nullptr, {});
            });
        writers.clear();
        std::vector<Message> damaged;
        const auto builds = ProjectStore::open(m_path).builds(&damaged);
        QCOMPARE(builds.size(), std::size_t(6));
        QVERIFY(damaged.empty());
        std::set<std::int64_t> orders;
        for (const auto& build : builds)
            orders.insert(build.order);
        QCOMPARE(orders.size(), builds.size());
    }

    void waitingForAProjectThatAnotherHoldsCanBeStopped()
    {
        ProjectStore::create(m_path, "p");
        const ProjectLock held(m_path);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(ProjectLock(m_path, JobContext(stop.get_token())), Cancelled);
    }

    void aFullDiskLosesNothing()
    {
        if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
            QSKIP("mounting a small disk needs root");
        fs::create_directories(m_path);
        if (::mount("tmpfs", m_path.c_str(), "tmpfs", 0, "size=96k") != 0)
            QSKIP("mounting a small disk needs root");
        auto project = ProjectStore::create(m_path, "p");
        const auto root = project.run("", tinyNetwork(), nullptr, {});
        const auto before = contentsOf(m_path);
        std::optional<Message> full;
        for (std::uint64_t seed = 1; seed < 20 && !full; ++seed)
            full = errorOf([&] { project.run("", tinyNetwork(seed), nullptr, {}); });
        QVERIFY(full);
        QCOMPARE(full->code, MessageCode::DiskFull);
        std::vector<Message> damaged;
        const auto builds = ProjectStore::open(m_path).builds(&damaged);
        QVERIFY(!builds.empty() && damaged.empty());
        QVERIFY(readFile(root.model) == before.at("builds/" + root.id + "/model.onnx"));
        for (const auto& entry : fs::directory_iterator(m_path / "builds"))
            QVERIFY(!entry.path().filename().string().starts_with("."));
        ::umount(m_path.c_str());
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_path;
};

int main(int argc, char** argv)
{
    if (argc == 4 && std::string(argv[1]) == childArgument)
        return runAndDie(argv[2], std::atoi(argv[3]));
    QCoreApplication application(argc, argv);
    TestProjectStore test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_project_store.moc"
