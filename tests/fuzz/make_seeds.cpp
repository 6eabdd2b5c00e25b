// SPDX-License-Identifier: GPL-3.0-or-later
// Writes small files from which fuzzing begins: models with each thing that the reader knows of, and made-up graphs.
//   hone_fuzz_seeds FOLDER
#include "core/error.h"
#include "core/random.h"
#include "engine/onnx_building.h"
#include "graph/shape_inference.h"
#include "made_up_graph.h"
#include "onnx_io/onnx_io.h"

#include <filesystem>
#include <fstream>
#include <iostream>

using namespace hone;
using namespace hone::test;
namespace fs = std::filesystem;

namespace
{

constexpr int graphsTried = 400;
constexpr std::size_t bytesOfRecipe = 160;
constexpr std::size_t largestFile = 1500;

void addBranches(onnx::GraphProto& graph)
{
    addInitializer(graph, "condition", {}, onnx::TensorProto::BOOL).add_int32_data(1);
    auto& node = addNode(graph, "If", {"condition"}, {"z"});
    for (const auto* name : {"then_branch", "else_branch"}) {
        auto& attribute = *node.add_attribute();
        attribute.set_name(name);
        attribute.set_type(onnx::AttributeProto::GRAPH);
        addNode(*attribute.mutable_g(), "Neg", {"y"}, {std::string(name) + "_z"});
        addPort(*attribute.mutable_g()->mutable_output(), std::string(name) + "_z", {2});
    }
    addPort(*graph.mutable_output(), "z", {2});
}

void addFunction(onnx::ModelProto& model)
{
    auto& function = *model.add_functions();
    function.set_name("f");
    function.set_domain("local");
    function.add_input("a");
    function.add_output("b");
    function.add_attribute("slope");
    auto& inner = *function.add_node();
    inner.set_op_type("LeakyRelu");
    inner.add_input("a");
    inner.add_output("b");
    auto& attribute = *inner.add_attribute();
    attribute.set_name("alpha");
    attribute.set_ref_attr_name("slope");
    attribute.set_type(onnx::AttributeProto::FLOAT);
    addNode(*model.mutable_graph(), "f", {"y"}, {"called"}).set_domain("local");
    addPort(*model.mutable_graph()->mutable_output(), "called", {2});
}

void addSparse(onnx::GraphProto& graph)
{
    auto& sparse = *graph.add_sparse_initializer();
    sparse.add_dims(2);
    sparse.mutable_values()->set_name("s");
    sparse.mutable_values()->set_data_type(floatType);
    sparse.mutable_values()->add_dims(1);
    sparse.mutable_values()->add_float_data(1);
    sparse.mutable_indices()->set_data_type(onnx::TensorProto::INT64);
    sparse.mutable_indices()->add_dims(1);
    sparse.mutable_indices()->add_int64_data(1);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2)
        return 2;
    int files = 0;
    const auto write = [&](const std::string& bytes) {
        std::ofstream(fs::path(argv[1]) / ("seed" + std::to_string(files++)), std::ios::binary) << bytes;
    };
    auto model = sumModel();
    write(model.SerializeAsString());
    addBranches(*model.mutable_graph());
    write(model.SerializeAsString());
    addFunction(model);
    write(model.SerializeAsString());
    addSparse(*model.mutable_graph());
    write(model.SerializeAsString());

    Random random(1);
    for (int i = 0; i < graphsTried; ++i) {
        std::vector<std::uint8_t> recipe(bytesOfRecipe);
        for (auto& byte : recipe)
            byte = static_cast<std::uint8_t>(random.uniform(0, 256));
        try {
            const auto graph = fuzz::madeUpGraph(recipe);
            const auto bytes = serializeOnnx(graph);
            inferShapes(parseOnnx(bytes));
            if (bytes.size() <= largestFile)
                write(bytes);
        } catch (const Error&) { // one that would be refused at once teaches little
        }
    }
    std::cout << files << " files\n";
}
