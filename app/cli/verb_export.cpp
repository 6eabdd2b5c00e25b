// SPDX-License-Identifier: GPL-3.0-or-later
// A model as another program wants it: today with its preprocessing inside.
#include "cli/exit_codes.h"
#include "cli/paths.h"
#include "cli/text.h"
#include "cli/verbs.h"
#include "core/file.h"
#include "core/hash.h"
#include "data/pairing.h"
#include "data/preprocessing_inside.h"
#include "data/stated_preprocess.h"
#include "onnx_io/onnx_io.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>

namespace hone::cli
{
namespace
{

constexpr int largestSide = 1 << 14;

PictureSize sizeFrom(const std::string& text)
{
    PictureSize size;
    const auto cross = text.find('x');
    const auto number = [&](std::size_t begin, std::size_t end, int& target) {
        const auto* last = text.data() + end;
        const auto parsed = std::from_chars(text.data() + begin, last, target);
        return parsed.ec == std::errc() && parsed.ptr == last && target > 0 && target <= largestSide;
    };
    if (cross == std::string::npos || !number(0, cross, size.height) || !number(cross + 1, text.size(), size.width))
        throw Error(MessageCode::BadOption,
                    {{"option", "--input-size"}, {"value", text}, {"expected", "height and width in pixels, such as 480x640"}});
    return size;
}

Layout layoutFrom(const std::string& text)
{
    if (text == "nhwc" || text == "nchw")
        return text == "nhwc" ? Layout::Nhwc : Layout::Nchw;
    throw Error(MessageCode::BadOption, {{"option", "--layout"}, {"value", text}, {"expected", "nhwc or nchw"}});
}

class ExportVerb : public Verb
{
public:
    std::string name() const override { return "export"; }
    std::string summary() const override { return "Writes a model that takes raw data, its preprocessing inside"; }
    void declare(Command& command) override
    {
        command.positional("MODEL", m_model, "An ONNX file; it stays as it is");
        command.flag("--with-preprocessing", "Normalization (and the layout of pixels) become the model's first layers",
                     m_withPreprocessing);
        command.value({"--layout", "NAME", "Of the pixels that are handed over: nhwc or nchw", "nhwc"},
                      [this](const std::string& text) { m_options.layout = layoutFrom(text); });
        command.value({"--input-size", "HxW", "Of the pictures that are handed over, which the model then resizes; without it its own", ""},
                      [this](const std::string& text) { m_options.size = sizeFrom(text); });
        command.option({"--data", "DIR", "The data's folder, whose dataset.yaml says the preprocessing where the model doesn't", ""},
                       m_data);
        command.requiredOption({"--out", "FILE", "Where the new model goes; replaced if it is there", ""}, m_output);
        command.remark(
            "Pictures go in as bytes (uint8), sounds as the features before normalization, windows and tensors as they were recorded. "
            "Hone itself, and what it deploys, then feed the model so.");
        command.example("hone export int8.onnx --with-preprocessing --out raw.onnx");
    }
    int run(Console& console) override
    {
        if (!m_withPreprocessing)
            throw Error(MessageCode::UsageInvalid,
                        {{"detail", "Say what to write into it: --with-preprocessing"}, {"verb", "hone export"}});
        checkOutput("--out", m_output, {m_model, m_data});
        const auto graph = readOnnx(m_model);
        const auto exported = withPreprocessingInside(graph, preprocessOf(graph, console), m_options, m_model);
        const auto bytes = serializeOnnx(exported);
        writeFileAtomically(m_output, bytes);
        report(graph, exported, bytes, console);
        return exitDone;
    }

private:
    Preprocess preprocessOf(const Graph& graph, Console& console) const
    {
        if (const auto dataset = openOptionalData(m_data)) {
            const auto pairing = pairForInput(graph, *dataset);
            for (const auto& notice : {preprocessNotice(pairing), adaptedPreprocessNotice(graph, *dataset, pairing)})
                if (notice)
                    console.notice(*notice);
            return pairing.preprocess;
        }
        const auto card = readModelCard(graph);
        if (!card.preprocess)
            throw Error(MessageCode::PreprocessingUnknown, {{"path", m_model}});
        return *card.preprocess;
    }

    void report(const Graph& before, const Graph& after, const std::string& bytes, Console& console) const
    {
        const auto inputOf = [](const Graph& graph) {
            const auto& input = graph.value(graph.inputs.at(0));
            return fmt::format("{} {} {}", input.name, hone::name(input.type.dtype), input.type.shape ? toText(*input.type.shape) : "");
        };
        const auto hash = sha256(bytes);
        console.print(fmt::format("takes   {}\nbefore  {}\nWrote {}, {}.\nsha256 {}\n", inputOf(after), inputOf(before), m_output,
                                  bytesText(static_cast<std::int64_t>(bytes.size())), hash));
        const auto& input = after.value(after.inputs.at(0));
        Json json = {{"model", m_model}, {"output", m_output}, {"sha256", hash}, {"sizeBytes", bytes.size()}};
        json["input"] = {{"name", input.name}, {"type", std::string(hone::name(input.type.dtype))}, {"shape", Json::array()}};
        if (input.type.shape)
            for (const auto& dim : *input.type.shape)
                json["input"]["shape"].push_back(dim.isFixed() ? Json(dim.extent) : Json(dim.symbol));
        json["preprocess"] = toJson(*readModelCard(after).preprocess);
        console.print(json);
    }

    std::string m_model;
    std::string m_data;
    std::string m_output;
    bool m_withPreprocessing = false;
    RawInputOptions m_options;
};

} // namespace

std::unique_ptr<Verb> makeExportVerb()
{
    return std::make_unique<ExportVerb>();
}

} // namespace hone::cli
