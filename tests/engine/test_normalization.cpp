// SPDX-License-Identifier: GPL-3.0-or-later
// Batch normalization put back into a folded model for training, and folded in again.
#include "engine/bars_data.h"
#include "tidy/batch_normalization.h"
#include "tidy/tidy.h"
#include "train/normalization.h"

#include <QtTest>

#include <algorithm>

using namespace hone;
using namespace hone::testing;

namespace
{

constexpr double sameOutputs = 1e-5; // of the largest

std::vector<std::string> operators(const Graph& graph)
{
    std::vector<std::string> types;
    for (const auto id : graph.order())
        types.push_back(graph.node(id).opType);
    return types;
}

Graph foldedNetwork()
{
    Graph graph = smallNetwork(classCount);
    foldBatchNormalization(graph);
    return graph;
}

} // namespace

class TestNormalization : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { m_data = drawBars(m_folder.path().toStdString()); }

    void theModelAnswersAsBeforeWithTheStatisticsOfItsData()
    {
        const auto folded = foldedNetwork();
        auto options = fewEpochs();
        options.insertNormalization = true;
        auto prepared = prepare(folded, *m_data, options);
        const auto inserted = insertNormalization(prepared, *m_data, options, {});
        const auto kinds = operators(prepared.graph);
        QCOMPARE(static_cast<std::size_t>(std::ranges::count(kinds, "BatchNormalization")), inserted.size());
        QCOMPARE(std::ranges::count(kinds, "BatchNormalization"), std::ranges::count(kinds, "Conv"));
        const auto difference = outputDifference(folded, prepared.graph, {});
        QVERIFY2(difference && *difference <= sameOutputs, qPrintable(QString::number(difference.value_or(-1))));
        for (const auto& name : inserted) {
            const auto& node = prepared.graph.node(*prepared.graph.findNode(name));
            const auto variance = toFloats(prepared.graph.value(node.inputs[4]).constant);
            QVERIFY(std::ranges::none_of(variance, [](float v) { return v == 1.0f; })); // measured
        }
    }

    void trainingEndsInTheModelsOwnForm()
    {
        const auto folded = foldedNetwork();
        auto options = fewEpochs();
        options.insertNormalization = true;
        const auto result = train(folded, *m_data, options, {});
        QCOMPARE(operators(result.graph), operators(folded));
        QVERIFY(result.epochs.back().trainLoss < 0.5 * result.epochs.front().trainLoss);
        QVERIFY(
            std::ranges::any_of(result.notices, [](const Message& notice) { return notice.code == MessageCode::NormalizationInserted; }));
    }

    void frozenLayersGetNone()
    {
        auto options = fewEpochs();
        options.insertNormalization = true;
        options.freeze = {"*"};
        auto prepared = prepare(foldedNetwork(), *m_data, options);
        QVERIFY(insertNormalization(prepared, *m_data, options, {}).empty());
    }

private:
    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
};

QTEST_GUILESS_MAIN(TestNormalization)
#include "test_normalization.moc"
