// SPDX-License-Identifier: GPL-3.0-or-later
// Oracles: pixels computed with Pillow 9.4 and torchvision 0.14 from the pattern below.
#include "core/error.h"
#include "core/hash.h"
#include "preprocess/preprocess.h"

#include <nlohmann/json.hpp>

#include <QTest>

using namespace hone;

namespace
{

Picture pattern(int width, int height, int channels)
{
    Picture picture{width, height, channels, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c)
                picture.pixels.push_back(std::uint8_t((x * 37 + y * 59 + c * 101 + (x * y) % 23 * 7) % 256));
    return picture;
}

std::string hashOf(const Picture& picture)
{
    return sha256(std::string_view(reinterpret_cast<const char*>(picture.pixels.data()), picture.pixels.size()));
}

std::vector<float> applied(const PicturePreprocess& preprocess, const Picture& picture)
{
    std::vector<float> out(preprocess.elementCount());
    apply(preprocess, picture, out);
    return out;
}

} // namespace

class TestPreprocess : public QObject
{
    Q_OBJECT

private slots:
    void aSmallPictureIsResizedAsPillowDoes()
    {
        using Pixels = std::vector<std::uint8_t>;
        QCOMPARE(resized(pattern(7, 5, 3), 3, 2).pixels,
                 (Pixels{95, 149, 107, 133, 143, 117, 129, 118, 124, 152, 104, 156, 124, 136, 129, 131, 118, 154}));
        QCOMPARE(resized(pattern(4, 3, 1), 6, 5).pixels, (Pixels{0,   19,  43,  68, 93,  111, 24,  44,  70, 97,  123, 143, 59,  81,  110,
                                                                 140, 169, 191, 94, 119, 151, 183, 138, 85, 118, 144, 178, 211, 118, 15}));
        QCOMPARE(resized(pattern(9, 9, 1), 4, 4).pixels,
                 (Pixels{84, 135, 128, 100, 153, 121, 128, 113, 117, 151, 140, 134, 147, 117, 111, 110}));
        QCOMPARE(resized(pattern(5, 8, 1), 5, 3).pixels, (Pixels{65, 110, 134, 119, 163, 158, 140, 116, 135, 156, 112, 170, 73, 151, 160}));
    }

    void largerPicturesAreResizedToPillowsVeryPixels()
    {
        QCOMPARE(hashOf(resized(pattern(64, 48, 3), 20, 30)), "12cdbcfb6525b7a270195af93b2f9f05e9b29aaf8761dbcef370c369890d6014");
        QCOMPARE(hashOf(resized(pattern(640, 480, 3), 224, 224)), "7309bef52b236ce0d5326ce9d7e676d1e29ee3260772a87d2433224e2e1c9087");
        QCOMPARE(hashOf(resized(pattern(20, 20, 3), 50, 33)), "32b94a1c12376dd8418999d75f2ae85d71f852a251422032810f6d697d1a400b");
    }

    void aPictureOfTheRightSizeStaysAsItIs()
    {
        const auto picture = pattern(8, 8, 3);
        QCOMPARE(resized(picture, 8, 8).pixels, picture.pixels);
    }

