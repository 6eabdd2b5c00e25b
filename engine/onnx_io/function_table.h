// SPDX-License-Identifier: GPL-3.0-or-later
// A model's local functions, by what calls them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>

namespace onnx
{
class AttributeProto;
class FunctionProto;
class GraphProto;
class ModelProto;
class NodeProto;
} // namespace onnx

namespace hone
{

[[noreturn]] void throwInvalidFunction(const std::string& detail);
[[noreturn]] void throwFunctionsTooLarge();

// "ai.onnx" is another name of "".
std::string domainOf(const std::string& domain);

struct Function
{
    std::shared_ptr<const onnx::FunctionProto> proto;
    std::map<std::string, std::shared_ptr<const onnx::AttributeProto>> defaults;
    std::int64_t nodes = 0; // written out, with all that it calls; 0: not counted yet
};

class FunctionTable
{
public:
    using Key = std::tuple<std::string, std::string, std::string>; // domain, name, overload

    // Takes the functions out of the model. Throws Error(ModelInvalid) where one is given twice.
    explicit FunctionTable(onnx::ModelProto& model);

    const std::map<Key, Function>& all() const { return m_functions; }
    // Null where the node is an operator.
    const Function* calledBy(const onnx::NodeProto& node) const;
    // Counts what the graph's calls become. Throws Error(ModelInvalid) where a function calls itself, over whatever others, or where
    // calls go too deep; Error(ModelTooLarge) where there would be absurdly many nodes.
    void requireReasonable(const onnx::GraphProto& graph);

private:
    class Counting;
    std::map<Key, Function> m_functions;
};

} // namespace hone
