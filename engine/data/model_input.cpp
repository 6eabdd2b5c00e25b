// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/model_input.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hone
{
namespace
{

[[noreturn]] void throwBadInput(const std::string& detail)
{
    throw Error(MessageCode::ModelInputUnsupported, {{"detail", detail}});
}

const Value& onlyInput(const Graph& graph)
{
    if (graph.inputs.size() != 1)
        throwBadInput("the model has " + std::to_string(graph.inputs.size()) + " inputs; one that takes a sample is wanted");
    const auto& input = graph.value(graph.inputs.front());
    if (input.type.dtype != DType::Float32 && input.type.dtype != DType::UInt8)
        throwBadInput(input.name + " " + (input.type.shape ? toText(*input.type.shape) : "of unknown rank") + " takes " +
                      std::string(name(input.type.dtype)) + "; float32 or uint8 is wanted");
    return input;
}

// Pictures

// What the shape of the model's input says about the pictures it takes.
struct PictureInput
{
    Layout layout = Layout::Nchw;
    int channels = 0;                 // 0: free
    std::optional<int> width, height; // none: free
};

std::optional<int> extentOf(const Dim& dim)
{
    return dim.isFixed() ? std::optional<int>(int(dim.extent)) : std::nullopt;
}

PictureInput pictureInputOf(const Value& input, const std::optional<PicturePreprocess>& stated)
{
    const auto described = input.name + " " + (input.type.shape ? toText(*input.type.shape) : "of unknown rank");
    if (!input.type.shape || input.type.shape->size() != 4)
        throwBadInput(described + " is not [N, C, H, W] or [N, H, W, C]");
    const auto& shape = *input.type.shape;
    const auto takesPicture = [&](std::size_t axis) { return shape[axis].extent == 1 || shape[axis].extent == 3; };
    if (takesPicture(1))
        return {Layout::Nchw, int(shape[1].extent), extentOf(shape[3]), extentOf(shape[2])};
    if (takesPicture(3))
        return {Layout::Nhwc, int(shape[3].extent), extentOf(shape[2]), extentOf(shape[1])};
    const bool planar = stated && stated->layout == Layout::Nchw;
    if (!stated || shape[planar ? 1 : 3].isFixed())
        throwBadInput(described + " has no axis of 1 or 3 channels");
    return {stated->layout, 0, extentOf(shape[planar ? 3 : 2]), extentOf(shape[planar ? 2 : 1])};
}

void adaptChannels(PicturePreprocess& preprocess, int channels)
{
    if (preprocess.channelCount() == channels)
        return;
    const auto adapt = [channels](std::vector<double>& values) {
        const double average = std::accumulate(values.begin(), values.end(), 0.0) / double(std::max<std::size_t>(1, values.size()));
        values.assign(std::size_t(channels), average);
    };
    adapt(preprocess.mean);
    adapt(preprocess.std);
    preprocess.channels = channels == 1 ? ChannelOrder::Gray : ChannelOrder::Rgb;
}

PicturePreprocess picturePreprocess(const Value& model, const std::optional<PicturePreprocess>& stated)
{
    const auto input = pictureInputOf(model, stated);
    auto preprocess = stated.value_or(PicturePreprocess{});
    preprocess.layout = input.layout;
    if (input.channels > 0)
        adaptChannels(preprocess, input.channels);
    preprocess.mean.resize(std::size_t(preprocess.channelCount()), preprocess.mean.empty() ? 0 : preprocess.mean.back());
    preprocess.std.resize(std::size_t(preprocess.channelCount()), preprocess.std.empty() ? 1 : preprocess.std.back());
    if (model.type.dtype == DType::UInt8) { // pixels as they are, whatever the data say of other models
        preprocess.range = {0, 255};
        std::fill(preprocess.mean.begin(), preprocess.mean.end(), 0);
        std::fill(preprocess.std.begin(), preprocess.std.end(), 1);
    }
    preprocess.width = input.width.value_or(preprocess.width);
    preprocess.height = input.height.value_or(preprocess.height);
    if (preprocess.width <= 0 || preprocess.height <= 0)
        throwBadInput(model.name + " takes pictures of any size: preprocess.size in dataset.yaml says which");
    return preprocess;
}

// Everything else: a number of elements, and perhaps an order of two axes

// The model's extents without the batch; -1: free.
Dimensions sampleShapeOf(const Value& input)
{
    if (!input.type.shape || input.type.shape->size() < 2)
        throwBadInput(input.name + " " + (input.type.shape ? toText(*input.type.shape) : "of unknown rank") +
                      " has no batch and no elements");
    Dimensions shape;
    for (auto dim = input.type.shape->begin() + 1; dim != input.type.shape->end(); ++dim)
        shape.push_back(dim->isFixed() ? dim->extent : -1);
    return shape;
}

std::string elementsText(std::int64_t count, const std::string& of)
{
    return std::to_string(count) + " numbers of " + of;
}

// `wanted`, with what is free in it chosen so that it holds `given`'s elements: a free extent takes the one of `given` that no fixed one
// takes.
Dimensions filled(const Value& input, Dimensions wanted, const Dimensions& given, const std::string& of)
{
    auto left = given;
    for (const auto extent : wanted)
        if (const auto found = std::find(left.begin(), left.end(), extent); found != left.end())
            left.erase(found);
    const auto freeAxes = std::count(wanted.begin(), wanted.end(), -1);
    std::size_t next = 0;
    const auto count = elementCount(given);
    std::int64_t fixed = 1;
    for (const auto extent : wanted)
        fixed *= extent > 0 ? extent : 1;
    for (auto& extent : wanted)
        if (extent < 0)
            extent = freeAxes == 1 && fixed > 0 ? count / fixed : next < left.size() ? left[next++] : 1;
    if (elementCount(wanted) != count)
        throwBadInput(input.name + " " + toText(*input.type.shape) + " does not take " + elementsText(count, of));
    return wanted;
}

Dimensions withoutOnes(const Dimensions& shape)
{
    Dimensions result;
    std::copy_if(shape.begin(), shape.end(), std::back_inserter(result), [](auto extent) { return extent != 1; });
    return result;
}

// Which of the model's axes is time, where its extents tell; `stated` otherwise.
TimeAxis timeAxisOf(const Dimensions& model, std::int64_t frames, std::int64_t bands, TimeAxis stated)
{
    const auto axes = withoutOnes(model);
    if (frames == bands || axes.size() != 2)
        return stated;
    const auto matches = [](std::int64_t extent, std::int64_t wanted) { return extent == wanted || extent < 0; };
    const bool first = matches(axes[0], frames) && matches(axes[1], bands), last = matches(axes[0], bands) && matches(axes[1], frames);
    return first == last ? stated : first ? TimeAxis::First : TimeAxis::Last;
}

// What a model that says nothing probably takes: a long axis is a wave at 16 kHz, else TFLite Micro's frames of a second.
SoundPreprocess guessedSound(const Dimensions& model)
{
    constexpr std::int64_t shortestWave = 2000, mostCoefficients = 20;
    SoundPreprocess guess;
    const auto axes = withoutOnes(model);
    if (axes.size() == 1 && (axes[0] < 0 || axes[0] >= shortestWave)) {
        guess.features = SoundFeatures::Waveform;
        if (axes[0] > 0)
            guess.seconds = double(axes[0]) / guess.rate;
        return guess;
    }
    const auto frames = std::int64_t(framesOf(guess));
    std::int64_t bands = 0;
    for (const auto extent : axes)
        if (extent > 0 && extent != frames)
            bands = extent;
    if (axes.size() == 1 && axes[0] % frames == 0)
        bands = axes[0] / frames;
    if (bands > 0 && bands <= mostCoefficients) {
        guess.features = SoundFeatures::Mfcc;
        guess.coefficients = int(bands);
    } else if (bands > 0 && bands <= 1024) {
        guess.bands = int(bands);
    }
    return guess;
}

SoundPreprocess soundPreprocess(const Value& input, const std::optional<SoundPreprocess>& stated)
{
    const auto model = sampleShapeOf(input);
    auto preprocess = withDefaults(stated.value_or(guessedSound(model)));
    preprocess.shape.clear();
    if (const auto problem = problemOf(preprocess); !problem.empty())
        throwBadInput("preprocess " + problem);
    const auto frames = std::int64_t(framesOf(preprocess)), bands = std::int64_t(bandsOf(preprocess));
    preprocess.time = timeAxisOf(model, frames, bands, preprocess.time);
    const bool timeFirst = preprocess.time == TimeAxis::First;
    preprocess.shape = filled(input, model, timeFirst ? Dimensions{frames, bands} : Dimensions{bands, frames},
                              "a sound (" + std::to_string(frames) + " frames of " + std::to_string(bands) + ")");
    return preprocess;
}

WindowPreprocess windowPreprocess(const Value& input, const Dataset& dataset, const std::optional<WindowPreprocess>& stated)
{
    const auto model = sampleShapeOf(input);
    auto preprocess = stated.value_or(WindowPreprocess{});
    const auto& window = dataset.sampleShape();
    if (preprocess.length <= 0)
        preprocess.length = int(window.at(0));
    if (preprocess.channels > 0 && preprocess.channels != window.at(1))
        throwBadInput("the model takes windows of " + std::to_string(preprocess.channels) + " channels, and the recordings have " +
                      std::to_string(window[1]));
    preprocess.channels = int(window.at(1));
    const std::int64_t length = preprocess.length, channels = preprocess.channels;
    preprocess.time = timeAxisOf(model, length, channels, preprocess.time);
    const bool timeFirst = preprocess.time == TimeAxis::First;
    preprocess.shape = filled(input, model, timeFirst ? Dimensions{length, channels} : Dimensions{channels, length},
                              "a window (" + std::to_string(length) + " rows of " + std::to_string(channels) + " channels)");
    if (preprocess.mean.empty() || preprocess.std.empty()) {
        const auto& statistics = dataset.trainStatistics();
        preprocess.mean = statistics.mean;
        preprocess.std = statistics.std;
    }
    return preprocess;
}

TensorPreprocess tensorPreprocess(const Value& input, const Dataset& dataset, const std::optional<TensorPreprocess>& stated)
{
    auto preprocess = stated.value_or(TensorPreprocess{});
    preprocess.shape = filled(input, sampleShapeOf(input), dataset.sampleShape(), "a sample of " + toText(dataset.sampleShape()));
    for (const auto* values : {&preprocess.mean, &preprocess.std})
        if (values->size() > 1 && std::int64_t(values->size()) != preprocess.shape.back())
            throwBadInput("mean or std of " + std::to_string(values->size()) + " numbers do not fit the last axis of " +
                          toText(preprocess.shape));
    return preprocess;
}

template<class Kind>
std::optional<Kind> ofKind(const std::optional<Preprocess>& stated)
{
    return stated ? std::optional(std::get<Kind>(stated->of)) : std::nullopt;
}

} // namespace

Preprocess preprocessFor(const Graph& graph, const Dataset& dataset, const std::optional<Preprocess>& stated)
{
    if (stated && stated->kind() != dataset.kind())
        throwBadInput("the model takes a " + std::string(name(stated->kind())) + ", and a sample of " + dataset.name() + " is a " +
                      std::string(name(dataset.kind())));
    const auto& input = onlyInput(graph);
    if (input.type.dtype == DType::UInt8 && dataset.kind() != SampleKind::Picture)
        throwBadInput(input.name + " takes uint8, and a sample of " + dataset.name() + " is a " + std::string(name(dataset.kind())));
    switch (dataset.kind()) {
    case SampleKind::Sound: return soundPreprocess(input, ofKind<SoundPreprocess>(stated));
    case SampleKind::Window: return windowPreprocess(input, dataset, ofKind<WindowPreprocess>(stated));
    case SampleKind::Tensor: return tensorPreprocess(input, dataset, ofKind<TensorPreprocess>(stated));
    case SampleKind::Picture: break;
    }
    return picturePreprocess(input, ofKind<PicturePreprocess>(stated));
}

} // namespace hone
