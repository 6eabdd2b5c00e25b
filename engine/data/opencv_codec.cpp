// SPDX-License-Identifier: GPL-3.0-or-later
// The only file that includes OpenCV.
#include "data/jpeg_decoder.h"
#include "data/picture_codec.h"

#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <climits>
#include <mutex>
#include <utility>

namespace
{

void prepareOpenCv()
{
    static std::once_flag once;
    std::call_once(once, [] {
        cv::setNumThreads(1); // the loader has threads of its own
        cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    });
}

void swapRedAndBlue(const std::uint8_t* source, std::size_t pixels, std::uint8_t* target)
{
    for (std::size_t i = 0; i < pixels; ++i, source += 3, target += 3) {
        target[0] = source[2];
        target[1] = source[1];
        target[2] = source[0];
    }
}

} // namespace

extern "C" __attribute__((visibility("default"))) bool hone_decode_picture(const unsigned char* bytes, std::size_t count,
                                                                           hone::Picture& picture)
try {
    prepareOpenCv();
    if (count > INT_MAX)
        return false;
    if (auto jpeg = hone::decodeJpeg({bytes, count})) {
        picture = std::move(*jpeg);
        return true;
    }
    const cv::Mat encoded(1, int(count), CV_8UC1, const_cast<unsigned char*>(bytes));
    const cv::Mat decoded = cv::imdecode(encoded, cv::IMREAD_ANYCOLOR);
    if (decoded.empty() || decoded.depth() != CV_8U || (decoded.channels() != 1 && decoded.channels() != 3))
        return false;
    picture = {decoded.cols, decoded.rows, decoded.channels(), {}};
    const std::size_t rowBytes = std::size_t(decoded.cols) * decoded.channels();
    picture.pixels.resize(rowBytes * decoded.rows);
    for (int y = 0; y < decoded.rows; ++y) {
        if (picture.channels == 3)
            swapRedAndBlue(decoded.ptr(y), std::size_t(decoded.cols), picture.pixels.data() + y * rowBytes);
        else
            std::copy_n(decoded.ptr(y), rowBytes, picture.pixels.data() + y * rowBytes);
    }
    return true;
} catch (...) { // bytes from outside: whatever OpenCV makes of them, this picture is unreadable
    return false;
}

extern "C" __attribute__((visibility("default"))) bool hone_encode_png(const hone::Picture& picture, std::string& bytes)
try {
    prepareOpenCv();
    cv::Mat pixels(picture.height, picture.width, picture.channels == 3 ? CV_8UC3 : CV_8UC1);
    if (picture.channels == 3)
        swapRedAndBlue(picture.pixels.data(), picture.pixels.size() / 3, pixels.data);
    else
        std::copy(picture.pixels.begin(), picture.pixels.end(), pixels.data);
    std::vector<unsigned char> encoded;
    if (!cv::imencode(".png", pixels, encoded))
        return false;
    bytes.assign(encoded.begin(), encoded.end());
    return true;
} catch (const cv::Exception&) {
    return false;
}
