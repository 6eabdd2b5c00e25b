// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/loader.h"
#include "data_making.h"
#include "preprocess/wav.h"
#include "sound_making.h"

#include <QTest>

#include <cmath>
#include <set>

using namespace hone;
namespace fs = std::filesystem;

namespace
{

// Little-endian bytes of some numbers.
std::string bytesOf(const std::vector<std::uint64_t>& values, int width)
{
    std::string bytes;
    for (const auto value : values)
        for (int i = 0; i < width; ++i)
            bytes += char(value >> (8 * i));
    return bytes;
}

Graph modelOf(Shape input, int classes)
{
    Graph graph;
    graph.opsets[""] = 13;
    const auto in = graph.addComputed("in", {DType::Float32, std::move(input)});
    const auto out = graph.addComputed("out", {DType::Float32, Shape{Dim::free("N"), Dim::fixed(classes)}});
    graph.inputs = {in};
    graph.outputs = {out};
    return graph;
}

Shape shapeOf(const std::vector<std::int64_t>& extents)
{
    Shape shape = {Dim::free("N")};
    for (const auto extent : extents)
        shape.push_back(extent > 0 ? Dim::fixed(extent) : Dim::free("T"));
    return shape;
}

} // namespace

class TestSoundData : public QObject
{
    Q_OBJECT

    std::optional<TemporaryFolder> m_temporary;
    fs::path m_folder;

    void writeTones(const fs::path& folder, int each, int rate = 8000)
    {
        for (const int hertz : {300, 600})
            for (int i = 0; i < each; ++i)
                writeBytes(folder / std::to_string(hertz) / (std::to_string(i) + ".wav"),
                           wavOf({rate, toneOf(hertz + i, rate, std::size_t(rate) / 2)}));
    }

private slots:
    void init()
    {
        m_temporary.emplace();
        m_folder = m_temporary->path();
    }
    void cleanup() { m_temporary.reset(); }

    // The same four values, -1/2, 0, 1/4 and 1/2, in each coding.
    void everyCodingGivesTheSameWave_data()
    {
        QTest::addColumn<int>("tag");
        QTest::addColumn<int>("bits");
        QTest::addColumn<QByteArray>("data");
        const auto row = [](const char* name, int tag, int bits, const std::vector<std::uint64_t>& values) {
            QTest::newRow(name) << tag << bits << QByteArray::fromStdString(bytesOf(values, bits / 8));
        };
        row("8 bits", 1, 8, {64, 128, 160, 192});
        row("16 bits", 1, 16, {0xC000, 0, 0x2000, 0x4000});
        row("24 bits", 1, 24, {0xC00000, 0, 0x200000, 0x400000});
        row("32 bits", 1, 32, {0xC0000000, 0, 0x20000000, 0x40000000});
        row("float", 3, 32, {0xBF000000, 0, 0x3E800000, 0x3F000000});
        row("double", 3, 64, {0xBFE0000000000000, 0, 0x3FD0000000000000, 0x3FE0000000000000});
    }
    void everyCodingGivesTheSameWave()
    {
        QFETCH(int, tag);
        QFETCH(int, bits);
        QFETCH(QByteArray, data);
        const auto sound = decodeWav(wavFile({.tag = tag, .bits = bits, .channels = 1, .rate = 11025}, data.toStdString()));
        QVERIFY(sound);
        QCOMPARE(sound->rate, 11025);
        QCOMPARE(sound->samples, (std::vector<float>{-0.5f, 0, 0.25f, 0.5f}));
        const auto stereo = decodeWav(wavFile({.tag = tag, .bits = bits, .channels = 2, .rate = 8000}, data.toStdString()));
        QCOMPARE(stereo->samples, (std::vector<float>{-0.25f, 0.375f})); // means of the pairs
    }

    void anExtensibleHeaderAndForeignChunksAreRead()
    {
        const auto data = bytesOf({0x4000, 0xC000}, 2);
        const auto extensible = bytesOf({0xFFFE, 1}, 2) + bytesOf({8000, 16000}, 4) + bytesOf({2, 16, 22, 16}, 2) + bytesOf({4}, 4) +
                                bytesOf({1}, 2) + std::string(14, 'g');
        const auto chunk = [](const std::string& name, const std::string& bytes) {
            return name + bytesOf({bytes.size()}, 4) + bytes + std::string(bytes.size() % 2, '\0');
        };
        const auto file = "RIFF" + bytesOf({0}, 4) + "WAVE" + chunk("LIST", "odd") + chunk("fmt ", extensible) + chunk("data", data);
        const auto sound = decodeWav(file);
        QVERIFY(sound);
        QCOMPARE(sound->samples, (std::vector<float>{0.5f, -0.5f}));
    }

    void aFileThatEndsEarlyGivesWhatIsThere()
    {
        auto file = wavOf({8000, {0.5f, 0.25f, 0.125f}});
        file.resize(file.size() - 3);
        QCOMPARE(decodeWav(file)->samples, (std::vector<float>{0.5f, 0.25f}));
    }

