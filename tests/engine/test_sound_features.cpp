// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/error.h"
#include "preprocess/preprocess.h"
#include "preprocess/resample.h"
#include "preprocess/sound_features.h"
#include "sound_making.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

using namespace hone;

namespace
{

constexpr double pi = std::numbers::pi;
using Rows = std::vector<std::vector<double>>;

// Two tones, the first for half a second, and noise of a linear congruential generator: whole numbers, so that any language makes the
// same ones.
std::vector<int> tonesAndNoise()
{
    std::vector<int> samples;
    std::uint32_t state = 0;
    for (int i = 0; i < 16000; ++i) {
        state = (state * 1103515245u + 12345u) & 0x7FFFFFFFu;
        const double noise = int(state >> 16) % 1001 - 500;
        const double first = i < 8000 ? 8000 * std::sin(2 * pi * 440 * i / 16000) : 0;
        samples.push_back(int(std::nearbyint(first + 3000 * std::sin(2 * pi * 2000 * i / 16000) + noise)));
    }
    return samples;
}

std::vector<float> waveOf(const std::vector<int>& samples)
{
    std::vector<float> wave;
    for (const int sample : samples)
        wave.push_back(float(sample) / 32768);
    return wave;
}

// |X[k]|^2 by the definition of the discrete Fourier transform.
std::vector<double> powerOf(const std::vector<double>& frame, std::size_t bins)
{
    std::vector<double> power;
    for (std::size_t k = 0; k < bins; ++k) {
        std::complex<double> sum = 0;
        for (std::size_t n = 0; n < frame.size(); ++n)
            sum += frame[n] * std::polar(1.0, -2 * pi * double(k * n % frame.size()) / double(frame.size()));
        power.push_back(std::norm(sum));
    }
    return power;
}

struct Filters
{
    int bands;
    double low, high, rate;
    std::size_t fft;
    bool straightInMel;
};

// The k-th bin's weight in band b, written as the two definitions put it.
double weightOf(const Filters& f, int b, std::size_t k)
{
    const auto mel = [](double hertz) { return 2595 * std::log10(1 + hertz / 700); };
    const auto hertz = [](double m) { return 700 * (std::pow(10, m / 2595) - 1); };
    const double step = (mel(f.high) - mel(f.low)) / (f.bands + 1);
    double corner[3], at = double(k) * f.rate / double(f.fft);
    for (int i = 0; i < 3; ++i) {
        corner[i] = mel(f.low) + (b + i) * step;
        if (!f.straightInMel)
            corner[i] = hertz(corner[i]);
    }
    if (f.straightInMel)
        at = k == 0 ? -1 : mel(at);
    if (at <= corner[0] || at >= corner[2])
        return 0;
    return at < corner[1] ? (at - corner[0]) / (corner[1] - corner[0]) : (corner[2] - at) / (corner[2] - corner[1]);
}

// torch.stft's frames (center, reflect) under a periodic Hann window that stands in the middle of the fft.
Rows torchPower(const std::vector<float>& wave, std::size_t window, std::size_t stride, std::size_t fft)
{
    Rows rows;
    const auto last = std::ptrdiff_t(wave.size()) - 1;
    for (std::size_t f = 0; f <= wave.size() / stride; ++f) {
        std::vector<double> frame(fft);
        for (std::size_t n = 0; n < window; ++n) {
            const auto place = n + (fft - window) / 2;
            auto i = std::ptrdiff_t(f * stride + place) - std::ptrdiff_t(fft / 2);
            i = i < 0 ? -i : i > last ? 2 * last - i : i;
            frame[place] = double(wave[std::size_t(i)]) * (0.5 - 0.5 * std::cos(2 * pi * double(n) / double(window)));
        }
        rows.push_back(powerOf(frame, fft / 2 + 1));
    }
    return rows;
}

Rows bandsOf(const Rows& power, const Filters& filters)
{
    Rows rows;
    for (const auto& spectrum : power) {
        rows.emplace_back();
        for (int b = 0; b < filters.bands; ++b) {
            double sum = 0;
            for (std::size_t k = 0; k < spectrum.size(); ++k)
                sum += weightOf(filters, b, k) * spectrum[k];
            rows.back().push_back(sum);
        }
    }
    return rows;
}

double largestDifference(const std::vector<float>& values, const Rows& expected)
{
    double largest = 0;
    std::size_t i = 0;
    for (const auto& row : expected)
        for (const double value : row)
            largest = std::max(largest, std::abs(value - double(values.at(i++))));
    return i == values.size() ? largest : 1e9;
}

// A fifth of a second at 8 kHz, so that a transform by definition is quick.
std::vector<float> shortWave()
{
    auto wave = waveOf(tonesAndNoise());
    wave.resize(1600);
    return wave;
}

SoundPreprocess torchaudio(SoundFeatures features)
{
    return {.rate = 8000,
            .seconds = 0.2,
            .features = features,
            .recipe = SoundRecipe::Torchaudio,
            .windowMs = 25,
            .strideMs = 10,
            .fft = 256,
            .bands = 23,
            .coefficients = features == SoundFeatures::Mfcc ? 13 : 0};
}

const Filters torchFilters = {23, 0, 4000, 8000, 256, false};

} // namespace

