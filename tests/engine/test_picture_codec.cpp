// SPDX-License-Identifier: GPL-3.0-or-later
// The files below were written with Pillow 9.4: 16x8, the left half (200, 30, 40), the right one (20, 60, 220).
#include "data/picture_codec.h"

#include <QTest>

using namespace hone;

namespace
{

const QByteArray jpegTables =
    "/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/9sAQwEDBAQFBAUJBQUJFA0L"
    "DRQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU/8AAEQgACAAQAwERAAIRAQMRAf/EAB8AAAEFAQEBAQEBAAAA"
    "AAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkq"
    "NDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV"
    "1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/EAB8BAAMBAQEBAQEBAQEAAAAAAAABAgMEBQYHCAkKC//EALURAAIBAgQEAwQHBQQEAAECdwABAgMRBAUh"
    "MQYSQVEHYXETIjKBCBRCkaGxwQkjM1LwFWJy0QoWJDThJfEXGBkaJicoKSo1Njc4OTpDREVGR0hJSlNUVVZXWFlaY2RlZmdoaWpzdHV2d3h5eoKDhIWG"
    "h4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uLj5OXm5+jp6vLz9PX29/j5+v/aAAwDAQACEQMRAD8A8Er8/P7g"
    "OVr/AEoP8xz/2Q==";
const QByteArray jpegStart = "/9j/4AAQSkZJRgABAQAAAQABAAA=";
const QByteArray exifOrientation6 = "/+EAIkV4aWYAAE1NACoAAAAIAAEBEgADAAAAAQAGAAAAAAAA";
const QByteArray grayPng = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAICAAAAADVHSBLAAAAFUlEQVR4nGM8wQABPlCaiQEN0EcAAJP0ASRc6ddgAAAAAElFTkSuQmCC";
const QByteArray palettePng = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAIAgMAAACNGJcEAAAADFBMVEXIHigUPNwAAAAAAACMZgnvAAAAEElEQVR4nGNgYAgNZSBM"
                              "AABlGAVRY4tvGwAAAABJRU5ErkJggg==";
const QByteArray transparentPng = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAICAYAAADwdn+XAAAAHklEQVR4nGM8IafBgA/4yG3BK8+EV5YIMGrAYDAAAFQEAjydaDEr"
                                  "AAAAAElFTkSuQmCC";
const QByteArray deepPng = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAIEAAAAACFjfwIAAAAGElEQVR4nGM8cYIBBfj4oPKZGAiA4aEAADXqAjitdvq6AAAAAElF"
                           "TkSuQmCC";

std::string plain(const QByteArray& base64)
{
    return QByteArray::fromBase64(base64).toStdString();
}

std::string jpeg()
{
    return plain(jpegStart) + plain(jpegTables);
}

std::vector<int> pixelAt(const Picture& picture, int x, int y)
{
    const auto at = (std::size_t(y) * picture.width + x) * picture.channels;
    return {picture.pixels.begin() + std::ptrdiff_t(at), picture.pixels.begin() + std::ptrdiff_t(at) + picture.channels};
}

} // namespace

class TestPictureCodec : public QObject
{
    Q_OBJECT

private slots:
    void aJpegComesOutAsRgb()
    {
        const auto picture = decodePicture(jpeg());
        QVERIFY(picture);
        QCOMPARE(picture->width, 16);
        QCOMPARE(picture->height, 8);
        QCOMPARE(pixelAt(*picture, 2, 2), (std::vector<int>{200, 30, 39})); // Pillow's own figures
        QCOMPARE(pixelAt(*picture, 13, 2), (std::vector<int>{20, 60, 220}));
    }

