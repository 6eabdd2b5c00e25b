// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/error.h"
#include "preprocess/key_reader.h"

namespace hone
{
namespace
{

const KeyNames<SampleKind> kindNames = {
    {SampleKind::Picture, "picture"}, {SampleKind::Sound, "sound"}, {SampleKind::Window, "window"}, {SampleKind::Tensor, "tensor"}};
const KeyNames<ChannelOrder> channelNames = {{ChannelOrder::Rgb, "rgb"}, {ChannelOrder::Bgr, "bgr"}, {ChannelOrder::Gray, "gray"}};
const KeyNames<Layout> layoutNames = {{Layout::Nchw, "nchw"}, {Layout::Nhwc, "nhwc"}};
const KeyNames<Fit> fitNames = {{Fit::Stretch, "stretch"}, {Fit::CenterCrop, "center-crop"}};
const KeyNames<SoundFeatures> featureNames = {
    {SoundFeatures::Waveform, "waveform"}, {SoundFeatures::LogMel, "log-mel"}, {SoundFeatures::Mfcc, "mfcc"}};
const KeyNames<SoundRecipe> recipeNames = {{SoundRecipe::TfliteMicro, "tflite-micro"}, {SoundRecipe::Torchaudio, "torchaudio"}};
const KeyNames<LogScale> logNames = {{LogScale::Natural, "natural"}, {LogScale::Decibel, "decibel"}};
const KeyNames<TimeAxis> timeNames = {{TimeAxis::First, "first"}, {TimeAxis::Last, "last"}};

Json toJson(const PicturePreprocess& preprocess)
{
    Json json;
    if (preprocess.width > 0)
        json["size"] = {preprocess.height, preprocess.width};
    json["range"] = preprocess.range;
    json["mean"] = preprocess.mean;
    json["std"] = preprocess.std;
    json["channels"] = nameOf(channelNames, preprocess.channels);
    json["layout"] = nameOf(layoutNames, preprocess.layout);
    json["fit"] = nameOf(fitNames, preprocess.fit);
    return json;
}

Json toJson(const SoundPreprocess& preprocess)
{
    const auto full = withDefaults(preprocess);
    Json json{{"rate", full.rate}, {"seconds", full.seconds}, {"features", nameOf(featureNames, full.features)}};
    if (full.features != SoundFeatures::Waveform) {
        json["recipe"] = nameOf(recipeNames, full.recipe);
        json["window"] = full.windowMs;
        json["stride"] = full.strideMs;
        json["fft"] = full.fft;
        json["bands"] = full.bands;
        if (full.features == SoundFeatures::Mfcc)
            json["coefficients"] = full.coefficients;
        json["low"] = full.lowHz;
        json["high"] = full.highHz;
        if (full.recipe == SoundRecipe::Torchaudio)
            json["log"] = nameOf(logNames, full.log);
        json["time"] = nameOf(timeNames, full.time);
    }
    json["mean"] = full.mean;
    json["std"] = full.std;
    if (!full.shape.empty())
        json["shape"] = full.shape;
    return json;
}

Json toJson(const WindowPreprocess& preprocess)
{
    Json json = Json::object();
    if (preprocess.length > 0)
        json["length"] = preprocess.length;
    if (preprocess.channels > 0)
        json["channels"] = preprocess.channels;
    if (!preprocess.mean.empty())
        json["mean"] = preprocess.mean;
    if (!preprocess.std.empty())
        json["std"] = preprocess.std;
    json["time"] = nameOf(timeNames, preprocess.time);
    if (!preprocess.shape.empty())
        json["shape"] = preprocess.shape;
    return json;
}

Json toJson(const TensorPreprocess& preprocess)
{
    Json json = Json::object();
    if (!preprocess.shape.empty())
        json["shape"] = preprocess.shape;
    json["mean"] = preprocess.mean;
    json["std"] = preprocess.std;
    return json;
}

PicturePreprocess readPicture(KeyReader& reader)
{
    PicturePreprocess value;
    reader.choice("channels", channelNames, value.channels);
    reader.choice("layout", layoutNames, value.layout);
    reader.choice("fit", fitNames, value.fit);
    reader.size(value);
    reader.range(value);
    reader.perChannel("mean", value.channelCount(), value.mean);
    reader.perChannel("std", value.channelCount(), value.std);
    return value;
}

SoundPreprocess readSound(KeyReader& reader, std::vector<KeyProblem>& problems)
{
    constexpr KeyReader::Range milliseconds = {0.1, 10000}, hertz = {0, 1e6};
    const auto before = problems.size();
    SoundPreprocess value;
    reader.whole("rate", {100, 1e6}, value.rate);
    reader.number("seconds", {0.001, 3600}, value.seconds);
    reader.choice("features", featureNames, value.features);
    reader.choice("recipe", recipeNames, value.recipe);
    reader.number("window", milliseconds, value.windowMs);
    reader.number("stride", milliseconds, value.strideMs);
    reader.whole("fft", {0, 1 << 20}, value.fft);
    reader.whole("bands", {1, 1024}, value.bands);
    reader.whole("coefficients", {1, 1024}, value.coefficients);
    reader.number("low", hertz, value.lowHz);
    reader.number("high", hertz, value.highHz);
    reader.choice("log", logNames, value.log);
    reader.choice("time", timeNames, value.time);
    reader.numbers("mean", value.mean);
    reader.numbers("std", value.std);
    reader.shape("shape", value.shape);
    if (problems.size() == before)
        if (const auto problem = problemOf(value); !problem.empty())
            problems.push_back({"", problem});
    return value;
}

void requireAsManyAs(const char* what, int count, std::vector<double>& values, const std::string& key, std::vector<KeyProblem>& problems)
{
    if (count > 0 && values.size() > 1 && int(values.size()) != count)
        problems.push_back({key, "must be one number, or " + std::to_string(count) + ", one a " + what});
}

WindowPreprocess readWindow(KeyReader& reader, std::vector<KeyProblem>& problems)
{
    WindowPreprocess value;
    reader.whole("length", {1, 1e8}, value.length);
    reader.whole("channels", {1, 1e6}, value.channels);
    reader.numbers("mean", value.mean);
    reader.numbers("std", value.std);
    reader.choice("time", timeNames, value.time);
    reader.shape("shape", value.shape);
    requireAsManyAs("channel", value.channels, value.mean, "mean", problems);
    requireAsManyAs("channel", value.channels, value.std, "std", problems);
    return value;
}

TensorPreprocess readTensor(KeyReader& reader, std::vector<KeyProblem>& problems)
{
    TensorPreprocess value;
    reader.shape("shape", value.shape);
    reader.numbers("mean", value.mean);
    reader.numbers("std", value.std);
    const int last = value.shape.empty() ? 0 : int(value.shape.back());
    requireAsManyAs("element of the last axis", last, value.mean, "mean", problems);
    requireAsManyAs("element of the last axis", last, value.std, "std", problems);
    return value;
}

} // namespace

std::string_view name(SampleKind kind)
{
    return kindNames.at(std::size_t(kind)).second;
}

Json toJson(const Preprocess& preprocess)
{
    auto json = std::visit([](const auto& kind) { return toJson(kind); }, preprocess.of);
    // Pictures go without, as files written before there were other kinds.
    if (preprocess.kind() != SampleKind::Picture)
        json["kind"] = nameOf(kindNames, preprocess.kind());
    return json;
}

Preprocess readPreprocess(const Json& json, std::vector<KeyProblem>& problems, SampleKind assumed)
{
    if (!json.is_object()) {
        problems.push_back({"", "must be keys with values"});
        return {};
    }
    KeyReader reader(json, problems);
    auto kind = assumed;
    reader.choice("kind", kindNames, kind);
    Preprocess value;
    switch (kind) {
    case SampleKind::Picture: value = readPicture(reader); break;
    case SampleKind::Sound: value = readSound(reader, problems); break;
    case SampleKind::Window: value = readWindow(reader, problems); break;
    case SampleKind::Tensor: value = readTensor(reader, problems); break;
    }
    reader.reportUnknownKeys();
    return value;
}

Preprocess preprocessFromJson(const Json& json, const std::string& source, SampleKind assumed)
{
    std::vector<KeyProblem> problems;
    const auto value = readPreprocess(json, problems, assumed);
    std::string detail;
    for (const auto& [key, text] : problems)
        detail += (detail.empty() ? "" : "; ") + (key.empty() ? std::string("preprocess") : key) + " " + text;
    if (!detail.empty())
        throw Error(MessageCode::DataConfigInvalid, {{"path", source}, {"detail", detail}});
    return value;
}

} // namespace hone
