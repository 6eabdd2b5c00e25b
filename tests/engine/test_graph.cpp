// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/error.h"
#include "graph/graph.h"
#include "operator_graph.h"

#include <QTest>

#include <algorithm>
#include <functional>

using namespace hone;
using namespace hone::test;

namespace
{

std::string orderOf(const Graph& graph)
{
    std::string text;
    for (const auto id : graph.order())
        text += (text.empty() ? "" : " ") + graph.node(id).name;
    return text;
}

NodeId addNamed(Graph& graph, const std::string& name, std::vector<ValueId> inputs, ValueId output)
{
    return graph.addNode({.name = name, .opType = "Sum", .inputs = std::move(inputs), .outputs = {output}});
}

// x -> a -> b -> y, and a -> c, which nobody reads.
struct Chain
{
    Graph graph = emptyGraph(13);
    ValueId x, a, b, c;

    Chain()
    {
        x = addInput(graph, "x", DType::Float32, {Dim::free("N")});
        a = graph.addComputed("a");
        b = graph.addComputed("b");
        c = graph.addComputed("c");
        addNamed(graph, "first", {x}, a);
        addNamed(graph, "second", {a, graph.addConstant("used", floats({1}))}, b);
        addNamed(graph, "third", {a, graph.addConstant("unused", floats({1}))}, c);
        graph.outputs = {b};
    }
};

// An If whose branches read "a" of the graph around them.
Node conditional(ValueId condition, ValueId output, const std::string& captured)
{
    Graph body = emptyGraph(13);
    const auto outer = body.addValue({.name = captured});
    body.outputs = {addOperator(body, "Relu", {outer})};
    const auto shared = std::make_shared<const Graph>(std::move(body));
    return {.name = "if",
            .opType = "If",
            .inputs = {condition},
            .outputs = {output},
            .attributes = {{"then_branch", shared}, {"else_branch", shared}}};
}

MessageArguments argumentsOf(const std::function<void()>& work)
{
    try {
        work();
    } catch (const Error& error) {
        return error.message().arguments;
    }
    return {};
}

} // namespace

class TestGraph : public QObject
{
    Q_OBJECT

private slots:
    void aNameStandsForOneValue()
    {
        Graph graph;
        const auto id = graph.addValue({.name = "v"});
        QVERIFY(graph.findValue("v") == id);
        QVERIFY_THROWS_EXCEPTION(Error, graph.addValue({.name = "v"}));
        QVERIFY_THROWS_EXCEPTION(Error, graph.addValue({.name = ""}));
        const auto second = graph.addComputed("v");
        QVERIFY(graph.value(second).name != "v");
        QVERIFY_THROWS_EXCEPTION(Error, graph.renameValue(second, "v"));
        graph.renameValue(id, "w");
        QVERIFY(!graph.findValue("v"));
        QVERIFY(graph.findValue("w") == id);
    }

    void manyValuesOfOneStemGetTheirNamesFast()
    {
        Graph graph;
        for (int i = 0; i < 20000; ++i)
            graph.addComputed("x");
        QCOMPARE(graph.valueCount(), std::size_t{20000});
        QVERIFY(graph.findValue("x_19999").has_value());
    }

    void nodesWithoutANameGetOneAndTwinsAreToldApart()
    {
        Graph graph;
        const auto first = graph.addNode({.name = "", .opType = "Relu"});
        const auto second = graph.addNode({.name = "n", .opType = "Relu"});
        const auto third = graph.addNode({.name = "n", .opType = "Relu"});
        QVERIFY(!graph.node(first).name.empty());
        QCOMPARE(graph.node(second).name, std::string("n"));
        QVERIFY(graph.node(third).name != "n");
        QVERIFY(graph.findNode(graph.node(third).name) == third);
        graph.node(second).name = "renamed";
        QVERIFY(graph.findNode("renamed") == second);
        QVERIFY(!graph.findNode("n"));
    }

    void aSortedGraphStaysAsItIs()
    {
        Chain chain;
        chain.graph.sortTopologically();
        QCOMPARE(orderOf(chain.graph), std::string("first second third"));
    }

