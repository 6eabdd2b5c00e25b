// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/pairing.h"

#include "data/model_input.h"
#include "graph/shape_inference.h"

#include <algorithm>

namespace hone
{
namespace
{

using Outputs = std::vector<std::optional<int>>;

std::optional<Shape> outputShapeOf(const Graph& graph)
{
    if (graph.outputs.empty())
        throw Error(MessageCode::ModelOutputUnsupported, {{"detail", "the model has no output"}});
    const auto& declared = graph.value(graph.outputs.front()).type.shape;
    if (declared && std::all_of(declared->begin() + std::min<std::ptrdiff_t>(1, std::ssize(*declared)), declared->end(),
                                [](const Dim& dim) { return dim.isFixed(); }))
        return declared;
    return inferShapes(graph).type(graph.outputs.front()).shape;
}

[[noreturn]] void refuseOutput(const Graph& graph, const std::optional<Shape>& shape, const std::string& wanted)
{
    throw Error(MessageCode::ModelOutputUnsupported, {{"detail", graph.value(graph.outputs.front()).name + " " +
                                                                     (shape ? toText(*shape) : "of unknown rank") + " is not " + wanted}});
}

// [N, outputs] or [N, outputs, 1, 1]
std::optional<int> rowWidth(const std::optional<Shape>& shape)
{
    const bool isRow = shape && (shape->size() == 2 || (shape->size() == 4 && (*shape)[2].extent == 1 && (*shape)[3].extent == 1));
    return isRow && (*shape)[1].extent > 0 ? std::optional<int>(int((*shape)[1].extent)) : std::nullopt;
}

int scoresOf(const Graph& graph)
{
    const auto shape = outputShapeOf(graph);
    if (const auto width = rowWidth(shape))
        return *width;
    refuseOutput(graph, shape, "[N, classes]");
}

int numbersOf(const Graph& graph)
{
    const auto shape = outputShapeOf(graph);
    if (shape && shape->size() == 1)
        return 1;
    if (const auto width = rowWidth(shape))
        return *width;
    refuseOutput(graph, shape, "[N, targets]");
}

void requireReconstruction(const Graph& graph, const Preprocess& preprocess)
{
    const auto input = inputShape(preprocess);
    const auto shape = outputShapeOf(graph);
    std::int64_t elements = 1;
    bool known = shape && !shape->empty();
    for (std::size_t i = 1; known && i < shape->size(); ++i) {
        known = (*shape)[i].isFixed();
        elements *= known ? (*shape)[i].extent : 1;
    }
    if (known && elements != elementCount(input))
        throw Error(MessageCode::OutputUnlikeInput, {{"input", toText(input)}, {"output", toText(*shape)}});
}

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

void pairOutput(Pairing& pairing, const Graph& graph, const Dataset& dataset, const ModelCard& card)
{
    const auto& classes = dataset.classes();
    pairing.outputOfClass.assign(classes.size(), std::nullopt);
    switch (pairing.task) {
    case Task::Classification:
        pairing.outputs = scoresOf(graph);
        pairing.outputOfClass =
            card.classes.empty() ? outputsByData(classes, pairing.outputs) : outputsByCard(classes, card.classes, pairing.outputs);
        break;
    case Task::Regression:
        pairing.outputs = numbersOf(graph);
        pairing.targets = dataset.targetWidth();
        break;
    case Task::Anomaly:
        requireReconstruction(graph, pairing.preprocess);
        for (std::size_t i = 0; i < classes.size(); ++i)
            pairing.outputOfClass[i] = classes[i].anomaly ? 1 : 0;
        break;
    case Task::Agreement: break;
    }
}

Pairing pairInput(const Graph& graph, const Dataset& dataset, const ModelCard& card)
{
    Pairing pairing;
    const bool takesBytes = !graph.inputs.empty() && graph.value(graph.inputs[0]).type.dtype == DType::UInt8;
    pairing.preprocessAssumed = !card.preprocess && !dataset.preprocess() && !takesBytes;
    pairing.preprocess = preprocessFor(graph, dataset, card.preprocess ? card.preprocess : dataset.preprocess());
    return pairing;
}

std::string described(const SoundPreprocess& preprocess)
{
    const auto json = withDefaults(preprocess);
    switch (json.features) {
    case SoundFeatures::Waveform: return "the wave at " + std::to_string(json.rate) + " Hz";
    case SoundFeatures::LogMel: return "TFLite Micro's log-mel front end with " + std::to_string(json.bands) + " bands";
    case SoundFeatures::Mfcc: break;
    }
    return "TensorFlow's MFCC with " + std::to_string(json.coefficients) + " coefficients";
}

} // namespace

bool Pairing::complete() const
{
    switch (task) {
    case Task::Classification:
        return std::all_of(outputOfClass.begin(), outputOfClass.end(), [](const auto& output) { return output.has_value(); });
    case Task::Regression: return outputs == targets;
    case Task::Anomaly:
    case Task::Agreement: break;
    }
    return true;
}

Pairing pair(const Graph& graph, const Dataset& dataset)
{
    const auto card = readModelCard(graph);
    auto pairing = pairInput(graph, dataset, card);
    pairing.task = dataset.task();
    pairOutput(pairing, graph, dataset, card);
    return pairing;
}

Pairing pairForInput(const Graph& graph, const Dataset& dataset)
{
    auto pairing = pairInput(graph, dataset, readModelCard(graph));
    pairing.task = Task::Agreement;
    pairing.outputOfClass.assign(dataset.classes().size(), std::nullopt);
    return pairing;
}

Pairing pairCompletely(const Graph& graph, const Dataset& dataset)
{
    auto pairing = pair(graph, dataset);
    if (pairing.complete())
        return pairing;
    if (pairing.task == Task::Regression)
        throw Error(MessageCode::TargetCountMismatch,
                    {{"targets", std::to_string(pairing.targets)}, {"outputs", std::to_string(pairing.outputs)}});
    std::string unmapped;
    std::size_t count = 0;
    for (std::size_t i = 0; i < pairing.outputOfClass.size(); ++i)
        if (!pairing.outputOfClass[i]) {
            unmapped += (count++ ? ", " : "") + dataset.classes()[i].name;
        }
    const bool nothingSaysWhich = readModelCard(graph).classes.empty() && count == dataset.classes().size();
    if (nothingSaysWhich)
        throw Error(MessageCode::ClassCountMismatch,
                    {{"classes", std::to_string(dataset.classes().size())}, {"outputs", std::to_string(pairing.outputs)}});
    throw Error(MessageCode::ClassesUnmapped, {{"classes", unmapped}});
}

std::optional<Message> preprocessNotice(const Pairing& pairing)
{
    if (!pairing.preprocessAssumed)
        return std::nullopt;
    switch (pairing.preprocess.kind()) {
    case SampleKind::Picture: {
        const bool gray = pairing.preprocess.picture().channels == ChannelOrder::Gray;
        return Message{MessageCode::PreprocessAssumed, {{"channels", gray ? "gray" : "RGB"}}};
    }
    case SampleKind::Sound: return Message{MessageCode::FrontEndAssumed, {{"described", described(pairing.preprocess.sound())}}};
    case SampleKind::Window:
        return Message{MessageCode::FrontEndAssumed, {{"described", "the train split's mean and deviation of each channel"}}};
    case SampleKind::Tensor: break;
    }
    return std::nullopt; // numbers as they are
}

} // namespace hone