    void whatIsNoWavIsRefusedWithAReason_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const std::string& file, const char* reason) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << reason;
        };
        row("nothing", "", "does not begin");
        row("a picture", std::string("\x89PNG\r\n\x1a\n0000000000"), "does not begin");
        row("no format", "RIFF" + bytesOf({4}, 4) + "WAVE", "does not say");
        row("mu-law", wavFile({.tag = 7, .bits = 8, .channels = 1, .rate = 8000}, "abc"), "tag 7");
        row("12 bits", wavFile({.tag = 1, .bits = 12, .channels = 1, .rate = 8000}, "abc"), "12 bits");
        row("no channel", wavFile({.tag = 1, .bits = 16, .channels = 0, .rate = 8000}, "abcd"), "0 channels");
        row("no rate", wavFile({.tag = 1, .bits = 16, .channels = 1, .rate = 0}, "abcd"), "0 Hz");
        row("no samples", wavFile({.tag = 1, .bits = 16, .channels = 1, .rate = 8000}, ""), "no samples");
        row("not a number", wavFile({.tag = 3, .bits = 32, .channels = 1, .rate = 8000}, bytesOf({0x7FC00000}, 4)), "finite");
    }
    void whatIsNoWavIsRefusedWithAReason()
    {
        QFETCH(QByteArray, file);
        QFETCH(QString, reason);
        std::string problem;
        QVERIFY(!decodeWav(file.toStdString(), &problem));
        QVERIFY2(QString::fromStdString(problem).contains(reason), problem.c_str());
    }

    void aFolderOfWavsIsFoundByLooking()
    {
        writeTones(m_folder, 10);
        const auto data = Dataset::open(m_folder);
        QVERIFY(data.format() == DataFormat::WavFolder);
        QVERIFY(data.kind() == SampleKind::Sound);
        QCOMPARE(data.classes().size(), 2u);
        QCOMPARE(data.size(Split::Train), 16u);
        QCOMPARE(data.size(Split::Test), 2u);
        QVERIFY(std::holds_alternative<Sound>(*data.sample(Split::Train, 0)));
        QVERIFY(!data.picture(Split::Train, 0));
    }

    void aSpeakersFilesStayInOneSplit()
    {
        for (const auto* word : {"no", "yes"})
            for (int i = 0; i < 50; ++i)
                writeBytes(m_folder / word / (std::string(word) + "_speaker" + std::to_string(i % 10) + "_" + std::to_string(i) + ".wav"),
                           wavOf({8000, {0.5f}}));
        writeBytes(m_folder / "dataset.yaml", "groups: _(speaker[0-9]+)_\n");
        const auto data = Dataset::open(m_folder);
        QCOMPARE(data.size(Split::Test), 10u); // one of ten speakers
        const auto speakers = [&](Split split) {
            std::set<std::string> names;
            for (std::size_t i = 0; i < data.size(split); ++i)
                names.insert(data.sampleName(split, i).substr(data.sampleName(split, i).find("_speaker"), 9));
            return names;
        };
        QCOMPARE(speakers(Split::Test).size(), 1u);
        for (const auto& name : speakers(Split::Test))
            QVERIFY(!speakers(Split::Train).contains(name) && !speakers(Split::Validation).contains(name));
        for (const auto* bad : {"groups: speaker\n", "groups: '(speaker'\n"}) {
            writeBytes(m_folder / "dataset.yaml", bad);
            try {
                Dataset::open(m_folder);
                QFAIL("nothing was thrown");
            } catch (const Error& error) {
                QVERIFY(error.message().arguments.at("detail").find("groups") != std::string::npos);
            }
        }
    }

    void theModelsShapeSaysWhatSoundsBecome()
    {
        writeTones(m_folder, 3);
        const auto data = Dataset::open(m_folder);
        const auto preprocessOf = [&](const std::vector<std::int64_t>& extents) {
            return pair(modelOf(shapeOf(extents), 2), data).preprocess;
        };
        const auto bands = preprocessOf({1, 49, 40}).sound();
        QVERIFY(bands.features == SoundFeatures::LogMel && bands.time == TimeAxis::First);
        QCOMPARE(bands.bands, 40);
        QVERIFY(preprocessOf({40, 49}).sound().time == TimeAxis::Last);
        const auto coefficients = preprocessOf({1, 49, 10}).sound();
        QVERIFY(coefficients.features == SoundFeatures::Mfcc);
        QCOMPARE(coefficients.coefficients, 10);
        QCOMPARE(preprocessOf({1960}).sound().bands, 40);
        const auto wave = preprocessOf({1, 8000}).sound();
        QVERIFY(wave.features == SoundFeatures::Waveform);
        QCOMPARE(wave.seconds, 0.5);
        QCOMPARE(inputShape(preprocessOf({1, 0, 40})), (Dimensions{1, 49, 40}));
        QVERIFY(preprocessNotice(pair(modelOf(shapeOf({1, 49, 40}), 2), data))->code == MessageCode::FrontEndAssumed);
    }

    void whatDatasetYamlStatesIsTaken()
    {
        writeTones(m_folder, 3);
        writeBytes(m_folder / "dataset.yaml", "preprocess: {rate: 8000, seconds: 0.5, features: mfcc, recipe: torchaudio, window: 32, "
                                              "stride: 16, bands: 32, coefficients: 13, mean: -5, std: 40}\n");
        const auto data = Dataset::open(m_folder);
        const auto pairing = pair(modelOf(shapeOf({13, 32}), 2), data);
        QVERIFY(pairing.preprocess.sound().time == TimeAxis::Last);
        QVERIFY(!preprocessNotice(pairing));
        try {
            pair(modelOf(shapeOf({1, 49, 10}), 2), data);
            QFAIL("nothing was thrown");
        } catch (const Error& error) {
            QVERIFY(error.code() == MessageCode::ModelInputUnsupported);
            QVERIFY(error.message().arguments.at("detail").find("32 frames of 13") != std::string::npos);
        }
        writeBytes(m_folder / "dataset.yaml", "preprocess: {rate: 8000, window: 2000, bands: 0}\n");
        try {
            Dataset::open(m_folder);
            QFAIL("nothing was thrown");
        } catch (const Error& error) {
            QVERIFY(error.message().arguments.at("detail").find("bands") != std::string::npos);
        }
    }

    void theLoaderGivesWavesOfTheWantedRateAndLength()
    {
        const std::vector<float> wave = {0.5f, -0.5f, 0.25f};
        writeBytes(m_folder / "train" / "a" / "1.wav", wavOf({8000, wave}));
        writeBytes(m_folder / "train" / "b" / "1.wav", wavOf({8000, toneOf(440, 8000, 8000)}));
        writeBytes(m_folder / "dataset.yaml", "validation: {fraction: 0}\npreprocess: {rate: 8000, seconds: 0.001, features: waveform}\n");
        const auto data = Dataset::open(m_folder);
        Loader loader(data, Split::Train, pair(modelOf(shapeOf({1, 8}), 2), data), {});
        const auto batch = loader.next({});
        QCOMPARE(batch->inputs.shape(), (Dimensions{2, 1, 8}));
        const auto values = batch->inputs.data<float>();
        QCOMPARE(std::vector<float>(values.begin(), values.begin() + 8), (std::vector<float>{0.5f, -0.5f, 0.25f, 0, 0, 0, 0, 0}));
        QCOMPARE(values[8 + 1], toneOf(440, 8000, 2)[1]);
    }

    void anEpochOfFeaturesIsTheSameFromMemory()
    {
        writeTones(m_folder, 12);
        writeBytes(m_folder / "1.txt", "not a sound");
        writeBytes(m_folder / "300" / "broken.wav", "RIFF");
        const auto data = Dataset::open(m_folder);
        const auto pairing = pair(modelOf(shapeOf({1, 49, 40}), 2), data);
        Loader loader(data, Split::Train, pairing, {.batch = 64});
        const auto first = loader.next({});
        loader.restart(1);
        const auto again = loader.next({});
        QVERIFY(first->inputs == again->inputs);
        Loader flipped(data, Split::Train, pairing, {.batch = 64, .augmentation = {.flip = true}}); // sounds have no left and right
        QVERIFY(flipped.next({})->inputs == first->inputs);
    }

    void wavesAreMovedAndMadeNoisyWithinTheirReach()
    {
        for (const auto* name : {"a", "b"})
            for (int i = 0; i < 20; ++i)
                writeBytes(m_folder / "train" / name / (std::to_string(i) + ".wav"), wavOf({8000, std::vector<float>(100, 0.5f)}));
        writeBytes(m_folder / "dataset.yaml", "validation: {fraction: 0}\npreprocess: {rate: 8000, seconds: 0.0125, features: waveform}\n");
        const auto data = Dataset::open(m_folder);
        const auto pairing = pair(modelOf(shapeOf({100}), 2), data);
        Loader moved(data, Split::Train, pairing, {.batch = 64, .augmentation = {.timeShift = 0.1}});
        const auto batch = moved.next({});
        std::set<std::pair<bool, std::ptrdiff_t>> seen;
        for (std::size_t s = 0; s < 40; ++s) {
            const auto wave = batch->inputs.data<float>().subspan(s * 100, 100);
            const auto silent = std::count(wave.begin(), wave.end(), 0.f);
            QVERIFY(silent <= 10);
            seen.insert({wave[0] == 0, silent});
        }
        QVERIFY(seen.size() > 8);
        Loader noisy(data, Split::Train, pairing, {.batch = 64, .augmentation = {.noise = 0.2}});
        const auto first = noisy.next({});
        noisy.restart(0);
        QVERIFY(noisy.next({})->inputs == first->inputs); // the same epoch again
        noisy.restart(1);
        QVERIFY(!(noisy.next({})->inputs == first->inputs));
        double squares = 0;
        for (const float value : first->inputs.data<float>())
            squares += (value - 0.5) * (value - 0.5);
        const double deviation = std::sqrt(squares / 4000); // up to 0.2 of 0.5, evenly: 0.1 / sqrt(3)
        QVERIFY2(deviation > 0.04 && deviation < 0.075, std::to_string(deviation).c_str());
    }
};

QTEST_APPLESS_MAIN(TestSoundData)
#include "test_sound_data.moc"
