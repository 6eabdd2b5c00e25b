// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/loader.h"
#include "data_making.h"

#include <QTest>

#include <algorithm>
#include <numeric>
#include <set>
#include <thread>

using namespace hone;
namespace fs = std::filesystem;

namespace
{

Pairing pairingFor(const Dataset& data, int side)
{
    Pairing pairing;
    pairing.preprocess.picture().width = pairing.preprocess.picture().height = side;
    pairing.preprocess.picture().range = {0, 255}; // numbers are pixels
    pairing.outputs = int(data.classes().size());
    for (int i = 0; i < pairing.outputs; ++i)
        pairing.outputOfClass.push_back(pairing.outputs - 1 - i);
    return pairing;
}

struct Epoch
{
    std::vector<std::size_t> sizes, indices;
    std::vector<std::int64_t> labels;
    std::vector<float> inputs;

    bool operator==(const Epoch&) const = default;
};

Epoch allOf(Loader& loader, const JobContext& job = {})
{
    Epoch epoch;
    while (const auto batch = loader.next(job)) {
        epoch.sizes.push_back(batch->indices.size());
        epoch.indices.insert(epoch.indices.end(), batch->indices.begin(), batch->indices.end());
        epoch.labels.insert(epoch.labels.end(), batch->labels.begin(), batch->labels.end());
        const auto inputs = batch->inputs.data<float>();
        epoch.inputs.insert(epoch.inputs.end(), inputs.begin(), inputs.end());
    }
    return epoch;
}

} // namespace

class TestLoader : public QObject
{
    Q_OBJECT

    std::optional<TemporaryFolder> m_temporary;
    fs::path m_folder;

    // Two classes, `each` training pictures of one value each: 0, 1, 2, ...
    Dataset plainData(int each, int side = 4)
    {
        m_folder = m_temporary->path();
        int value = 0;
        for (const auto* name : {"a", "b"})
            for (int i = 0; i < each; ++i, ++value)
                writeFlatPicture(m_folder / "train" / name / (std::to_string(1000 + i) + ".png"), value % 250, side);
        writeBytes(m_folder / "dataset.yaml", "validation: {fraction: 0}\n");
        return Dataset::open(m_folder);
    }

private slots:
    void init() { m_temporary.emplace(); }
    void cleanup() { m_temporary.reset(); }

    void batchesComeInListingOrderWithTheModelsLabels()
    {
        const auto data = plainData(5);
        Loader loader(data, Split::Train, pairingFor(data, 4), {.batch = 4});
        QCOMPARE(loader.samples(), 10u);
        QCOMPARE(loader.batches(), 3u);
        const auto first = loader.next({});
        QVERIFY(first);
        QCOMPARE(first->inputs.shape(), (Dimensions{4, 3, 4, 4}));
        QCOMPARE(first->inputs.data<float>()[2 * 48 + 16], 3.f); // the third picture's green plane
        const auto rest = allOf(loader);
        QCOMPARE(rest.sizes, (std::vector<std::size_t>{4, 2}));
        QCOMPARE(rest.labels, (std::vector<std::int64_t>{1, 0, 0, 0, 0, 0}));
        QVERIFY(!loader.next({}));
        QVERIFY(!loader.notice());
    }

    void channelsComeLastForSuchAModel()
    {
        const auto data = plainData(2);
        auto pairing = pairingFor(data, 4);
        pairing.preprocess.picture().layout = Layout::Nhwc;
        Loader loader(data, Split::Train, pairing, {});
        const auto batch = loader.next({});
        QCOMPARE(batch->inputs.shape(), (Dimensions{4, 4, 4, 3}));
        QCOMPARE(batch->inputs.data<float>()[1], 1.f);
    }

    void theNumberOfThreadsChangesNothing()
    {
        const auto data = plainData(40, 8);
        LoaderOptions options{.batch = 7, .order = Order::Shuffled, .seed = 5, .epoch = 2, .threads = 1, .augmentation = {true, 2}};
        Loader single(data, Split::Train, pairingFor(data, 8), options);
        const auto expected = allOf(single);
        QCOMPARE(expected.indices.size(), 80u);
        for (const int threads : {2, 5}) {
            options.threads = threads;
            Loader loader(data, Split::Train, pairingFor(data, 8), options);
            QVERIFY(allOf(loader) == expected);
        }
    }