    void aPictureIsTurnedAsItsExifSays()
    {
        const auto picture = decodePicture(plain(jpegStart) + plain(exifOrientation6) + plain(jpegTables));
        QVERIFY(picture);
        QCOMPARE(picture->width, 8); // 6: to be turned clockwise
        QCOMPARE(picture->height, 16);
        QCOMPARE(pixelAt(*picture, 2, 2), (std::vector<int>{200, 30, 39}));
        QCOMPARE(pixelAt(*picture, 2, 13), (std::vector<int>{20, 60, 220}));
    }

    // Whatever a byte becomes, the decoder comes back, and what it gives is whole.
    void aDamagedJpegIsReadOrRefused()
    {
        const auto whole = plain(jpegStart) + plain(jpegTables);
        QVERIFY(decodePicture(whole));
        int refused = 0;
        for (std::size_t i = 0; i < whole.size(); ++i)
            for (const int change : {0x00, 0x55, 0xFF}) {
                auto damaged = whole;
                damaged[i] = char(change == 0x55 ? damaged[i] ^ change : change);
                const auto picture = decodePicture(damaged);
                refused += !picture;
                if (picture)
                    QCOMPARE(picture->pixels.size(), std::size_t(picture->width) * picture->height * picture->channels);
            }
        QVERIFY(refused > 50);
    }

    void grayAndDeepPicturesKeepOneChannelOfEightBits()
    {
        for (const auto& file : {grayPng, deepPng}) {
            const auto picture = decodePicture(plain(file));
            QVERIFY(picture);
            QCOMPARE(picture->channels, 1);
            QCOMPARE(pixelAt(*picture, 0, 0), std::vector<int>{200});
            QCOMPARE(pixelAt(*picture, 15, 0), std::vector<int>{20});
        }
    }

    void palettesAreResolvedAndTransparencyIsDropped()
    {
        for (const auto& file : {palettePng, transparentPng}) {
            const auto picture = decodePicture(plain(file));
            QVERIFY(picture);
            QCOMPARE(pixelAt(*picture, 0, 0), (std::vector<int>{200, 30, 40}));
            QCOMPARE(pixelAt(*picture, 15, 7), (std::vector<int>{20, 60, 220}));
        }
    }

    void aPngIsReadBackAsItWasWritten()
    {
        for (const int channels : {1, 3}) {
            Picture picture{5, 3, channels, {}};
            for (int i = 0; i < 15 * channels; ++i)
                picture.pixels.push_back(std::uint8_t(i * 5));
            const auto again = decodePicture(encodePng(picture));
            QVERIFY(again);
            QCOMPARE(again->channels, channels);
            QCOMPARE(again->pixels, picture.pixels);
        }
    }

    void aJpegCutAnywhereIsUnreadable()
    {
        const auto whole = jpeg();
        for (std::size_t length = 0; length < whole.size(); length += 7)
            QVERIFY2(!decodePicture(whole.substr(0, length)), std::to_string(length).c_str());
        QVERIFY(!decodePicture(whole.substr(0, whole.size() - 1)));
    }

    void bytesAfterTheEndOfAJpegDoNoHarm() { QVERIFY(decodePicture(jpeg() + std::string(100, '\xFF'))); }

    void aCutPngAndOtherBytesAreUnreadable()
    {
        const auto png = plain(palettePng);
        QVERIFY(!decodePicture(png.substr(0, png.size() / 2)));
        QVERIFY(!decodePicture(""));
        QVERIFY(!decodePicture("not a picture"));
        QVERIFY(!decodePicture(std::string(1000, '\0')));
    }

    // A header that asks for 65,535 x 65,535 pixels must not take the memory or the program away.
    void aPictureThatClaimsToBeHugeIsUnreadable()
    {
        auto bytes = jpeg();
        const auto frame = bytes.find("\xFF\xC0");
        QVERIFY(frame != bytes.npos);
        for (std::size_t i = 5; i < 9; ++i)
            bytes[frame + i] = '\xFF';
        QVERIFY(!decodePicture(bytes));
    }
};

QTEST_APPLESS_MAIN(TestPictureCodec)
#include "test_picture_codec.moc"
