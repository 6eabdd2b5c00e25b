// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/explain_step.h"

#include "core/file.h"
#include "onnx_io/onnx_io.h"
#include "project/noted_options.h"
#include "project/project_store.h"
#include "quantize/quantize.h"

#include <nlohmann/json.hpp>

#include <system_error>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

fs::path floatBehind(const ProjectStore& project, Build build)
{
    while (!build.parent.empty()) {
        build = project.build(build.parent);
        if (!isQuantized(readOnnx(build.model)))
            return build.model;
    }
    return build.model;
}

fs::path keptWith(const fs::path& model)
{
    return model.parent_path() / "explanation.json";
}

} // namespace

Explanation explainFiles(const fs::path& quantized, const fs::path& floating, const Dataset& dataset, const ExplainParameters& parameters,
                         const JobContext& job)
{
    return explain({.quantized = quantized,
                    .floating = floating,
                    .dataset = dataset,
                    .samples = parameters.samples,
                    .threads = parameters.threads,
                    .runs = parameters.runs,
                    .madeBy = notedBy(readOnnx(quantized))},
                   job);
}

Explanation explainBuild(const ProjectStore& project, const Build& build, const fs::path& floating, const Dataset& dataset,
                         const ExplainParameters& parameters, const JobContext& job)
{
    auto explanation = explainFiles(build.model, floating.empty() ? floatBehind(project, build) : floating, dataset, parameters, job);
    writeFileAtomically(keptWith(build.model), toJson(explanation).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    return explanation;
}

std::optional<Explanation> keptExplanation(const fs::path& model)
{
    std::error_code ignored;
    if (!fs::exists(model.parent_path() / "build.json", ignored) || !fs::exists(keptWith(model), ignored))
        return std::nullopt;
    try {
        return explanationFromJson(Json::parse(readFile(keptWith(model))));
    } catch (const Error&) {
    } catch (const Json::exception&) {
    }
    return std::nullopt;
}

} // namespace hone