    void nodesInAnyOrderAreSorted()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, {});
        const auto a = graph.addComputed("a"), b = graph.addComputed("b"), c = graph.addComputed("c");
        addNamed(graph, "last", {a, b}, c);
        addNamed(graph, "free", {x}, graph.addComputed("d"));
        addNamed(graph, "second", {a}, b);
        addNamed(graph, "first", {x}, a);
        graph.sortTopologically();
        QCOMPARE(orderOf(graph), std::string("free first second last"));
    }

    void aCycleIsRefusedByTheNameOfANodeOnIt()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, {});
        const auto a = graph.addComputed("a"), b = graph.addComputed("b"), c = graph.addComputed("c");
        addNamed(graph, "behind", {b}, c);
        addNamed(graph, "here", {x, b}, a);
        addNamed(graph, "there", {a}, b);
        const auto detail = argumentsOf([&] { graph.sortTopologically(); })["detail"];
        QVERIFY2(detail.find("'here'") != std::string::npos || detail.find("'there'") != std::string::npos, detail.c_str());
        QCOMPARE(orderOf(graph), std::string("behind here there"));
    }

    void aVeryLongChainIsSortedWithoutRecursion()
    {
        auto graph = emptyGraph(13);
        auto value = addInput(graph, "x", DType::Float32, {});
        std::vector<std::pair<ValueId, ValueId>> links;
        for (int i = 0; i < 50000; ++i) {
            const auto next = graph.addComputed("v");
            links.emplace_back(value, next);
            value = next;
        }
        graph.outputs = {value};
        for (auto link = links.rbegin(); link != links.rend(); ++link)
            graph.addNode({.name = "", .opType = "Relu", .inputs = {link->first}, .outputs = {link->second}});
        graph.sortTopologically();
        QVERIFY(graph.node(graph.order().front()).input(0) == graph.inputs[0]);
        graph.removeDeadNodes();
        QCOMPARE(graph.order().size(), std::size_t{50000});
    }

    void insertedNodesStandWhereTheyWereAskedTo()
    {
        Chain chain;
        auto& graph = chain.graph;
        const auto second = *graph.findNode("second");
        graph.insertNodeBefore(second, {.name = "before", .opType = "Relu"});
        graph.insertNodeAfter(second, {.name = "after", .opType = "Relu"});
        QCOMPARE(orderOf(graph), std::string("first before second after third"));
        graph.removeNode(second);
        QCOMPARE(orderOf(graph), std::string("first before after third"));
        QVERIFY(!graph.findNode("second"));
        QVERIFY_THROWS_EXCEPTION(Error, graph.removeNode(second));
    }

    void usesKnowMakersReadersAndOutputs()
    {
        Chain chain;
        const GraphUses uses(chain.graph);
        QVERIFY(!uses.producer(chain.x).valid());
        QVERIFY(uses.producer(chain.a) == *chain.graph.findNode("first"));
        QCOMPARE(uses.users(chain.a).size(), std::size_t{2});
        QVERIFY(uses.users(chain.a)[0] == (Use{*chain.graph.findNode("second"), 0}));
        QVERIFY(uses.isGraphOutput(chain.b));
        QVERIFY(!uses.isGraphOutput(chain.a));
    }

    void deadNodesAndConstantsGoWithTheirNames()
    {
        Chain chain;
        auto& graph = chain.graph;
        graph.removeDeadNodes();
        QCOMPARE(orderOf(graph), std::string("first second"));
        QVERIFY(graph.findValue("used").has_value());
        QVERIFY(!graph.findValue("unused").has_value());
        QVERIFY(!graph.findValue("c").has_value());
        QVERIFY(graph.findValue("x").has_value());
        QCOMPARE(graph.uniqueName("c"), std::string("c"));
    }

    void replacedUsesReachNodesAndOutputs()
    {
        Chain chain;
        auto& graph = chain.graph;
        graph.replaceUses(chain.b, chain.a);
        QVERIFY(graph.outputs[0] == chain.a);
        graph.replaceUses(chain.a, chain.x);
        QVERIFY(graph.node(*graph.findNode("second")).input(0) == chain.x);
        QVERIFY(graph.outputs[0] == chain.x);
    }

    void whatASubGraphCapturesIsReadByItsNode()
    {
        Chain chain;
        auto& graph = chain.graph;
        const auto condition = addInput(graph, "condition", DType::Bool, {});
        const auto output = graph.addComputed("output");
        // In front of the node that makes what its branches read.
        const auto id = graph.insertNodeBefore(*graph.findNode("first"), conditional(condition, output, "a"));
        QCOMPARE(capturedNames(graph.node(id)), std::vector<std::string>{"a"});
        graph.outputs = {output};
        const GraphUses uses(graph);
        QVERIFY(uses.isCaptured(chain.a));
        QVERIFY(uses.isGraphOutput(chain.a));

        graph.sortTopologically();
        QCOMPARE(orderOf(graph), std::string("first if second third"));
        graph.removeDeadNodes();
        QCOMPARE(orderOf(graph), std::string("first if"));
    }

    void aRenamedCaptureIsRenamedInsideAndCopiesStayAsTheyWere()
    {
        Chain chain;
        auto& graph = chain.graph;
        const auto condition = addInput(graph, "condition", DType::Bool, {});
        const auto id = graph.addNode(conditional(condition, graph.addComputed("output"), "a"));
        const auto copy = graph;
        graph.renameValue(chain.a, "renamed");
        QCOMPARE(capturedNames(graph.node(id)), std::vector<std::string>{"renamed"});
        QCOMPARE(capturedNames(copy.node(id)), std::vector<std::string>{"a"});
        graph.replaceUses(chain.a, chain.x);
        QCOMPARE(capturedNames(graph.node(id)), std::vector<std::string>{"x"});
    }

    void aCopyDoesNotShareItsChanges()
    {
        Chain chain;
        auto copy = chain.graph;
        copy.value(*copy.findValue("used")).constant.mutableData<float>()[0] = 42;
        copy.removeNode(*copy.findNode("third"));
        QVERIFY(chain.graph.value(*chain.graph.findValue("used")).constant.data<float>()[0] != 42);
        QCOMPARE(orderOf(chain.graph), std::string("first second third"));
    }

    void attributesOfAnotherTypeCountAsAbsent()
    {
        Node node{.name = "n", .opType = "Conv", .attributes = {{"group", std::int64_t{4}}, {"alpha", 0.5f}}};
        QCOMPARE(node.intAttribute("group", 1), std::int64_t{4});
        QCOMPARE(node.intAttribute("alpha", 7), std::int64_t{7});
        QCOMPARE(node.floatAttribute("alpha", 1), 0.5f);
        QCOMPARE(node.stringAttribute("absent", "x"), std::string("x"));
        QVERIFY(!node.input(3).valid());
    }

    void shapesReadAsText()
    {
        QCOMPARE(toText(Shape{Dim::free("N"), Dim::fixed(3), Dim::free("")}), std::string("[N, 3, ?]"));
        QCOMPARE(toText(Shape{}), std::string("[]"));
        QVERIFY(withFreeAs({Dim::free("N"), Dim::fixed(3)}, 8) == (Dimensions{8, 3}));
    }
};

QTEST_GUILESS_MAIN(TestGraph)
#include "test_graph.moc"
