// SPDX-License-Identifier: GPL-3.0-or-later
#include "onnx_io/function_table.h"

#include "core/error.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <vector>

namespace hone
{
namespace
{

// Functions that call each other twice a level grow without end.
constexpr std::int64_t mostNodes = std::int64_t{1} << 18;
constexpr std::size_t deepestCall = 64;

// Fields that came after the protobuf that Debian 12 has; there they are found among the unknown ones.
constexpr int nodeOverloadField = 8;
constexpr int functionOverloadField = 13;
constexpr int functionDefaultsField = 11;

// The texts of a field, or its messages serialized, whether this protobuf knows the field or not.
std::vector<std::string> contentOf(const google::protobuf::Message& message, int number)
{
    std::vector<std::string> content;
    const auto* reflection = message.GetReflection();
    if (const auto* field = message.GetDescriptor()->FindFieldByNumber(number)) {
        if (!field->is_repeated())
            return {reflection->GetString(message, field)};
        for (int i = 0; i < reflection->FieldSize(message, field); ++i)
            content.push_back(reflection->GetRepeatedMessage(message, field, i).SerializeAsString());
        return content;
    }
    const auto& unknown = reflection->GetUnknownFields(message);
    for (int i = 0; i < unknown.field_count(); ++i)
        if (unknown.field(i).number() == number && unknown.field(i).type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED)
            content.push_back(unknown.field(i).length_delimited());
    return content;
}

std::string overloadOf(const google::protobuf::Message& message, int number)
{
    const auto content = contentOf(message, number);
    return content.empty() ? std::string() : content.back();
}

FunctionTable::Key keyOf(const onnx::NodeProto& node)
{
    return {domainOf(node.domain()), node.op_type(), overloadOf(node, nodeOverloadField)};
}

} // namespace

void throwInvalidFunction(const std::string& detail)
{
    throw Error(MessageCode::ModelInvalid, {{"path", ""}, {"detail", detail}});
}

void throwFunctionsTooLarge()
{
    throw Error(MessageCode::ModelTooLarge, {{"path", ""}, {"detail", "its functions written out"}});
}

std::string domainOf(const std::string& domain)
{
    return domain == "ai.onnx" ? std::string() : domain;
}

FunctionTable::FunctionTable(onnx::ModelProto& model)
{
    for (auto& proto : *model.mutable_functions()) {
        Function function;
        for (const auto& bytes : contentOf(proto, functionDefaultsField)) {
            const auto attribute = std::make_shared<onnx::AttributeProto>();
            if (attribute->ParseFromString(bytes))
                function.defaults[attribute->name()] = attribute;
        }
        const Key key(domainOf(proto.domain()), proto.name(), overloadOf(proto, functionOverloadField));
        function.proto = std::make_shared<const onnx::FunctionProto>(std::move(proto));
        if (!m_functions.emplace(key, std::move(function)).second)
            throwInvalidFunction("two functions are named '" + std::get<1>(key) + "'");
    }
    model.clear_functions();
}

const Function* FunctionTable::calledBy(const onnx::NodeProto& node) const
{
    const auto called = m_functions.find(keyOf(node));
    return called == m_functions.end() ? nullptr : &called->second;
}

class FunctionTable::Counting
{
public:
    explicit Counting(std::map<Key, Function>& functions) : m_functions(functions) {}

    // What calls make, however deep; at most one more than is allowed, so that it can't overflow.
    template<class Nodes> // a graph or a function
    std::int64_t calledIn(const Nodes& around)
    {
        std::int64_t count = 0;
        for (const auto& node : around.node()) {
            if (const auto called = m_functions.find(keyOf(node)); called != m_functions.end())
                count += writtenOut(called->second);
            for (const auto& attribute : node.attribute()) {
                count += calledIn(attribute.g());
                for (const auto& graph : attribute.graphs())
                    count += calledIn(graph);
            }
            count = std::min(count, mostNodes + 1);
        }
        return count;
    }

private:
    std::int64_t writtenOut(Function& function)
    {
        if (function.nodes > 0)
            return function.nodes;
        if (std::ranges::find(m_active, &function) != m_active.end())
            throwInvalidFunction("function '" + function.proto->name() + "' calls itself");
        if (m_active.size() == deepestCall)
            throwInvalidFunction("functions call each other more than " + std::to_string(deepestCall) + " deep");
        m_active.push_back(&function);
        function.nodes = std::min(1 + function.proto->node_size() + calledIn(*function.proto), mostNodes + 1);
        m_active.pop_back();
        return function.nodes;
    }

    std::map<Key, Function>& m_functions;
    std::vector<const Function*> m_active; // those that are being looked into
};

void FunctionTable::requireReasonable(const onnx::GraphProto& graph)
{
    if (Counting(m_functions).calledIn(graph) > mostNodes)
        throwFunctionsTooLarge();
}

} // namespace hone