class TestSoundFeatures : public QObject
{
    Q_OBJECT

private slots:
    // torchaudio.transforms.MelSpectrogram(8000, n_fft=256, win_length=200, hop_length=80, n_mels=23), then log(x + 1e-6)
    void logMelBandsAreTorchaudios()
    {
        const auto wave = shortWave();
        auto expected = bandsOf(torchPower(wave, 200, 80, 256), torchFilters);
        for (auto& row : expected)
            for (auto& value : row)
                value = std::log(value + 1e-6);
        const auto values = SoundFeatureExtractor(torchaudio(SoundFeatures::LogMel))(wave);
        QCOMPARE(values.size(), 21u * 23u);
        QVERIFY2(largestDifference(values, expected) < 1e-3, std::to_string(largestDifference(values, expected)).c_str());
    }

    // torchaudio.transforms.MFCC(8000, 13, melkwargs as above): decibels with top_db 80, then the orthonormal DCT-II
    void mfccAreTorchaudios()
    {
        const auto wave = shortWave();
        auto bands = bandsOf(torchPower(wave, 200, 80, 256), torchFilters);
        double loudest = -1e9;
        for (auto& row : bands)
            for (auto& value : row) {
                value = 10 * std::log10(std::max(value, 1e-10));
                loudest = std::max(loudest, value);
            }
        Rows expected;
        for (const auto& row : bands) {
            expected.emplace_back();
            for (int i = 0; i < 13; ++i) {
                double sum = 0;
                for (int b = 0; b < 23; ++b)
                    sum += std::max(row[std::size_t(b)], loudest - 80) * std::cos(pi * (b + 0.5) * i / 23);
                expected.back().push_back(sum * std::sqrt((i == 0 ? 1.0 : 2.0) / 23));
            }
        }
        auto preprocess = torchaudio(SoundFeatures::Mfcc);
        preprocess.log = LogScale::Decibel;
        const auto values = SoundFeatureExtractor(preprocess)(wave);
        QVERIFY2(largestDifference(values, expected) < 1e-2, std::to_string(largestDifference(values, expected)).c_str());
    }

    // tf.signal.stft(frame_length=240, frame_step=160), linear_to_mel_weight_matrix(40 bands from 20 to 4000 Hz),
    // mfccs_from_log_mel_spectrograms(log(x + 1e-6))[..., :10]
    void mfccAreTensorflows()
    {
        const auto wave = shortWave();
        const SoundPreprocess preprocess{.rate = 8000, .seconds = 0.2, .features = SoundFeatures::Mfcc};
        const Filters filters = {40, 20, 4000, 8000, 256, true};
        Rows expected;
        for (std::size_t f = 0; f * 160 + 240 <= wave.size(); ++f) {
            std::vector<double> frame(256);
            for (std::size_t n = 0; n < 240; ++n)
                frame[n] = double(wave[f * 160 + n]) * (0.5 - 0.5 * std::cos(2 * pi * double(n) / 240));
            auto magnitude = powerOf(frame, 129);
            for (auto& value : magnitude)
                value = std::sqrt(value);
            const auto bands = bandsOf({magnitude}, filters).front();
            expected.emplace_back();
            for (int i = 0; i < 10; ++i) {
                double sum = 0;
                for (int b = 0; b < 40; ++b)
                    sum += std::log(bands[std::size_t(b)] + 1e-6) * std::cos(pi * (b + 0.5) * i / 40);
                expected.back().push_back(sum * std::sqrt(2.0 / 40));
            }
        }
        QCOMPARE(framesOf(preprocess), 9u);
        const auto values = SoundFeatureExtractor(preprocess)(wave);
        QVERIFY2(largestDifference(values, expected) < 2e-3, std::to_string(largestDifference(values, expected)).c_str());
    }

