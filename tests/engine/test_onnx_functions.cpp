// SPDX-License-Identifier: GPL-3.0-or-later
// Model-local functions are written out where they are called; ONNX Runtime, which knows functions itself, is the oracle.
#include "onnx_building.h"
#include "onnx_io/onnx_io.h"
#include "operator_graph.h"
#include "runtime/session.h"

#include <QTest>

#include <chrono>

using namespace hone;
using namespace hone::test;

namespace
{

using A = onnx::AttributeProto;

// Fields that Debian 12's protobuf doesn't know.
constexpr int nodeOverload = 8;
constexpr int functionOverload = 13;
constexpr int functionDefaults = 11;

void addUnknown(google::protobuf::Message& message, int field, const std::string& content)
{
    message.GetReflection()->MutableUnknownFields(&message)->AddLengthDelimited(field, content);
}

A attributeOf(const std::string& name, float value)
{
    A attribute;
    attribute.set_name(name);
    attribute.set_type(A::FLOAT);
    attribute.set_f(value);
    return attribute;
}

void refer(onnx::NodeProto& node, const std::string& name, const std::string& formal, A::AttributeType type)
{
    auto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_ref_attr_name(formal);
    attribute.set_type(type);
}

// x [2, 3] -> y [2, 3]; functions live in domain "local".
struct Building
{
    onnx::ModelProto model;
    onnx::GraphProto& graph = *model.mutable_graph();

    explicit Building(std::int64_t irVersion = 8)
    {
        model.set_ir_version(irVersion);
        import(*model.mutable_opset_import(), "", 17);
        import(*model.mutable_opset_import(), "local", 1);
        graph.set_name("calls");
        addPort(*graph.mutable_input(), "x", {2, 3});
        addPort(*graph.mutable_output(), "y", {2, 3});
    }

    template<class Imports>
    static void import(Imports& imports, const std::string& domain, std::int64_t version)
    {
        auto& added = *imports.Add();
        added.set_domain(domain);
        added.set_version(version);
    }

    onnx::FunctionProto& function(const std::string& name, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                                  const std::vector<std::string>& attributes = {})
    {
        auto& added = *model.add_functions();
        added.set_name(name);
        added.set_domain("local");
        import(*added.mutable_opset_import(), "", 17);
        import(*added.mutable_opset_import(), "local", 1);
        for (const auto& input : inputs)
            added.add_input(input);
        for (const auto& output : outputs)
            added.add_output(output);
        for (const auto& attribute : attributes)
            added.add_attribute(attribute);
        return added;
    }

