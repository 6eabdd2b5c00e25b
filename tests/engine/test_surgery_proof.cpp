// SPDX-License-Identifier: GPL-3.0-or-later
// What the proof that pruning is right sees, and when its part in double is left out.
#include "autograd/graph_module.h"
#include "core/error.h"
#include "engine/pruning_checks.h"
#include "engine/pruning_net.h"
#include "prune/proven_surgery.h"
#include "prune/surgery_proof.h"

#include <QtTest>

using namespace hone;
using namespace hone::testing;

namespace
{

// Two convolutions and a head; the first one's 8 channels are looked at.
PruningNet smallNet()
{
    PruningNet net;
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 8});
    net.op("Relu", "r", {"c1"});
    net.conv("c2", "r", {8, 6});
    return net;
}

// An operator that ONNX Runtime runs and LibTorch's executors lack, which keeps all of a 4 x 4 picture's lower triangle.
void addTriangle(PruningNet& net, const std::string& x)
{
    net.graph().opsets["com.microsoft"] = 1;
    net.op("Trilu", "triangle", {x}, {{"upper", std::int64_t{0}}});
    net.graph().node(*net.graph().findNode("triangle")).domain = "com.microsoft";
}

} // namespace

class TestSurgeryProof : public QObject
{
    Q_OBJECT

private slots:
    void itRunsInDoubleToo()
    {
        PruningNet net = smallNet();
        net.head("c2", 6);
        const PruneResult result = pruned(net.graph());
        QVERIFY(result.doubleLeftOut.empty());
        QVERIFY(result.maxAbsDifferenceDouble.has_value());
        QVERIFY(*result.maxAbsDifferenceDouble < 1e-14); // far below float32's rounding
    }

    void operatorsWithoutAnExecutorLeaveTheDoublePartOut()
    {
        PruningNet net = smallNet();
        addTriangle(net, "c2");
        net.output("triangle");
        QCOMPARE(unsupportedOperators(net.graph()), std::vector<std::string>{"com.microsoft.Trilu"});
        const PruneResult result = pruned(net.graph());
        QVERIFY(!result.maxAbsDifferenceDouble);
        QCOMPARE(result.doubleLeftOut, std::string("LibTorch has no executor for com.microsoft.Trilu"));
        QVERIFY(result.maxAbsDifference < 1e-5);
    }

    void aPrunedGraphThatAloneFailsInDoubleFailsTheProof()
    {
        PruningNet original = smallNet();
        original.op("Trilu", "lower", {"c2"}, {{"upper", std::int64_t{0}}});
        original.graph().opsets[""] = 14;
        original.output("lower");
        PruningNet smaller = smallNet(); // the same numbers, by an operator that has no executor
        smaller.graph().opsets[""] = 14;
        addTriangle(smaller, "c2");
        smaller.output("triangle");
        QVERIFY(proveSurgery(original.graph(), original.graph(), {}).maxAbsDifferenceDouble.has_value());
        QVERIFY(surgeryDifference(original.graph(), smaller.graph(), {}) < 1e-6);
        try {
            proveSurgery(original.graph(), smaller.graph(), {});
            QFAIL("the proof holds");
        } catch (const Error& error) {
            QCOMPARE(error.code(), MessageCode::OperatorsUnsupported);
        }
        QVERIFY(proveSurgery(smaller.graph(), smaller.graph(), {}).holds()); // where both fail, it is left out
    }

    void littleMemoryLeavesTheDoublePartOut()
    {
        PruningNet net = smallNet();
        net.head("c2", 6);
        constexpr std::int64_t little = 4096; // bytes; the weights alone take more
        const SurgeryProof proof = proveSurgery(net.graph(), net.graph(), little, {});
        QVERIFY(!proof.maxAbsDifferenceDouble);
        QCOMPARE(proof.doubleLeftOut, std::string("there is not enough memory"));
        QVERIFY(proof.holds());
        constexpr std::int64_t enough = 1'000'000'000;
        QVERIFY(proveSurgery(net.graph(), net.graph(), enough, {}).maxAbsDifferenceDouble.has_value());
    }

    void aWrongSurgeryIsSeenInDouble()
    {
        PruningNet net = smallNet();
        net.head("c2", 6);
        const DependencyGraph found = findDependencies(net.graph());
        const KeptChannels kept = {{0, 2, 3, 5}, {0, 1, 2, 3, 4, 5}};
        const Graph masked = maskChannels(net.graph(), found, kept);
        QVERIFY(proveSurgery(masked, removeChannels(net.graph(), found, kept), {}).holds());
        // One weight that differs by what float32 would pass.
        Graph wrong = removeChannels(net.graph(), found, kept);
        for (float& value : wrong.value(*wrong.findValue("c2.w")).constant.mutableData<float>())
            value *= 1.0005F;
        const SurgeryProof proof = proveSurgery(masked, wrong, {});
        QVERIFY(proof.maxAbsDifference < 1e-3);
        QVERIFY(*proof.maxAbsDifferenceDouble > 1e-4);
        QVERIFY(!proof.holds());
    }
};

QTEST_GUILESS_MAIN(TestSurgeryProof)
#include "test_surgery_proof.moc"