    // What the C sources of TensorFlow Lite for Microcontrollers' microfrontend (git, 2025) gave for tonesAndNoise() at 16 kHz, compiled
    // with KISS FFT in 16-bit fixed point and set up as in its speech example: the frames at 0 and at 0.6 s. Integers run out where a
    // band is quiet, so those below 200 are not held against it.
    void logMelBandsAreTfliteMicros()
    {
        const std::vector<int> first = {565, 563, 615, 581, 663, 607, 660, 583, 621, 572, 594, 579, 629, 587, 624, 580, 623, 585, 617, 596,
                                        663, 603, 618, 582, 631, 581, 636, 587, 630, 580, 633, 587, 638, 585, 641, 587, 637, 590, 640, 587};
        const std::vector<int> later = {314, 0,   266, 0,   0,   0,   0,   0, 297, 274, 222, 0,   287, 133, 339, 0, 413, 0, 339, 0,
                                        359, 133, 177, 203, 353, 292, 280, 0, 203, 0,   359, 222, 401, 203, 403, 0, 236, 0, 361, 203};
        const auto values = SoundFeatureExtractor(SoundPreprocess{})(waveOf(tonesAndNoise()));
        QCOMPARE(values.size(), 49u * 40u);
        double sum = 0;
        int loud = 0;
        for (std::size_t b = 0; b < 40; ++b) {
            QVERIFY2(std::abs(values[b] - float(first[b])) < 10, std::to_string(values[b]).c_str());
            if (later[b] < 200)
                continue;
            QVERIFY2(std::abs(values[30 * 40 + b] - float(later[b])) < 12, std::to_string(values[30 * 40 + b]).c_str());
            sum += std::abs(values[30 * 40 + b] - float(later[b]));
            ++loud;
        }
        QCOMPARE(loud, 23);
        QVERIFY2(sum / loud < 4, std::to_string(sum / loud).c_str());
    }

    // y[j] = sum over i of x[i] h(i - j from / to), summed over the whole wave.
    void aWaveIsResampledByItsDefinition_data()
    {
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        QTest::newRow("down by a third") << 24000 << 16000;
        QTest::newRow("up to twice") << 8000 << 16000;
        QTest::newRow("44.1 kHz to 16 kHz") << 44100 << 16000;
        QTest::newRow("down to a sixth") << 48000 << 8000;
    }
    void aWaveIsResampledByItsDefinition()
    {
        QFETCH(int, from);
        QFETCH(int, to);
        std::vector<float> wave = waveOf(tonesAndNoise());
        wave.resize(400);
        const auto result = resampled(wave, from, to);
        QCOMPARE(result.size(), std::size_t(std::ceil(400.0 * to / from)));
        const double cutoff = 0.99 * std::min(1.0, double(to) / from);
        for (std::size_t j = 0; j < result.size(); ++j) {
            double sum = 0;
            for (std::size_t i = 0; i < wave.size(); ++i) {
                const double t = std::clamp(cutoff * (double(i) - double(j) * from / to), -6.0, 6.0);
                const double window = std::pow(std::cos(pi * t / 12), 2);
                sum += wave[i] * cutoff * window * (t == 0 ? 1 : std::sin(pi * t) / (pi * t));
            }
            QVERIFY(std::abs(sum - double(result[j])) < 1e-6);
        }
    }

    void aToneSurvivesResamplingAndOneBeyondTheNewRateDoesNot()
    {
        const auto low = resampled(toneOf(1000, 44100, 44100), 44100, 16000);
        const auto expected = toneOf(1000, 16000, 16000);
        for (std::size_t i = 100; i < 15900; ++i)
            QVERIFY(std::abs(low[i] - expected[i]) < 0.003);
        const auto high = resampled(toneOf(12000, 44100, 44100), 44100, 16000);
        for (std::size_t i = 100; i < 15900; ++i)
            QVERIFY(std::abs(high[i]) < 0.005);
    }

    void aSoundIsCutAndPaddedAsIfItHadBeenResampledWhole()
    {
        const SoundFrontEnd frontEnd({.rate = 16000, .seconds = 0.01, .features = SoundFeatures::Waveform});
        std::vector<float> fitted(160);
        const auto wave = toneOf(700, 44100, 2000);
        QVERIFY(frontEnd.fit(Sound{44100, wave}, std::as_writable_bytes(std::span(fitted))));
        const auto whole = resampled(wave, 44100, 16000);
        QCOMPARE(fitted, std::vector<float>(whole.begin(), whole.begin() + 160));
        QVERIFY(frontEnd.fit(Sound{16000, {0.5f}}, std::as_writable_bytes(std::span(fitted))));
        QCOMPARE(fitted[0], 0.5f);
        QCOMPARE(std::count(fitted.begin(), fitted.end(), 0.f), 159);
        QVERIFY(!frontEnd.fit(Picture{1, 1, 1, {0}}, std::as_writable_bytes(std::span(fitted))));
    }

