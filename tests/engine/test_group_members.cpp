// SPDX-License-Identifier: GPL-3.0-or-later
// Who loses a group's channels besides the layers that make them, who reads them, and why: by hand.
#include "engine/pruning_checks.h"
#include "engine/pruning_net.h"
#include "engine/shared_models.h"
#include "onnx_io/onnx_io.h"
#include "prune/group_names.h"

#include <QtTest>

using namespace hone;
using namespace hone::testing;

namespace
{

using Names = std::vector<std::string>;

struct Members
{
    Names layers;
    Names followers;
    Names readers;
    Names reasons;
    bool operator==(const Members&) const = default;
};

Members membersOf(const Graph& graph, std::size_t group)
{
    const DependencyGraph found = findDependencies(graph);
    const PruningGroup& one = found.groups.at(group);
    return {namesOf(graph, one.layers), namesOf(graph, one.followers), namesOf(graph, one.readers), one.reasons};
}

} // namespace

class TestGroupMembers : public QObject
{
    Q_OBJECT

private slots:
    void aDepthwiseConvolutionAndNormalizationsFollow()
    {
        PruningNet net;
        net.input("x", {-1, 3, 8, 8});
        net.conv("c1", "x", {3, 8});
        net.batchNorm("bn1", "c1", 8);
        net.op("Relu", "r1", {"bn1"});
        net.conv("dw", "r1", {8, 8, 3, 8});
        net.batchNorm("bn2", "dw", 8);
        net.op("Relu", "r2", {"bn2"});
        net.conv("pw", "r2", {8, 6, 1});
        net.head("pw", 6);
        QCOMPARE(groupsOf(net.graph()), std::string("c1:8 pw:6"));
        const Members expected{{"c1"},
                               {"bn1", "dw", "bn2"},
                               {"pw"},
                               {"Conv 'dw' filters each channel on its own", "BatchNormalization 'bn1' has numbers for each channel",
                                "BatchNormalization 'bn2' has numbers for each channel"}};
        QVERIFY(membersOf(net.graph(), 0) == expected);
        QVERIFY((membersOf(net.graph(), 1) == Members{{"pw"}, {}, {"fc"}, {}}));
    }

    void whatMakesOneNumberOfAllChannelsReadsThem()
    {
        PruningNet net; // attention over places
        net.input("x", {-1, 3, 8, 8});
        net.conv("c1", "x", {3, 8});
        net.op("ReduceMean", "mean", {"c1"}, {{"axes", std::vector<std::int64_t>{1}}});
        net.op("ReduceMax", "most", {"c1"}, {{"axes", std::vector<std::int64_t>{1}}});
        net.op("Concat", "both", {"mean", "most"}, {{"axis", std::int64_t{1}}});
        net.conv("places", "both", {2, 1, 3});
        net.op("Mul", "attended", {"c1", "places"});
        net.conv("c2", "attended", {8, 6});
        net.head("c2", 6);
        QVERIFY((membersOf(net.graph(), 0) == Members{{"c1"}, {}, {"mean", "most", "c2"}, {}}));
    }

    void couplingsAreToldBeforeFollowers()
    {
        PruningNet net;
        net.input("x", {-1, 3, 8, 8});
        net.conv("c1", "x", {3, 8});
        net.weight("slope", {8, 1, 1});
        net.op("PRelu", "p", {"c1", "slope"});
        net.conv("c2", "p", {8, 6});
        net.conv("c3", "c2", {6, 8});
        net.op("Add", "sum", {"p", "c3"});
        net.head("sum", 8);
        const Members expected{
            {"c1", "c3"}, {"p"}, {"c2", "fc"}, {"Add 'sum' couples 'c1' and 'c3'", "PRelu 'p' has numbers for each channel"}};
        QVERIFY(membersOf(net.graph(), 0) == expected);
        QVERIFY((membersOf(net.graph(), 1) == Members{{"c2"}, {}, {"c3"}, {}}));
    }

    void productsOfActivationsAndBiasesAreNamed()
    {
        PruningNet net;
        net.input("x", {-1, 5, 8});
        for (const std::string name : {"q", "k"}) {
            net.weight(name + ".w", {8, 6});
            net.op("MatMul", name, {"x", name + ".w"});
        }
        net.weight("bias", {6});
        net.op("Add", "qb", {"q", "bias"});
        net.op("Transpose", "kT", {"k"}, {{"perm", std::vector<std::int64_t>{0, 2, 1}}});
        net.op("MatMul", "products", {"qb", "kT"});
        net.output("products");
        const Members found = membersOf(net.graph(), 0);
        QVERIFY((found.layers == Names{"q", "k"}));
        QVERIFY((found.followers == Names{"qb"}));
        QVERIFY((found.readers == Names{"products"}));
        QVERIFY((found.reasons == Names{"MatMul 'products' couples 'q' and 'k'", "Add 'qb' has numbers for each channel"}));
    }

    void everyGroupOfASharedModelHasReaders_data() { hone::test::addSharedModelRows(); }
    void everyGroupOfASharedModelHasReaders()
    {
        QFETCH(QString, file);
        HONE_NEEDS_SHARED_MODEL(file.toStdString());
        const Graph graph = readOnnx(file.toStdString());
        for (const PruningGroup& group : findDependencies(graph).groups) {
            QVERIFY2(!group.readers.empty(), group.name.c_str());
            const bool explained = group.layers.size() + group.followers.size() < 2 || !group.reasons.empty();
            QVERIFY2(explained, group.name.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestGroupMembers)
#include "test_group_members.moc"