    onnx::NodeProto& call(const std::string& name, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs)
    {
        auto& node = addNode(graph, name, inputs, outputs);
        node.set_domain("local");
        return node;
    }
};

onnx::NodeProto& bodyNode(onnx::FunctionProto& function, const std::string& op, const std::vector<std::string>& inputs,
                          const std::vector<std::string>& outputs, const std::string& domain = {})
{
    onnx::GraphProto holder;
    auto& added = *function.add_node();
    added = addNode(holder, op, inputs, outputs);
    added.set_domain(domain);
    return added;
}

void addConstantScalar(onnx::FunctionProto& function, const std::string& name, float value)
{
    auto& attribute = *bodyNode(function, "Constant", {}, {name}).add_attribute();
    attribute = attributeOf("value_float", value);
}

onnx::GraphProto& branch(onnx::NodeProto& node, const std::string& name)
{
    auto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(A::GRAPH);
    attribute.mutable_g()->set_name(name);
    return *attribute.mutable_g();
}

void addCondition(onnx::GraphProto& graph, bool value)
{
    auto& condition = addInitializer(graph, "condition", {}, onnx::TensorProto::BOOL);
    condition.add_int32_data(value);
}

struct Case
{
    const char* title;
    std::function<onnx::ModelProto()> make;
};

// leaky(x) = LeakyRelu(x + 1, alpha); the constant's name is also one of the graph's.
onnx::FunctionProto& addLeaky(Building& b)
{
    auto& leaky = b.function("leaky", {"x"}, {"y"}, {"slope"});
    addConstantScalar(leaky, "one", -0.25f);
    bodyNode(leaky, "Add", {"x", "one"}, {"t"});
    refer(bodyNode(leaky, "LeakyRelu", {"t"}, {"y"}), "alpha", "slope", A::FLOAT);
    return leaky;
}

std::vector<Case> cases()
{
    return {
        {"called twice, with another attribute and the same names",
         [] {
             Building b;
             addLeaky(b);
             *b.call("leaky", {"x"}, {"t"}).add_attribute() = attributeOf("slope", 0.5f);
             *b.call("leaky", {"t"}, {"one"}).add_attribute() = attributeOf("slope", 0.1f);
             addNode(b.graph, "Neg", {"one"}, {"y"});
             return b.model;
         }},
        {"an attribute that the call leaves out takes the operator's default",
         [] {
             Building b;
             addLeaky(b);
             b.call("leaky", {"x"}, {"y"});
             return b.model;
         }},
        {"an attribute with a default of the function's own",
         [] {
             Building b(9);
             auto& leaky = b.function("leaky", {"x"}, {"y"});
             addUnknown(leaky, functionDefaults, attributeOf("slope", 0.75f).SerializeAsString());
             refer(bodyNode(leaky, "LeakyRelu", {"x"}, {"y"}), "alpha", "slope", A::FLOAT);
             b.call("leaky", {"x"}, {"t"});
             *b.call("leaky", {"t"}, {"y"}).add_attribute() = attributeOf("slope", 0.5f);
             return b.model;
         }},
        {"functions that call functions, attributes handed on",
         [] {
             Building b;
             addLeaky(b);
             auto& twice = b.function("twice", {"x"}, {"z"}, {"steep"});
             refer(bodyNode(twice, "leaky", {"x"}, {"t"}, "local"), "slope", "steep", A::FLOAT);
             refer(bodyNode(twice, "leaky", {"t"}, {"u"}, "local"), "slope", "steep", A::FLOAT);
             bodyNode(twice, "Add", {"u", "t"}, {"z"});
             *b.call("twice", {"x"}, {"y"}).add_attribute() = attributeOf("steep", 0.3f);
             return b.model;
         }},
        {"an optional input left out in the middle",
         [] {
             Building b;
             auto& bound = b.function("bound", {"x", "low", "high"}, {"y"});
             bodyNode(bound, "Clip", {"x", "low", "high"}, {"y"});
             addInitializer(b.graph, "top", {}).add_float_data(0.25f);
             b.call("bound", {"x", "", "top"}, {"y"});
             return b.model;
         }},
        {"optional inputs left out at the end",
         [] {
             Building b;
             auto& bound = b.function("bound", {"x", "low", "high"}, {"y"});
             bodyNode(bound, "Clip", {"x", "low", "high"}, {"y"});
             addInitializer(b.graph, "bottom", {}).add_float_data(-0.25f);
             b.call("bound", {"x", "bottom"}, {"y"});
             return b.model;
         }},
        {"an output that nobody takes",
         [] {
             Building b;
             auto& both = b.function("both", {"x"}, {"positive", "negative"});
             bodyNode(both, "Relu", {"x"}, {"positive"});
             bodyNode(both, "Sub", {"positive", "x"}, {"negative"});
             b.call("both", {"x"}, {"", "y"});
             return b.model;
         }},
        {"weights inside of a function",
         [] {
             Building b;
             auto& dense = b.function("dense", {"x"}, {"y"});
             auto& attribute = *bodyNode(dense, "Constant", {}, {"w"}).add_attribute();
             attribute.set_name("value");
             attribute.set_type(A::TENSOR);
             attribute.mutable_t()->set_data_type(floatType);
             for (const auto extent : {3, 3})
                 attribute.mutable_t()->add_dims(extent);
             for (int i = 0; i < 9; ++i)
                 attribute.mutable_t()->add_float_data(0.1f * static_cast<float>(i) - 0.4f);
             bodyNode(dense, "MatMul", {"x", "w"}, {"y"});
             b.call("dense", {"x"}, {"h"});
             b.call("dense", {"h"}, {"y"});
             return b.model;
         }},
        {"a sub-graph that reads the function's values and its attribute",
         [] {
             Building b;
             auto& choose = b.function("choose", {"c", "x"}, {"y"}, {"slope"});
             bodyNode(choose, "Neg", {"x"}, {"t"});
             auto& node = bodyNode(choose, "If", {"c"}, {"y"});
             auto& yes = branch(node, "then_branch");
             refer(addNode(yes, "LeakyRelu", {"t"}, {"inner"}), "alpha", "slope", A::FLOAT);
             addPort(*yes.mutable_output(), "inner", {2, 3});
             auto& no = branch(node, "else_branch");
             addInitializer(no, "w", {1}).add_float_data(3);
             addNode(no, "Mul", {"x", "w"}, {"inner"});
             addPort(*no.mutable_output(), "inner", {2, 3});
             addCondition(b.graph, true);
             addInitializer(b.graph, "w", {1}).add_float_data(2);
             addNode(b.graph, "Mul", {"x", "w"}, {"inner"});
             *b.call("choose", {"condition", "inner"}, {"h"}).add_attribute() = attributeOf("slope", 0.5f);
             addNode(b.graph, "Not", {"condition"}, {"other"});
             b.call("choose", {"other", "h"}, {"y"});
             return b.model;
         }},
        {"a call inside of a sub-graph",
         [] {
             Building b;
             addLeaky(b);
             addCondition(b.graph, true);
             addNode(b.graph, "Neg", {"x"}, {"t"});
             auto& node = addNode(b.graph, "If", {"condition"}, {"y"});
             for (const auto* name : {"then_branch", "else_branch"}) {
                 auto& body = branch(node, name);
                 auto& call = addNode(body, "leaky", {"t"}, {std::string(name) + "_y"});
                 call.set_domain("local");
                 *call.add_attribute() = attributeOf("slope", 0.5f);
                 addPort(*body.mutable_output(), std::string(name) + "_y", {2, 3});
             }
             return b.model;
         }},
        {"a domain that only the function imports",
         [] {
             Building b;
             auto& gelu = b.function("gelu", {"x"}, {"y"});
             Building::import(*gelu.mutable_opset_import(), "com.microsoft", 1);
             bodyNode(gelu, "Gelu", {"x"}, {"y"}, "com.microsoft");
             b.call("gelu", {"x"}, {"y"});
             return b.model;
         }},
        {"two functions of one name told apart by their overload",
         [] {
             Building b(10);
             bodyNode(b.function("act", {"x"}, {"y"}), "Neg", {"x"}, {"y"});
             auto& other = b.function("act", {"x"}, {"y"});
             addUnknown(other, functionOverload, "soft");
             bodyNode(other, "Softplus", {"x"}, {"y"});
             b.call("act", {"x"}, {"h"});
             addUnknown(b.call("act", {"h"}, {"y"}), nodeOverload, "soft");
             return b.model;
         }},
    };
}

struct Refusal
{
    const char* title;
    const char* code;
    std::function<onnx::ModelProto()> make;
};

std::vector<Refusal> refusals()
{
    return {
        {"a function that calls itself", "ModelInvalid",
         [] {
             Building b;
             bodyNode(b.function("f", {"x"}, {"y"}), "f", {"x"}, {"y"}, "local");
             b.call("f", {"x"}, {"y"});
             return b.model;
         }},
        {"two functions that call each other", "ModelInvalid",
         [] {
             Building b;
             bodyNode(b.function("f", {"x"}, {"y"}), "g", {"x"}, {"y"}, "local");
             bodyNode(b.function("g", {"x"}, {"y"}), "f", {"x"}, {"y"}, "local");
             b.call("f", {"x"}, {"y"});
             return b.model;
         }},
        {"functions that call each other a thousand deep", "ModelInvalid",
         [] {
             Building b;
             for (int i = 0; i < 1000; ++i)
                 bodyNode(b.function("f" + std::to_string(i), {"x"}, {"y"}), "f" + std::to_string(i + 1), {"x"}, {"y"}, "local");
             b.call("f0", {"x"}, {"y"});
             return b.model;
         }},
        {"functions that each call the next one twice", "ModelTooLarge",
         [] {
             Building b;
             for (int i = 0; i < 40; ++i) {
                 auto& f = b.function("f" + std::to_string(i), {"x"}, {"y"});
                 const auto next = i == 39 ? std::string("Relu") : "f" + std::to_string(i + 1);
                 bodyNode(f, next, {"x"}, {"t"}, i == 39 ? "" : "local");
                 bodyNode(f, next, {"t"}, {"y"}, i == 39 ? "" : "local");
             }
             b.call("f0", {"x"}, {"y"});
             return b.model;
         }},
        {"a function that reads a value of the graph around its call", "ModelInvalid",
         [] {
             Building b;
             bodyNode(b.function("f", {"x"}, {"y"}), "Add", {"x", "outside"}, {"y"});
             addNode(b.graph, "Neg", {"x"}, {"outside"});
             b.call("f", {"x"}, {"y"});
             return b.model;
         }},
        {"more inputs than the function has", "ModelInvalid",
         [] {
             Building b;
             bodyNode(b.function("f", {"x"}, {"y"}), "Neg", {"x"}, {"y"});
             b.call("f", {"x", "x"}, {"y"});
             return b.model;
         }},
        {"a function given twice", "ModelInvalid",
         [] {
             Building b;
             for (int i = 0; i < 2; ++i)
                 bodyNode(b.function("f", {"x"}, {"y"}), "Neg", {"x"}, {"y"});
             b.call("f", {"x"}, {"y"});
             return b.model;
         }},
        {"an output that the function never makes", "ModelInvalid",
         [] {
             Building b;
             bodyNode(b.function("f", {"x"}, {"y"}), "Neg", {"x"}, {"z"});
             b.call("f", {"x"}, {"y"});
             return b.model;
         }},
    };
}

bool hasFunctionCalls(const Graph& graph)
{
    for (const auto id : graph.order()) {
        if (graph.node(id).domain == "local")
            return true;
        for (const auto& [key, attribute] : graph.node(id).attributes)
            if (const auto* body = std::get_if<std::shared_ptr<const Graph>>(&attribute); body && hasFunctionCalls(**body))
                return true;
    }
    return false;
}

} // namespace

