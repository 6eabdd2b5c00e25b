// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hash.h"
#include "data/road_signs.h"
#include "data_making.h"

#include <QTest>

#include <set>

using namespace hone;
namespace fs = std::filesystem;

namespace
{

RoadSignOptions fewSigns(SampleCondition condition, std::uint64_t seed = 1)
{
    return {.condition = condition, .seed = seed, .train = 48, .validation = 12, .test = 24};
}

std::string hashOfFolder(const fs::path& folder)
{
    std::set<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
            files.insert(entry.path());
    Sha256 hash;
    for (const auto& file : files) {
        hash.add(fs::relative(file, folder).string());
        hash.add(readFile(file));
    }
    return hash.finish();
}

struct Light
{
    double brightness = 0, blueOverRed = 0;
};

Light lightOf(const Dataset& data)
{
    Light light;
    double red = 0, blue = 0, count = 0;
    for (std::size_t i = 0; i < data.size(Split::Train); ++i) {
        const auto picture = *data.picture(Split::Train, i);
        for (std::size_t p = 0; p + 6 <= picture.pixels.size(); p += 3, ++count) {
            red += picture.pixels[p];
            blue += picture.pixels[p + 2];
            light.brightness += picture.pixels[p + 1];
        }
    }
    light.brightness /= count;
    light.blueOverRed = blue / red;
    return light;
}

} // namespace

class TestRoadSigns : public QObject
{
    Q_OBJECT

    std::optional<TemporaryFolder> m_temporary;

    fs::path drawn(const std::string& name, const RoadSignOptions& options)
    {
        const auto folder = m_temporary->path() / name;
        drawRoadSigns(folder, options, {});
        return folder;
    }

private slots:
    void init() { m_temporary.emplace(); }
    void cleanup() { m_temporary.reset(); }

    void theSampleIsADataSetOfTwelveEvenClasses()
    {
        const auto data = Dataset::open(drawn("signs", fewSigns(SampleCondition::NewCamera)));
        QCOMPARE(data.name(), "Road signs");
        QCOMPARE(data.classes().size(), 12u);
        QCOMPARE(data.size(Split::Train), 48u);
        QCOMPARE(data.size(Split::Validation), 12u);
        QCOMPARE(data.size(Split::Test), 24u);
        std::vector<int> perClass(12);
        for (std::size_t i = 0; i < data.size(Split::Train); ++i) {
            ++perClass[std::size_t(data.label(Split::Train, i))];
            const auto picture = data.picture(Split::Train, i);
            QVERIFY(picture && picture->width == 32 && picture->height == 32 && picture->channels == 3);
        }
        QCOMPARE(perClass, std::vector<int>(12, 4));
    }

    void theSameOptionsGiveTheSameBytes()
    {
        const auto options = fewSigns(SampleCondition::NewCamera);
        QCOMPARE(hashOfFolder(drawn("one", options)), hashOfFolder(drawn("two", options)));
    }

    void seedsConditionsAndSplitsDrawOtherPictures()
    {
        std::set<std::string> hashes;
        std::size_t pictures = 0;
        for (const auto condition : {SampleCondition::Clean, SampleCondition::NewCamera})
            for (const std::uint64_t seed : {1, 2}) {
                const auto folder = drawn(std::to_string(pictures), fewSigns(condition, seed));
                for (const auto& entry : fs::recursive_directory_iterator(folder))
                    if (entry.path().extension() == ".png") {
                        hashes.insert(sha256(readFile(entry.path())));
                        ++pictures;
                    }
            }
        QCOMPARE(hashes.size(), pictures);
    }

    void theNewCameraIsDarkerAndBluer()
    {
        const auto clean = lightOf(Dataset::open(drawn("clean", fewSigns(SampleCondition::Clean))));
        const auto camera = lightOf(Dataset::open(drawn("camera", fewSigns(SampleCondition::NewCamera))));
        QVERIFY(camera.brightness < clean.brightness);
        QVERIFY(camera.blueOverRed > 1.1 * clean.blueOverRed);
    }

    void aFolderThatIsThereIsLeftAlone()
    {
        const auto folder = m_temporary->path() / "mine";
        writeBytes(folder / "file", "x");
        try {
            drawRoadSigns(folder, fewSigns(SampleCondition::Clean), {});
            QFAIL("nothing was thrown");
        } catch (const Error& error) {
            QVERIFY(error.code() == MessageCode::OutputExists);
        }
        QVERIFY(fs::exists(folder / "file"));
    }

    void aStopLeavesNothingBehind()
    {
        std::stop_source stop;
        const JobContext job(stop.get_token(), [&](const Progress& progress) {
            QVERIFY(progress.activity == Activity::DrawingSample);
            stop.request_stop();
        });
        QVERIFY_THROWS_EXCEPTION(Cancelled, drawRoadSigns(m_temporary->path() / "signs", {.train = 600}, job));
        QVERIFY(fs::is_empty(m_temporary->path()));
    }
};

QTEST_APPLESS_MAIN(TestRoadSigns)
#include "test_road_signs.moc"