    void theMiddleIsCutOutAsTorchvisionDoes_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<QString>("hash");
        QTest::newRow("wide") << 40 << 30 << "97b48dbf47dbc0e1b7b94a0f67bd9835a7383be7a34124a0426247e72876de80";
        QTest::newRow("tall") << 31 << 45 << "00c9742d94da0bcdba4992f48c1e46979d2f6627e1d6034464fa27b1020ddd28";
        QTest::newRow("odd rest") << 30 << 41 << "5b40075104f05995b782b7b0141df2cee8878475c75026eb62f1b417f946f7ea";
    }
    void theMiddleIsCutOutAsTorchvisionDoes()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(QString, hash);
        PicturePreprocess preprocess;
        preprocess.width = preprocess.height = 16;
        preprocess.fit = Fit::CenterCrop;
        QCOMPARE(QString::fromStdString(hashOf(fitted(preprocess, pattern(width, height, 3)))), hash);
    }

    void grayIsPillowsLuma()
    {
        const auto gray = withChannels(pattern(33, 17, 3), 1);
        QCOMPARE(gray.channels, 1);
        QCOMPARE(hashOf(gray), "9bb5818a536af33a4d39d631c7357ec2e9b4a3a9035a1ac42c9176bfaccb2065");
    }

    void grayBecomesColourByRepetition()
    {
        const auto colour = withChannels(Picture{2, 1, 1, {7, 9}}, 3);
        QCOMPARE(colour.pixels, (std::vector<std::uint8_t>{7, 7, 7, 9, 9, 9}));
    }

    // Computed by hand: (x / 255 - mean) / std.
    void numbersFollowTheFormulaInEveryLayout()
    {
        const Picture picture{2, 1, 3, {0, 51, 102, 255, 204, 153}};
        PicturePreprocess preprocess;
        preprocess.width = 2;
        preprocess.height = 1;
        preprocess.mean = {0.5, 0.2, 0.4};
        preprocess.std = {0.5, 0.25, 0.1};
        QCOMPARE(applied(preprocess, picture), (std::vector<float>{-1, 1, 0, 2.4f, 0, 2}));
        preprocess.layout = Layout::Nhwc;
        QCOMPARE(applied(preprocess, picture), (std::vector<float>{-1, 0, 0, 1, 2.4f, 2}));
        // mean and std belong to the model's channels: blue comes first.
        preprocess.channels = ChannelOrder::Bgr;
        QCOMPARE(applied(preprocess, picture), (std::vector<float>{-0.2f, 0, -4, 0.2f, 2.4f, 6}));
    }

    void theRangeIsReachedAtBothEnds()
    {
        PicturePreprocess preprocess;
        preprocess.width = 2;
        preprocess.height = 1;
        preprocess.channels = ChannelOrder::Gray;
        preprocess.range = {0, 255};
        preprocess.mean = {127.5};
        preprocess.std = {127.5};
        QCOMPARE(applied(preprocess, Picture{2, 1, 1, {0, 255}}), (std::vector<float>{-1, 1}));
    }

    void aDescriptionSurvivesJson()
    {
        PicturePreprocess preprocess;
        preprocess.width = 64;
        preprocess.height = 48;
        preprocess.range = {-1, 1};
        preprocess.mean = {0.1, 0.2, 0.3};
        preprocess.std = {0.4, 0.5, 0.6};
        preprocess.channels = ChannelOrder::Bgr;
        preprocess.layout = Layout::Nhwc;
        preprocess.fit = Fit::CenterCrop;
        QVERIFY(preprocessFromJson(toJson(preprocess), "test") == Preprocess(preprocess));
    }

    void oneNumberStandsForEveryChannel()
    {
        const auto preprocess = preprocessFromJson(Json::parse(R"({"size": 96, "mean": 0.5, "std": [0.5]})"), "test").picture();
        QCOMPARE(preprocess.width, 96);
        QCOMPARE(preprocess.height, 96);
        QCOMPARE(preprocess.mean, (std::vector<double>{0.5, 0.5, 0.5}));
        QCOMPARE(preprocess.std, (std::vector<double>{0.5, 0.5, 0.5}));
    }

    void everyProblemIsNamedAtOnce()
    {
        const auto json = Json::parse(R"({"size": [0, 32], "range": [1, 1], "mean": [1, 2], "std": [1, 0, 1],
                                          "channels": "cmyk", "layout": 3, "crop": true})");
        try {
            preprocessFromJson(json, "here");
            QFAIL("nothing was thrown");
        } catch (const Error& error) {
            QVERIFY(error.code() == MessageCode::DataConfigInvalid);
            QCOMPARE(error.message().arguments.at("path"), "here");
            const auto detail = error.message().arguments.at("detail");
            for (const auto* key : {"size", "range", "mean", "std", "channels", "layout", "crop"})
                QVERIFY2(detail.find(key) != detail.npos, key);
        }
    }
};

QTEST_APPLESS_MAIN(TestPreprocess)
#include "test_preprocess.moc"