    void bandsAreNormalizedInEitherOrder()
    {
        auto preprocess = torchaudio(SoundFeatures::LogMel);
        const Sound sound{8000, shortWave()};
        const auto plain = inputOf(FrontEnd(preprocess), sound);
        QCOMPARE(plain.shape(), (Dimensions{1, 21, 23}));
        preprocess.time = TimeAxis::Last;
        preprocess.mean.assign(23, 0);
        preprocess.std.assign(23, 1);
        preprocess.mean[2] = 3;
        preprocess.std[2] = 4;
        const auto turned = inputOf(FrontEnd(preprocess), sound);
        QCOMPARE(turned.shape(), (Dimensions{1, 23, 21}));
        QCOMPARE(turned.data<float>()[2 * 21 + 5], (plain.data<float>()[5 * 23 + 2] - 3) / 4);
        QCOMPARE(turned.data<float>()[7 * 21 + 5], plain.data<float>()[5 * 23 + 7]);
    }

    void everyKindSurvivesJson()
    {
        auto sound = withDefaults(torchaudio(SoundFeatures::Mfcc));
        sound.log = LogScale::Decibel;
        sound.mean.assign(13, 0.5);
        sound.shape = {1, 21, 13};
        WindowPreprocess window{
            .length = 128, .channels = 3, .mean = {1, 2, 3}, .std = {4, 5, 6}, .time = TimeAxis::Last, .shape = {3, 128}};
        const TensorPreprocess tensor{.shape = {2, 3}, .mean = {1, 2, 3}, .std = {2}};
        for (const auto& preprocess : {Preprocess(sound), Preprocess(window), Preprocess(tensor)})
            QVERIFY(preprocessFromJson(toJson(preprocess), "test") == preprocess);
    }

    void badFrontEndsAreRefused_data()
    {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("problem");
        QTest::newRow("window") << R"({"kind": "sound", "window": 2000})"
                                << "longer than the sound";
        QTest::newRow("fft") << R"({"kind": "sound", "fft": 256})"
                             << "480 samples";
        QTest::newRow("odd fft") << R"({"kind": "sound", "fft": 513})"
                                 << "even";
        QTest::newRow("bands") << R"({"kind": "sound", "high": 9000})"
                               << "half the rate";
        QTest::newRow("coefficients") << R"({"kind": "sound", "features": "mfcc", "coefficients": 60})"
                                      << "more coefficients than bands";
        QTest::newRow("mean") << R"({"kind": "sound", "mean": [1, 2]})"
                              << "40 bands";
        QTest::newRow("shape") << R"({"kind": "sound", "shape": [1, 49, 10]})"
                               << "1960";
        QTest::newRow("too much") << R"({"kind": "sound", "rate": 1000000, "seconds": 3600})"
                                  << "more numbers";
        QTest::newRow("unknown key") << R"({"kind": "sound", "size": 5})"
                                     << "size is not a key";
        QTest::newRow("window's std") << R"({"kind": "window", "std": [1, 0]})"
                                      << "must not be 0";
        QTest::newRow("tensor's mean") << R"({"kind": "tensor", "shape": [4, 2], "mean": [1, 2, 3]})"
                                       << "last axis";
        QTest::newRow("absurd shape") << R"({"kind": "tensor", "shape": [1e8, 1e8]})"
                                      << "whole numbers";
        QTest::newRow("kind") << R"({"kind": "smell"})"
                              << "picture, sound, window, tensor";
    }
    void badFrontEndsAreRefused()
    {
        QFETCH(QString, json);
        QFETCH(QString, problem);
        try {
            preprocessFromJson(Json::parse(json.toStdString()), "test");
            QFAIL("nothing was thrown");
        } catch (const Error& error) {
            const auto detail = QString::fromStdString(error.message().arguments.at("detail"));
            QVERIFY2(detail.contains(problem), qPrintable(detail));
        }
    }
};

QTEST_APPLESS_MAIN(TestSoundFeatures)
#include "test_sound_features.moc"