    void anEpochIsTheSameDecodedOrFromMemory()
    {
        const auto data = plainData(20);
        const LoaderOptions options{.batch = 8, .order = Order::Shuffled, .seed = 1, .augmentation = {true, 1}};
        Loader loader(data, Split::Train, pairingFor(data, 4), options);
        const auto zero = allOf(loader);
        loader.restart(1);
        const auto one = allOf(loader);
        loader.restart(0);
        QVERIFY(allOf(loader) == zero);
        QVERIFY(one != zero);
        LoaderOptions later = options;
        later.epoch = 1;
        Loader fresh(data, Split::Train, pairingFor(data, 4), later);
        QVERIFY(allOf(fresh) == one);
    }

    void laterEpochsDecodeNothing()
    {
        const auto data = plainData(10);
        Loader loader(data, Split::Train, pairingFor(data, 4), {.batch = 8});
        const auto before = allOf(loader);
        fs::remove_all(m_folder / "train");
        loader.restart(1);
        QVERIFY(allOf(loader) == before);
    }

    void shufflingGivesEverySampleOnce()
    {
        const auto data = plainData(30);
        Loader loader(data, Split::Train, pairingFor(data, 4), {.batch = 16, .order = Order::Shuffled, .seed = 3});
        auto indices = allOf(loader).indices;
        QVERIFY(!std::is_sorted(indices.begin(), indices.end()));
        std::sort(indices.begin(), indices.end());
        std::vector<std::size_t> all(60);
        std::iota(all.begin(), all.end(), 0u);
        QCOMPARE(indices, all);
    }

    void aLimitIsSpreadEvenly()
    {
        const auto data = plainData(10);
        Loader loader(data, Split::Train, pairingFor(data, 4), {.limit = 4});
        QCOMPARE(allOf(loader).indices, (std::vector<std::size_t>{0, 5, 10, 15}));
    }

    void aLastBatchThatIsNotFullCanBeLeftOut()
    {
        const auto data = plainData(5);
        Loader loader(data, Split::Train, pairingFor(data, 4), {.batch = 4, .dropLast = true});
        QCOMPARE(loader.batches(), 2u);
        QCOMPARE(loader.samples(), 8u);
        QCOMPARE(allOf(loader).sizes, (std::vector<std::size_t>{4, 4}));
    }

    // Each row of the picture counts its columns, so that a move and a flip can be read off.
    void augmentationMovesAndFlipsWithinItsReach()
    {
        constexpr int side = 8, reach = 2;
        Picture ramp{side, side, 1, {}};
        for (int i = 0; i < side * side; ++i)
            ramp.pixels.push_back(std::uint8_t(1 + i));
        for (int i = 0; i < 60; ++i)
            writeBytes(m_temporary->path() / "train" / (i % 2 ? "a" : "b") / (std::to_string(i) + ".png"), encodePng(ramp));
        const auto data = Dataset::open(m_temporary->path());
        auto pairing = pairingFor(data, side);
        pairing.preprocess.picture().channels = ChannelOrder::Gray;
        Loader loader(data, Split::Train, pairing, {.augmentation = {true, reach}});
        const auto epoch = allOf(loader);
        std::set<std::tuple<bool, int, int>> seen;
        for (std::size_t s = 0; s < epoch.indices.size(); ++s) {
            const float* image = epoch.inputs.data() + s * side * side;
            bool found = false;
            for (int candidate = 0; candidate < 2 * 25 && !found; ++candidate) {
                const bool flip = candidate % 2;
                const int right = candidate / 2 % 5 - reach, down = candidate / 10 - reach;
                found = true;
                for (int y = 0; y < side; ++y)
                    for (int x = 0; x < side; ++x) {
                        const int fromX = flip ? side - 1 - (x - right) : x - right, fromY = y - down;
                        const bool inside = fromX >= 0 && fromX < side && fromY >= 0 && fromY < side;
                        found = found && image[y * side + x] == (inside ? float(1 + fromY * side + fromX) : 0.f);
                    }
                if (found)
                    seen.insert({flip, right, down});
            }
            QVERIFY2(found, "a picture is neither moved nor flipped as allowed");
        }
        QVERIFY(seen.size() > 20);
    }

