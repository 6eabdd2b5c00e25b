// SPDX-License-Identifier: GPL-3.0-or-later
#include "onnx_io/function_inliner.h"

#include "onnx_io/function_table.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace hone
{
namespace
{

using google::protobuf::RepeatedPtrField;

// Of names and attributes, copied to every call.
constexpr std::int64_t mostBytes = std::int64_t{1} << 28;

template<class Visit>
void forEachSubGraph(onnx::NodeProto& node, Visit visit)
{
    for (auto& attribute : *node.mutable_attribute()) {
        if (attribute.has_g())
            visit(*attribute.mutable_g());
        for (auto& graph : *attribute.mutable_graphs())
            visit(graph);
    }
}

// What the names inside of a function, or of one of its sub-graphs, are called where it is written out.
class Scope
{
public:
    explicit Scope(const Scope* around = nullptr) : m_around(around) {}

    void define(const std::string& inside, std::string outside) { m_names.insert_or_assign(inside, std::move(outside)); }
    bool definesItself(const std::string& inside) const { return m_names.contains(inside); }
    const std::string* find(const std::string& inside) const
    {
        const auto found = m_names.find(inside);
        if (found != m_names.end())
            return &found->second;
        return m_around ? m_around->find(inside) : nullptr;
    }

private:
    const Scope* m_around;
    std::unordered_map<std::string, std::string> m_names;
};

// One call that is being written out.
struct Call
{
    const Function& function;
    const onnx::NodeProto& node;
    std::string label; // what its names begin with

    const onnx::AttributeProto* attribute(const std::string& name) const
    {
        for (const auto& given : node.attribute())
            if (given.name() == name)
                return &given;
        const auto fallback = function.defaults.find(name);
        return fallback == function.defaults.end() ? nullptr : fallback->second.get();
    }
};

class Inliner
{
public:
    explicit Inliner(onnx::ModelProto& model) : m_model(model), m_functions(model) {}

    void run()
    {
        collectNames(*m_model.mutable_graph());
        m_functions.requireReasonable(m_model.graph());
        expand(*m_model.mutable_graph());
        importOpsets();
    }

private:
    void collectNames(onnx::GraphProto& graph)
    {
        for (const auto& input : graph.input())
            m_taken.insert(input.name());
        for (const auto& tensor : graph.initializer())
            m_taken.insert(tensor.name());
        for (const auto& tensor : graph.sparse_initializer())
            m_taken.insert(tensor.values().name());
        for (auto& node : *graph.mutable_node()) {
            m_taken.insert(node.output().begin(), node.output().end());
            forEachSubGraph(node, [&](onnx::GraphProto& body) { collectNames(body); });
        }
    }

    std::string uniqueName(const std::string& wanted)
    {
        spend(static_cast<std::int64_t>(wanted.size()));
        auto name = wanted;
        for (auto& suffix = m_suffixes[wanted]; !m_taken.insert(name).second;)
            name = wanted + "_" + std::to_string(++suffix);
        return name;
    }

    void spend(std::int64_t bytes)
    {
        m_bytes += bytes;
        if (m_bytes > mostBytes)
            throwFunctionsTooLarge();
    }

    void expand(onnx::GraphProto& graph)
    {
        RepeatedPtrField<onnx::NodeProto> nodes;
        nodes.Swap(graph.mutable_node());
        for (auto& node : nodes)
            expand(node, *graph.mutable_node());
    }

    // Takes the node's content.
    void expand(onnx::NodeProto& node, RepeatedPtrField<onnx::NodeProto>& out)
    {
        forEachSubGraph(node, [&](onnx::GraphProto& body) { expand(body); });
        const auto* function = m_functions.calledBy(node);
        if (!function) {
            m_usedDomains.insert(domainOf(node.domain()));
            out.Add()->Swap(&node);
            return;
        }
        if (node.input_size() > function->proto->input_size() || node.output_size() > function->proto->output_size())
            throwInvalidFunction("function '" + function->proto->name() + "' is called with more inputs or outputs than it has");
        writeOut({*function, node, node.name().empty() ? node.op_type() : node.name()}, out);
    }

    void writeOut(const Call& call, RepeatedPtrField<onnx::NodeProto>& out)
    {
        const auto& proto = *call.function.proto;
        Scope names;
        for (int i = 0; i < proto.input_size(); ++i)
            names.define(proto.input(i), i < call.node.input_size() ? call.node.input(i) : std::string());

        // An output that is an input, or that is listed twice, has nobody of its own who makes it.
        std::vector<std::pair<std::string, std::string>> copied;
        for (int i = 0; i < proto.output_size(); ++i) {
            const auto& inside = proto.output(i);
            const auto outside = i < call.node.output_size() ? call.node.output(i) : std::string();
            if (!names.definesItself(inside))
                names.define(inside, outside.empty() ? uniqueName(call.label + "/" + inside) : outside);
            else if (!outside.empty())
                copied.emplace_back(inside, outside);
        }
        for (const auto& node : proto.node())
            defineOutputs(node, names, call);
        for (const auto& node : proto.node()) {
            spend(static_cast<std::int64_t>(node.ByteSizeLong() + call.label.size()));
            auto copy = node;
            rename(copy, names, call);
            expand(copy, out);
        }
        for (const auto& [inside, outside] : copied) {
            auto& node = *out.Add();
            node.set_op_type("Identity");
            node.add_input(outsideName(inside, names, call));
            node.add_output(outside);
            m_usedDomains.insert("");
        }
    }

    void defineOutputs(const onnx::NodeProto& node, Scope& names, const Call& call)
    {
        for (const auto& output : node.output())
            define(output, names, call);
    }

    void define(const std::string& inside, Scope& names, const Call& call)
    {
        if (!inside.empty() && !names.definesItself(inside))
            names.define(inside, uniqueName(call.label + "/" + inside));
    }

    static const std::string& outsideName(const std::string& inside, const Scope& names, const Call& call)
    {
        const auto* outside = names.find(inside);
        if (!outside)
            throwInvalidFunction("function '" + call.function.proto->name() + "' reads '" + inside + "', which nothing makes");
        return *outside;
    }

    void rename(onnx::NodeProto& node, const Scope& names, const Call& call)
    {
        node.set_name(call.label + "/" + (node.name().empty() ? node.op_type() : node.name()));
        for (auto& input : *node.mutable_input())
            if (!input.empty())
                input = outsideName(input, names, call);
        for (auto& output : *node.mutable_output())
            if (!output.empty())
                output = outsideName(output, names, call);
        bind(*node.mutable_attribute(), names, call);
    }

    // Attributes that refer to the call's get its values, which speak of its names already.
    void bind(RepeatedPtrField<onnx::AttributeProto>& attributes, const Scope& names, const Call& call)
    {
        RepeatedPtrField<onnx::AttributeProto> bound;
        for (auto& attribute : attributes) {
            if (attribute.ref_attr_name().empty()) {
                if (attribute.has_g())
                    rename(*attribute.mutable_g(), names, call);
                for (auto& graph : *attribute.mutable_graphs())
                    rename(graph, names, call);
                bound.Add()->Swap(&attribute);
            } else if (const auto* given = call.attribute(attribute.ref_attr_name())) {
                spend(static_cast<std::int64_t>(given->ByteSizeLong()));
                auto& copy = *bound.Add();
                copy = *given;
                copy.set_name(attribute.name());
            }
        }
        attributes.Swap(&bound);
    }

    void rename(onnx::GraphProto& graph, const Scope& around, const Call& call)
    {
        Scope names(&around);
        for (const auto& input : graph.input())
            define(input.name(), names, call);
        for (const auto& tensor : graph.initializer())
            define(tensor.name(), names, call);
        for (const auto& tensor : graph.sparse_initializer())
            define(tensor.values().name(), names, call);
        for (const auto& node : graph.node())
            defineOutputs(node, names, call);

        const auto renamed = [&](std::string* name) {
            if (!name->empty())
                *name = outsideName(*name, names, call);
        };
        for (auto& input : *graph.mutable_input())
            renamed(input.mutable_name());
        for (auto& tensor : *graph.mutable_initializer())
            renamed(tensor.mutable_name());
        for (auto& tensor : *graph.mutable_sparse_initializer())
            renamed(tensor.mutable_values()->mutable_name());
        for (auto& node : *graph.mutable_node()) {
            spend(static_cast<std::int64_t>(call.label.size()));
            rename(node, names, call);
        }
        for (auto& output : *graph.mutable_output())
            renamed(output.mutable_name());
        graph.clear_value_info(); // of names that are no more
    }

    // A model imports what is left of its domains and what its functions imported; its own versions go first, since ONNX
    // asks that a function's operators mean the same in them.
    void importOpsets()
    {
        std::map<std::string, std::int64_t> missing;
        std::set<std::string> ownDomains;
        for (const auto& [key, function] : m_functions.all()) {
            ownDomains.insert(std::get<0>(key));
            for (const auto& import : function.proto->opset_import()) {
                auto& version = missing[domainOf(import.domain())];
                version = std::max<std::int64_t>(version, import.version());
            }
        }
        auto& imports = *m_model.mutable_opset_import();
        const auto first = std::remove_if(imports.begin(), imports.end(), [&](const auto& import) {
            const auto domain = domainOf(import.domain());
            missing.erase(domain);
            return !domain.empty() && ownDomains.contains(domain) && !m_usedDomains.contains(domain);
        });
        imports.erase(first, imports.end());
        for (const auto& [domain, version] : missing) {
            if (!m_usedDomains.contains(domain))
                continue;
            auto& import = *imports.Add();
            import.set_domain(domain);
            import.set_version(version);
        }
    }

    onnx::ModelProto& m_model;
    FunctionTable m_functions;
    std::unordered_set<std::string> m_taken;
    std::unordered_map<std::string, int> m_suffixes;
    std::set<std::string> m_usedDomains;
    std::int64_t m_bytes = 0;
};

} // namespace

void inlineFunctions(onnx::ModelProto& model)
{
    if (model.functions_size() > 0)
        Inliner(model).run();
}

} // namespace hone
