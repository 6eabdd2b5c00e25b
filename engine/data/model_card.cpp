// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/model_card.h"

#include "graph/shape_inference.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

namespace hone
{
namespace
{

constexpr auto classesKey = "hone.classes";
constexpr auto preprocessKey = "hone.preprocess";

[[noreturn]] void throwBadCard(const std::string& key, const std::string& detail)
{
    throw Error(MessageCode::ModelInvalid, {{"path", "metadata " + key}, {"detail", detail}});
}

Json parsed(const std::string& key, const std::string& text)
{
    auto json = Json::parse(text, nullptr, false);
    if (!json.is_object())
        throwBadCard(key, "not a JSON object");
    return json;
}

// What the shape of the model's input says about the pictures it takes.
struct PictureInput
{
    Layout layout = Layout::Nchw;
    int channels = 0;              // 0: free
    std::optional<int> width, height; // none: free
};

[[noreturn]] void throwBadInput(const std::string& detail)
{
    throw Error(MessageCode::ModelInputUnsupported, {{"detail", detail}});
}

std::optional<int> extentOf(const Dim& dim)
{
    return dim.isFixed() ? std::optional<int>(int(dim.extent)) : std::nullopt;
}

PictureInput pictureInputOf(const Graph& graph, const std::optional<Preprocess>& stated)
{
    if (graph.inputs.size() != 1)
        throwBadInput("the model has " + std::to_string(graph.inputs.size()) + " inputs; one that takes a picture is wanted");
    const auto& input = graph.value(graph.inputs.front());
    const auto described = input.name + " " + (input.type.shape ? toText(*input.type.shape) : "of unknown rank");
    if (input.type.dtype != DType::Float32)
        throwBadInput(described + " takes " + std::string(name(input.type.dtype)) + "; float32 is wanted");
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

int outputsOf(const Graph& graph)
{
    const auto refuse = [](const std::string& detail) -> int {
        throw Error(MessageCode::ModelOutputUnsupported, {{"detail", detail}});
    };
    if (graph.outputs.empty())
        return refuse("the model has no output");
    const auto& output = graph.value(graph.outputs.front());
    const auto isScores = [](const std::optional<Shape>& shape) {
        return shape && (shape->size() == 2 || (shape->size() == 4 && (*shape)[2].extent == 1 && (*shape)[3].extent == 1))
               && (*shape)[1].extent > 0;
    };
    auto shape = output.type.shape;
    if (!isScores(shape))
        shape = inferShapes(graph).type(graph.outputs.front()).shape;
    if (!isScores(shape))
        return refuse(output.name + " " + (shape ? toText(*shape) : "of unknown rank") + " is not [N, classes]");
    return int((*shape)[1].extent);
}

void adaptChannels(Preprocess& preprocess, int channels)
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

Preprocess preprocessFor(const Graph& graph, const std::optional<Preprocess>& stated)
{
    const auto input = pictureInputOf(graph, stated);
    Preprocess preprocess = stated.value_or(Preprocess{});
    preprocess.layout = input.layout;
    if (input.channels > 0)
        adaptChannels(preprocess, input.channels);
    preprocess.mean.resize(std::size_t(preprocess.channelCount()), preprocess.mean.empty() ? 0 : preprocess.mean.back());
    preprocess.std.resize(std::size_t(preprocess.channelCount()), preprocess.std.empty() ? 1 : preprocess.std.back());
    preprocess.width = input.width.value_or(preprocess.width);
    preprocess.height = input.height.value_or(preprocess.height);
    if (preprocess.width <= 0 || preprocess.height <= 0)
        throwBadInput(graph.value(graph.inputs.front()).name + " takes pictures of any size: preprocess.size in dataset.yaml says which");
    return preprocess;
}

using Outputs = std::vector<std::optional<int>>;

Outputs outputsByCard(const std::vector<ClassInfo>& classes, const std::map<std::string, int>& card, int outputs)
{
    Outputs result;
    for (const auto& info : classes) {
        const auto found = card.find(info.name);
        const bool there = found != card.end() && found->second >= 0 && found->second < outputs;
        result.push_back(there ? std::optional<int>(found->second) : std::nullopt);
    }
    return result;
}

Outputs outputsByData(const std::vector<ClassInfo>& classes, int outputs)
{
    const auto states = [](const ClassInfo& info) { return info.output.has_value(); };
    const auto fits = [outputs](const ClassInfo& info) { return !info.output || *info.output < outputs; };
    Outputs result(classes.size());
    // Indices beyond the model's outputs were written for another model: then the order may still say it.
    if (std::any_of(classes.begin(), classes.end(), states) && std::all_of(classes.begin(), classes.end(), fits))
        for (std::size_t i = 0; i < classes.size(); ++i)
            result[i] = classes[i].output;
    else if (classes.size() == std::size_t(outputs))
        for (std::size_t i = 0; i < classes.size(); ++i)
            result[i] = int(i);
    return result;
}

} // namespace

ModelCard readModelCard(const Graph& graph)
{
    ModelCard card;
    if (const auto found = graph.metadata.find(classesKey); found != graph.metadata.end()) {
        const auto json = parsed(classesKey, found->second);
        for (const auto& [name, output] : json.items()) {
            if (!output.is_number_integer() || output.get<std::int64_t>() < 0 || output.get<std::int64_t>() > 1'000'000)
                throwBadCard(classesKey, "class \"" + name + "\" has no output index");
            card.classes[name] = output.get<int>();
        }
    }
    if (const auto found = graph.metadata.find(preprocessKey); found != graph.metadata.end()) {
        std::vector<KeyProblem> problems;
        card.preprocess = readPreprocess(parsed(preprocessKey, found->second), problems);
        if (!problems.empty())
            throwBadCard(preprocessKey, problems.front().key + " " + problems.front().text);
    }
    return card;
}

void writeModelCard(Graph& graph, const ModelCard& card)
{
    graph.metadata.erase(classesKey);
    graph.metadata.erase(preprocessKey);
    if (!card.classes.empty()) {
        // By output index, as people would list them.
        std::vector<std::pair<int, std::string>> byOutput;
        for (const auto& [name, output] : card.classes)
            byOutput.emplace_back(output, name);
        std::sort(byOutput.begin(), byOutput.end());
        Json json = Json::object();
        for (const auto& [output, name] : byOutput)
            json[name] = output;
        graph.metadata[classesKey] = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    if (card.preprocess)
        graph.metadata[preprocessKey] = toJson(*card.preprocess).dump();
}

bool Pairing::complete() const
{
    return std::all_of(outputOfClass.begin(), outputOfClass.end(), [](const auto& output) { return output.has_value(); });
}

Pairing pair(const Graph& graph, const Dataset& dataset)
{
    const auto card = readModelCard(graph);
    Pairing pairing;
    pairing.preprocessAssumed = !card.preprocess && !dataset.preprocess();
    pairing.preprocess = preprocessFor(graph, card.preprocess ? card.preprocess : dataset.preprocess());
    pairing.outputs = outputsOf(graph);
    pairing.outputOfClass = card.classes.empty() ? outputsByData(dataset.classes(), pairing.outputs)
                                                 : outputsByCard(dataset.classes(), card.classes, pairing.outputs);
    return pairing;
}

Pairing pairCompletely(const Graph& graph, const Dataset& dataset)
{
    auto pairing = pair(graph, dataset);
    if (pairing.complete())
        return pairing;
    std::string unmapped;
    std::size_t count = 0;
    for (std::size_t i = 0; i < pairing.outputOfClass.size(); ++i)
        if (!pairing.outputOfClass[i]) {
            unmapped += (count++ ? ", " : "") + dataset.classes()[i].name;
        }
    const bool nothingSaysWhich = readModelCard(graph).classes.empty() && count == dataset.classes().size();
    if (nothingSaysWhich)
        throw Error(MessageCode::ClassCountMismatch, {{"classes", std::to_string(dataset.classes().size())},
                                                      {"outputs", std::to_string(pairing.outputs)}});
    throw Error(MessageCode::ClassesUnmapped, {{"classes", unmapped}});
}

std::optional<Message> preprocessNotice(const Pairing& pairing)
{
    if (!pairing.preprocessAssumed)
        return std::nullopt;
    const bool gray = pairing.preprocess.channels == ChannelOrder::Gray;
    return Message{MessageCode::PreprocessAssumed, {{"channels", gray ? "gray" : "RGB"}}};
}

} // namespace hone
