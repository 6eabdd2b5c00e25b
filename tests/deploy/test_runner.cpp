// SPDX-License-Identifier: GPL-3.0-or-later
// hone-runner as a device has it: in a folder with a model, its bundle and the runtime. The oracle is ONNX Runtime here.
#include "core/hash.h"
#include "deploy/bundle.h"
#include "deploy/child_process.h"
#include "deploy/sample_stream.h"
#include "deploy/smoke_input.h"
#include "device_fixture.h"
#include "engine/number_making.h"
#include "engine/sound_making.h"
#include "runtime/session.h"

#include <nlohmann/json.hpp>

#include <QProcess>

#include <algorithm>
#include <cmath>
#include <sstream>

using namespace hone;
using namespace hone::testing;

class TestRunner : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_folder = std::make_unique<TemporaryFolder>();
        m_release = m_folder->path() / "release";
        const auto graph = colourModel();
        m_bundle.preprocess = readModelCard(graph).preprocess;
        m_bundle.labels = {"red", "green", "blue"};
        putRelease(m_release, graph, m_bundle);
    }

    void helpNamesEveryVerb()
    {
        const auto answer = run({"--help"});
        QCOMPARE(answer.exitCode, 0);
        for (const auto* verb : {"info", "classify", "latency", "smoke", "evaluate", "switch"})
            QVERIFY2(answer.text.find(std::string("hone-runner ") + verb) != std::string::npos, verb);
    }

    void aPictureGetsItsLabelAndProbability()
    {
        const auto picture = colourPicture(1, 4);
        const auto path = m_folder->path() / "green.ppm";
        writePicture(path, picture);
        const auto answer = run({"classify", "--json", path.string()});
        QCOMPARE(answer.exitCode, 0);
        const auto json = Json::parse(answer.text).at(0);
        QCOMPARE(json.at("label").get<std::string>(), std::string("green"));
        const auto scores = scoresHere(picture);
        double total = 0;
        for (const auto score : scores)
            total += std::exp(double{score});
        QVERIFY(std::abs(json.at("probability").get<double>() - std::exp(double{scores[1]}) / total) < 1e-5);
        QCOMPARE(json.at("top").size(), std::size_t{3});
        const auto text = run({"classify", path.string()}).text;
        QVERIFY2(text.find("\tgreen\t") != std::string::npos, text.c_str());
    }

    void theSmokeRunGivesTheOutputsOfOnnxRuntimeHere()
    {
        const auto answer = run({"smoke"});
        QCOMPARE(answer.exitCode, 0);
        const auto there = Json::parse(answer.text).at("outputs").at(0).at("values").get<std::vector<float>>();
        const auto here = scoresHere(std::get<Picture>(smokeSample(*m_bundle.preprocess)));
        QCOMPARE(there.size(), here.size());
        for (std::size_t i = 0; i < here.size(); ++i)
            QVERIFY(std::abs(there[i] - here[i]) <= 1e-5f);
    }

    void aStreamOfPicturesGetsOneAnswerEach()
    {
        std::string stream = sampleStreamBegin(SampleKind::Picture);
        std::vector<std::size_t> expected;
        for (int i = 0; i < 50; ++i) {
            const auto picture = colourPicture(i % 3, static_cast<std::uint64_t>(i));
            stream += toSampleStream(picture);
            const auto scores = scoresHere(picture);
            expected.push_back(static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin()));
        }
        writeFileAtomically(m_folder->path() / "stream", stream + sampleStreamEnd(SampleKind::Picture));
        const auto answer = run({"evaluate", (m_folder->path() / "stream").string()});
        QCOMPARE(answer.exitCode, 0);
        std::istringstream lines(answer.text);
        std::vector<std::size_t> got;
        for (std::string line; std::getline(lines, line);) {
            QCOMPARE(Json::parse(line).at("sample").get<std::size_t>(), got.size());
            got.push_back(Json::parse(line).at("output").get<std::size_t>());
        }
        QCOMPARE(got, expected);
        // The same over standard input.
        QProcess process;
        process.setStandardInputFile(QString::fromStdString((m_folder->path() / "stream").string()));
        process.start(QString::fromStdString((m_release / bundlefile::runner).string()), {"evaluate", "--threads", "2"});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.readAllStandardOutput().toStdString(), answer.text);
    }

    void everyKindOfSampleSurvivesTheStream()
    {
        const Sound sound{8000, {0.5f, -0.25f}};
        const auto tensor = Tensor::of<float>({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
        const std::vector<RawSample> samples = {colourPicture(1, 0), sound, SensorWindow{tensor}, tensor};
        for (const auto& sample : samples) {
            const auto kind = kindOf(sample);
            std::istringstream stream(sampleStreamBegin(kind) + toSampleStream(sample) + toSampleStream(sample) + sampleStreamEnd(kind));
            SampleStreamReader reader(stream, "stream", kind);
            const auto first = reader.next(), second = reader.next();
            QVERIFY(first && second && !reader.next());
            QCOMPARE(toSampleStream(*first), toSampleStream(sample));
            QVERIFY(kindOf(*second) == kind);
        }
    }

    // The runner's answer to a file is this machine's: the same front end from the same raw sample.
    void soundsAndWindowsAreReadFromFiles_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("kind");
        QTest::newRow("WAV") << "tone.wav" << int(SampleKind::Sound);
        QTest::newRow("CSV") << "motion.csv" << int(SampleKind::Window);
        QTest::newRow("NPY") << "motion.npy" << int(SampleKind::Window);
    }
    void soundsAndWindowsAreReadFromFiles()
    {
        QFETCH(QString, file);
        QFETCH(int, kind);
        const Sound sound{8000, toneOf(700, 8000, 5000)};
        const std::vector<float> rows = {1, 2, 3, 4, 5, 6, 7, 8};
        writeFileAtomically(m_folder->path() / "tone.wav", wavOf(sound));
        writeFileAtomically(m_folder->path() / "motion.csv", "time,ax,ay\n0,1,2\n1,3,4\n2,5,6\n3,7,8\n");
        writeFileAtomically(m_folder->path() / "motion.npy", npyOf({4, 2}, rows));
        const bool isSound = SampleKind(kind) == SampleKind::Sound;
        const Preprocess preprocess =
            isSound ? Preprocess(SoundPreprocess{.features = SoundFeatures::Mfcc, .mean = {-3}, .std = {9}, .shape = {1, 49, 10}})
                    : Preprocess(WindowPreprocess{
                          .length = 4, .channels = 2, .mean = {1, 2}, .std = {3, 4}, .time = TimeAxis::Last, .shape = {2, 4}});
        const RawSample sample = isSound ? RawSample(sound) : RawSample(SensorWindow{Tensor::of<float>({4, 2}, rows)});

        const auto release = m_folder->path() / ("of " + file.toStdString());
        putRelease(release, linearModel(inputShape(preprocess)), {.preprocess = preprocess, .labels = {"a", "b", "c"}});
        const auto answer = run({"classify", "--json", (m_folder->path() / file.toStdString()).string()}, release);
        QVERIFY2(answer.exitCode == 0, answer.text.c_str());
        const auto json = Json::parse(answer.text).at(0);
        const auto scores = toFloats(Session(release / bundlefile::model).run({inputOf(FrontEnd(preprocess), sample)}).at(0));
        const auto best = std::size_t(std::max_element(scores.begin(), scores.end()) - scores.begin());
        double total = 0;
        for (const auto score : scores)
            total += std::exp(double{score} - scores[best]);
        QCOMPARE(json.at("top").at(0).at("output").get<std::size_t>(), best);
        QVERIFY(std::abs(json.at("probability").get<double>() - 1 / total) < 1e-5);
        const auto refused = run({"classify", (release / bundlefile::bundle).string()}, release);
        QCOMPARE(refused.exitCode, 3);
        QCOMPARE(run({"smoke"}, release).exitCode, 0);
    }

    void aDamagedStreamIsRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("another kind of file") << QByteArray("PNG and so on, of some length");
        QTest::newRow("cut short") << QByteArray("HONEPIX1\x04\0\0\0\x04\0\0\0\x03\0\0\0abc", 23);
        QTest::newRow("no end") << QByteArray("HONEPIX1");
        QTest::newRow("absurd size") << QByteArray("HONEPIX1\xff\xff\xff\xff\xff\xff\xff\xff\x03\0\0\0", 20);
        QTest::newRow("four channels") << QByteArray("HONEPIX1\x01\0\0\0\x01\0\0\0\x04\0\0\0abcd", 24);
    }

    void aDamagedStreamIsRefused()
    {
        QFETCH(QByteArray, bytes);
        writeFileAtomically(m_folder->path() / "damaged", bytes.toStdString());
        const auto answer = run({"evaluate", (m_folder->path() / "damaged").string()});
        QCOMPARE(answer.exitCode, 3);
        QVERIFY2(answer.text.find("damaged") != std::string::npos, answer.text.c_str());
    }

    void latencyIsMeasured()
    {
        const auto answer = run({"latency", "--runs", "20", "--threads=2"});
        QCOMPARE(answer.exitCode, 0);
        const auto json = Json::parse(answer.text);
        QCOMPARE(json.at("runs").get<int>(), 20);
        QVERIFY(json.at("p50Ms").get<double>() > 0);
        QVERIFY(json.at("p95Ms").get<double>() >= json.at("p50Ms").get<double>());
    }

    void infoDescribesTheModel()
    {
        const auto answer = run({"info"});
        QCOMPARE(answer.exitCode, 0);
        const auto json = Json::parse(answer.text);
        QCOMPARE(json.at("inputs").at(0).at("shape").dump(), std::string("[1,3,12,12]"));
        QCOMPARE(json.at("labels").size(), std::size_t{3});
    }

    void wrongUseSaysSo()
    {
        QCOMPARE(run({}).exitCode, 2);
        QCOMPARE(run({"dance"}).exitCode, 2);
        QCOMPARE(run({"classify"}).exitCode, 2);
        QCOMPARE(run({"latency", "--runs", "many"}).exitCode, 2);
        QCOMPARE(run({"latency", "--wheels", "4"}).exitCode, 2);
        QCOMPARE(run({"latency", "--runs"}).exitCode, 2);
        QCOMPARE(run({"classify", "/no/such/picture.png"}).exitCode, 3);
        writeFileAtomically(m_folder->path() / "text.png", "not a picture");
        QCOMPARE(run({"classify", (m_folder->path() / "text.png").string()}).exitCode, 3);
    }

    void aReleaseThatIsNotWholeSaysSo()
    {
        const auto broken = m_folder->path() / "broken";
        fs::create_directories(broken);
        fs::copy_file(m_release / bundlefile::runner, broken / bundlefile::runner);
        fs::copy_symlink(m_release / bundlefile::runtime, broken / bundlefile::runtime);
        const auto runner = (broken / bundlefile::runner).string();
        QCOMPARE(runChild({runner, "smoke"}).exitCode, 3);
        writeFileAtomically(broken / bundlefile::bundle, "{");
        QCOMPARE(runChild({runner, "smoke"}).exitCode, 3);
        writeFileAtomically(broken / bundlefile::bundle, toJson(m_bundle).dump());
        QCOMPARE(runChild({runner, "smoke"}).exitCode, 3);
        writeFileAtomically(broken / bundlefile::model, "not a model");
        const auto answer = runChild({runner, "smoke"});
        QCOMPARE(answer.exitCode, 3);
        QVERIFY2(answer.text.find("ONNX Runtime refuses") != std::string::npos, answer.text.c_str());
    }

    void aLinkIsSwitchedInOneStep()
    {
        const auto link = m_folder->path() / "current";
        for (const auto* target : {"releases/one", "releases/two"}) {
            QCOMPARE(run({"switch", link.string(), target}).exitCode, 0);
            QCOMPARE(fs::read_symlink(link).string(), std::string(target));
        }
        fs::create_directories(m_folder->path() / "folder" / "inside");
        QCOMPARE(run({"switch", (m_folder->path() / "folder").string(), "x"}).exitCode, 1);
        QVERIFY(fs::exists(m_folder->path() / "folder" / "inside"));
    }

    void theBundleSurvivesItsFile()
    {
        Bundle bundle = m_bundle;
        bundle.files = {{"model.onnx", sha256("x")}};
        const auto again = bundleFromJson(toJson(bundle), "bundle.json");
        QVERIFY(again.preprocess == bundle.preprocess);
        QVERIFY(again.labels == bundle.labels && again.files == bundle.files);
        HONE_VERIFY_FAILS(bundleFromJson(Json::parse(R"({"schema": 2})"), "b"), DataConfigInvalid);
        HONE_VERIFY_FAILS(bundleFromJson(Json::parse(R"({"schema": 1, "labels": 3})"), "b"), DataConfigInvalid);
        HONE_VERIFY_FAILS(bundleFromJson(Json::parse("[]"), "b"), DataConfigInvalid);
    }

    // Its libraries are the C library's and ONNX Runtime: what a device of another make has, or is sent.
    void theRunnerNeedsNoLibraryOfThisMachine()
    {
        const auto listed = runChild({"readelf", "-d", (m_release / bundlefile::runner).string()});
        if (listed.exitCode == 127)
            QSKIP("readelf (package binutils) is not installed");
        std::istringstream lines(listed.text);
        for (std::string line; std::getline(lines, line);)
            if (line.find("(NEEDED)") != std::string::npos) {
                const auto name = line.substr(line.find('[') + 1, line.find(']') - line.find('[') - 1);
                const bool allowed =
                    name == bundlefile::runtime || name == "libc.so.6" || name == "libm.so.6" || name.starts_with("ld-linux");
                QVERIFY2(allowed, name.c_str());
            }
    }