class TestOnnxFunctions : public QObject
{
    Q_OBJECT

private slots:
    void writtenOutTheModelAnswersAsOnnxRuntimeAnswersTheCalls_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; const auto& one : cases())
            QTest::newRow(one.title) << i++;
    }
    void writtenOutTheModelAnswersAsOnnxRuntimeAnswersTheCalls()
    {
        QFETCH(int, index);
        const auto bytes = cases()[static_cast<std::size_t>(index)].make().SerializeAsString();
        const std::vector<Tensor> inputs{floats({2, 3})};
        const auto expected = Session::fromBytes(bytes, {.optimization = Optimization::None}).run(inputs);

        const auto graph = parseOnnx(bytes);
        QVERIFY(!hasFunctionCalls(graph));
        QVERIFY(!graph.opsets.contains("local"));
        const auto written = serializeOnnx(graph);
        const auto found = Session::fromBytes(written, {.optimization = Optimization::None}).run(inputs);
        QVERIFY(found == expected);
        QVERIFY(serializeOnnx(parseOnnx(written)) == written);
    }

    // ONNX Runtime refuses what follows, so the answers are worked out by hand.
    void outputsLeftOutAtTheEndAreNotNeeded()
    {
        Building b;
        auto& both = b.function("both", {"x"}, {"y", "negative"});
        bodyNode(both, "Neg", {"x"}, {"y"});
        bodyNode(both, "Neg", {"y"}, {"negative"});
        b.call("both", {"x"}, {"y"});
        const auto x = floats({2, 3});
        const auto y = Session::fromBytes(serializeOnnx(parseOnnx(b.model.SerializeAsString()))).run({x}).front();
        for (std::size_t i = 0; i < 6; ++i)
            QCOMPARE(y.data<float>()[i], -x.data<float>()[i]);
    }

    void anOutputThatIsAnInputIsCopied()
    {
        Building b;
        auto& f = b.function("f", {"x"}, {"x", "n", "n"});
        bodyNode(f, "Neg", {"x"}, {"n"});
        b.call("f", {"x"}, {"same", "negative", "again"});
        addNode(b.graph, "Sub", {"same", "negative"}, {"twice"});
        addNode(b.graph, "Sub", {"twice", "again"}, {"y"});
        const auto graph = parseOnnx(b.model.SerializeAsString());
        const auto x = floats({2, 3});
        const auto y = Session::fromBytes(serializeOnnx(graph)).run({x}).front();
        for (std::size_t i = 0; i < 6; ++i)
            QCOMPARE(y.data<float>()[i], 3 * x.data<float>()[i]);
    }

    void functionsThatNobodyCallsGo()
    {
        auto model = sumModel();
        auto& function = *model.add_functions();
        function.set_name("Twice");
        function.set_domain("org.example");
        onnx::ModelProto written;
        QVERIFY(written.ParseFromString(serializeOnnx(parseOnnx(model.SerializeAsString()))));
        QCOMPARE(written.functions_size(), 0);
    }

    void whatCannotBeWrittenOutIsRefusedAtOnce_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; const auto& one : refusals())
            QTest::newRow(one.title) << i++;
    }
    void whatCannotBeWrittenOutIsRefusedAtOnce()
    {
        QFETCH(int, index);
        const auto refusal = refusals()[static_cast<std::size_t>(index)];
        const auto bytes = refusal.make().SerializeAsString();
        const auto start = std::chrono::steady_clock::now();
        QCOMPARE(thrownBy([&] { parseOnnx(bytes); }), std::string(refusal.code));
        QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
    }
};

QTEST_GUILESS_MAIN(TestOnnxFunctions)
#include "test_onnx_functions.moc"