    void unreadablePicturesAreSkippedAndNamed()
    {
        plainData(10);
        writeBytes(m_folder / "train" / "a" / "1003.png", "broken");
        writeBytes(m_folder / "train" / "b" / "1000.png", "");
        const auto data = Dataset::open(m_folder);
        Loader loader(data, Split::Train, pairingFor(data, 4), {.batch = 4});
        QCOMPARE(loader.samples(), 20u);
        for (int epoch = 0; epoch < 2; ++epoch) {
            loader.restart(epoch);
            const auto got = allOf(loader);
            QCOMPARE(got.sizes, (std::vector<std::size_t>{3, 4, 3, 4, 4}));
            QCOMPARE(got.inputs[3 * 48], 4.f); // the place of the missing one is taken by the next
            QCOMPARE(loader.samples(), 18u);
            QCOMPARE(loader.unreadable(), (std::vector<std::string>{"train/a/1003.png", "train/b/1000.png"}));
        }
        const auto notice = loader.notice();
        QVERIFY(notice && notice->code == MessageCode::PicturesSkipped);
        QCOMPARE(notice->arguments.at("count"), "2");
        QCOMPARE(notice->arguments.at("total"), "20");
        QCOMPARE(notice->arguments.at("files"), "train/a/1003.png, train/b/1000.png");
    }

    void moreUnreadablePicturesThanTheRuleAllowsAreRefused()
    {
        plainData(10);
        for (int i = 0; i < 5; ++i)
            writeBytes(m_folder / "train" / "a" / (std::to_string(1000 + i) + ".png"), "broken");
        {
            const auto data = Dataset::open(m_folder);
            Loader loader(data, Split::Train, pairingFor(data, 4), {.batch = 4}); // five are allowed, and a batch may vanish
            QCOMPARE(allOf(loader).indices.size(), 15u);
        }
        writeBytes(m_folder / "train" / "b" / "1009.png", "broken");
        const auto data = Dataset::open(m_folder);
        Loader loader(data, Split::Train, pairingFor(data, 4), {.batch = 4});
        try {
            allOf(loader);
            QFAIL("nothing was thrown");
        } catch (const Error& error) {
            QVERIFY(error.code() == MessageCode::PicturesUnreadable);
            QCOMPARE(error.message().arguments.at("count"), "6");
            QVERIFY(error.message().arguments.at("files").ends_with(", ..."));
        }
    }

    void aSmallSplitWithoutAReadablePictureIsRefused()
    {
        plainData(2);
        for (const auto* file : {"a/1000.png", "a/1001.png", "b/1000.png", "b/1001.png"})
            writeBytes(m_folder / "train" / file, "broken");
        const auto data = Dataset::open(m_folder);
        Loader loader(data, Split::Train, pairingFor(data, 4), {.batch = 4}); // so few are allowed, were there others
        try {
            allOf(loader);
            QFAIL("nothing was thrown");
        } catch (const Error& error) {
            QVERIFY(error.code() == MessageCode::PicturesUnreadable);
            QCOMPARE(error.message().arguments.at("count"), "4");
            QVERIFY(error.message().arguments.at("files").find("train/b/1001.png") != std::string::npos);
        }
    }

    void aClassWithoutAnOutputIsLabelledMinusOne()
    {
        const auto data = plainData(1);
        auto pairing = pairingFor(data, 4);
        pairing.outputOfClass[1] = std::nullopt;
        Loader loader(data, Split::Train, pairing, {});
        QCOMPARE(loader.next({})->labels, (std::vector<std::int64_t>{1, -1}));
    }

    void anEpochCanBeLeftInTheMiddle()
    {
        const auto data = plainData(50);
        Loader loader(data, Split::Train, pairingFor(data, 4), {.batch = 3, .order = Order::Shuffled, .threads = 3});
        for (int epoch = 0; epoch < 20; ++epoch) {
            loader.restart(epoch);
            QVERIFY(loader.next({}));
        }
        loader.restart(0);
        QCOMPARE(allOf(loader).indices.size(), 100u);
    }

    void aStopEndsTheWaitAndTheLoaderGoesQuietly()
    {
        const auto data = plainData(100);
        for (int round = 0; round < 20; ++round) {
            std::stop_source stop;
            const JobContext job(stop.get_token());
            Loader loader(data, Split::Train, pairingFor(data, 64), {.batch = 10, .threads = 3});
            std::jthread stopper([&] { stop.request_stop(); });
            bool cancelled = false;
            try {
                allOf(loader, job);
            } catch (const Cancelled&) {
                cancelled = true;
            }
            QVERIFY(cancelled || stop.stop_requested());
        }
        std::stop_source stop;
        stop.request_stop();
        Loader loader(data, Split::Train, pairingFor(data, 4), {});
        QVERIFY_THROWS_EXCEPTION(Cancelled, loader.next(JobContext(stop.get_token())));
        QCOMPARE(allOf(loader).indices.size(), 200u); // and it can be read on
    }
};

QTEST_APPLESS_MAIN(TestLoader)
#include "test_loader.moc"
