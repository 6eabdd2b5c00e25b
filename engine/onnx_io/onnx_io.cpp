// SPDX-License-Identifier: GPL-3.0-or-later
#include "onnx_io/onnx_io.h"

#include "core/error.h"
#include "core/file.h"
#include "graph/raise_old_opset.h"
#include "onnx_io/function_inliner.h"
#include "onnx_io/graph_proto.h"
#include "onnx_io/model_file.h"
#include "onnx_io/model_parser.h"

#include <onnx/onnx_pb.h>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

// Below, initializers must be listed as inputs too, which Hone doesn't do.
constexpr std::int64_t lowestIrVersionWritten = 4;

// What the work throws, with the path put where an inner function didn't know it.
template<class Work>
auto namingPath(const std::string& path, Work work)
{
    try {
        return work();
    } catch (const Error& error) {
        auto arguments = error.message().arguments;
        const auto named = arguments.find("path");
        if (named == arguments.end() || !named->second.empty())
            throw;
        named->second = path;
        throw Error(error.code(), std::move(arguments));
    }
}

[[noreturn]] void throwOpsetUnsupported(std::int64_t opset)
{
    throw Error(MessageCode::OpsetUnsupported, {{"path", ""},
                                                {"opset", std::to_string(opset)},
                                                {"lowest", std::to_string(lowestOpset)},
                                                {"highest", std::to_string(highestOpset)}});
}

std::map<std::string, std::int64_t> readOpsets(const onnx::ModelProto& model)
{
    std::map<std::string, std::int64_t> opsets;
    for (const auto& import : model.opset_import())
        opsets[import.domain() == "ai.onnx" ? "" : import.domain()] = import.version();
    // A file that doesn't say means the first.
    const auto opset = opsets.try_emplace("", 1).first->second;
    if (opset < 1 || opset > highestOpset)
        throwOpsetUnsupported(opset);
    return opsets;
}

Graph readModel(onnx::ModelProto model, ExternalData external)
{
    inlineFunctions(model);
    auto opsets = readOpsets(model);
    auto graph = readGraph(*model.mutable_graph(), external, GraphPlace::Outermost);
    graph.opsets = std::move(opsets);
    if (const auto opset = graph.opset(); !raiseOldOpset(graph))
        throwOpsetUnsupported(opset);
    for (const auto& entry : model.metadata_props())
        graph.metadata[entry.key()] = entry.value();
    graph.producerName = model.producer_name();
    graph.producerVersion = model.producer_version();
    graph.irVersion = model.ir_version();
    graph.modelDomain = model.domain();
    graph.modelVersion = model.model_version();
    graph.modelDocString = model.doc_string();
    return graph;
}

std::uint64_t constantBytes(const Graph& graph)
{
    std::uint64_t bytes = 0;
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i)
        bytes += graph.value(ValueId{i}).constant.byteCount();
    for (const auto id : graph.order())
        for (const auto& [key, attribute] : graph.node(id).attributes)
            if (const auto* tensor = std::get_if<Tensor>(&attribute))
                bytes += tensor->byteCount();
            else if (const auto* body = std::get_if<std::shared_ptr<const Graph>>(&attribute))
                bytes += constantBytes(**body);
    return bytes;
}

// The IR that first had each element type; ONNX Runtime goes by it.
std::int64_t irVersionFor(const Graph& graph)
{
    auto version = std::max(graph.irVersion, lowestIrVersionWritten);
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i) {
        const auto dtype = graph.value(ValueId{i}).constant.dtype();
        if (dtype >= DType::Float4E2M1)
            version = std::max<std::int64_t>(version, 11);
        else if (dtype >= DType::UInt4)
            version = std::max<std::int64_t>(version, 10);
        else if (dtype >= DType::Float8E4M3FN)
            version = std::max<std::int64_t>(version, 9);
    }
    return version;
}

onnx::ModelProto toModel(const Graph& graph)
{
    onnx::ModelProto model;
    model.set_ir_version(irVersionFor(graph));
    for (const auto& [domain, version] : graph.opsets) {
        auto& import = *model.add_opset_import();
        import.set_domain(domain);
        import.set_version(version);
    }
    for (const auto& [key, value] : graph.metadata) {
        auto& entry = *model.add_metadata_props();
        entry.set_key(key);
        entry.set_value(value);
    }
    if (!graph.producerName.empty())
        model.set_producer_name(graph.producerName);
    if (!graph.producerVersion.empty())
        model.set_producer_version(graph.producerVersion);
    if (!graph.modelDomain.empty())
        model.set_domain(graph.modelDomain);
    if (graph.modelVersion != 0)
        model.set_model_version(graph.modelVersion);
    if (!graph.modelDocString.empty())
        model.set_doc_string(graph.modelDocString);
    writeGraph(graph, *model.mutable_graph());
    return model;
}

} // namespace

Graph readOnnx(const fs::path& path)
{
    return namingPath(path.string(), [&] {
        const ModelFile file(path);
        return readModel(parseModelFile(file), {path.has_parent_path() ? path.parent_path() : fs::path("."), path.string(), &file});
    });
}

Graph parseOnnx(std::string_view bytes, const fs::path& folder, const std::string& nameForErrors)
{
    return namingPath(nameForErrors, [&] { return readModel(parseModelBytes(bytes), {folder, nameForErrors}); });
}

std::string serializeOnnx(const Graph& graph)
{
    if (const auto bytes = constantBytes(graph); bytes > mostModelBytes)
        throwModelTooLarge(bytes);
    const auto model = toModel(graph);
    if (const auto bytes = model.ByteSizeLong(); bytes > mostModelBytes)
        throwModelTooLarge(bytes);
    return model.SerializeAsString();
}

void writeOnnx(const Graph& graph, const fs::path& path)
{
    writeFileAtomically(path, namingPath(path.string(), [&] { return serializeOnnx(graph); }));
}

} // namespace hone