private:
    static void putRelease(const fs::path& release, const Graph& graph, const Bundle& bundle)
    {
        fs::create_directories(release);
        const auto device = fs::path(HONE_BINARY_DIR) / "lib/hone/device/x86_64";
        fs::copy_file(device / bundlefile::runner, release / bundlefile::runner, fs::copy_options::overwrite_existing);
        if (!fs::exists(release / bundlefile::runtime))
            fs::create_symlink(device / bundlefile::runtime, release / bundlefile::runtime);
        writeOnnx(graph, release / bundlefile::model);
        writeFileAtomically(release / bundlefile::bundle, toJson(bundle).dump());
    }

    // Three scores of everything that is put in.
    static Graph linearModel(const Dimensions& input)
    {
        Shape shape = {Dim::free("N")};
        for (const auto extent : input)
            shape.push_back(Dim::fixed(extent));
        Chain chain(13, shape);
        chain.then("Flatten");
        chain.then("Gemm", {chain.constant("weights", randomTensor({elementCount(input), 3}, 3, -0.05, 0.05))});
        return chain.finish();
    }

    ChildOutput run(std::vector<std::string> arguments, const fs::path& release = {}) const
    {
        arguments.insert(arguments.begin(), ((release.empty() ? m_release : release) / bundlefile::runner).string());
        return runChild(arguments);
    }

    std::vector<float> scoresHere(const Picture& picture)
    {
        if (!m_session)
            m_session = std::make_unique<Session>(m_release / bundlefile::model);
        Tensor input(DType::Float32, {1, 3, pictureSize, pictureSize});
        apply(m_bundle.preprocess->picture(), picture, input.mutableData<float>());
        return toFloats(m_session->run({input}).at(0));
    }

    std::unique_ptr<TemporaryFolder> m_folder;
    fs::path m_release;
    Bundle m_bundle;
    std::unique_ptr<Session> m_session;
};

QTEST_GUILESS_MAIN(TestRunner)
#include "test_runner.moc"
