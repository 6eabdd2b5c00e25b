// SPDX-License-Identifier: GPL-3.0-or-later
// The studio's tables: rows as values, and what their columns show.
#pragma once

#include "graphview/model_facts.h"
#include "models/row_table.h"
#include "models/snapshot.h"
#include "prune/dependency_graph.h"

#include <vector>

namespace hone::studio
{

// Model page: one row a node that computes or holds weights.
struct LayerRow
{
    NodeId node;
    QString name;
    QString op;
    QString shape;
    std::int64_t parameters = 0;
    std::int64_t macs = 0;
    double macsShare = 0;
    std::int64_t activationBytes = 0;
    int bits = 0; // of its weights; 0: has none
};
std::vector<LayerRow> layerRows(const ModelFacts& model);
std::vector<Column<LayerRow>> layerColumns();

// Slim page: one row a dependency group, then one a layer that can't be pruned.
struct GroupRow
{
    QString name;
    int group = -1; // index into DependencyGraph::groups; -1: locked
    int layers = 1;
    std::int64_t channels = 0;
    std::int64_t kept = 0;
    int bits = 32;
    double macsShare = 0;
    QString locked; // why not
};
// kept[g] counts the channels that stay in group g; empty: all.
std::vector<GroupRow> groupRows(const ModelFacts& model, const DependencyGraph& dependencies, const std::vector<std::int64_t>& kept);
std::vector<Column<GroupRow>> groupColumns();

// Compare page: one row a build.
struct CompareRow
{
    QString id;
    QString name;
    Evaluation evaluation;
    bool pareto = false;
    bool best = false;
    bool withinBudget = true;
};
std::vector<Column<CompareRow>> compareColumns(MetricKind ranked = MetricKind::Top1);

// Bits of the widest weight that a node reads (through DequantizeLinear); 0 where it has none.
int weightBits(const Graph& graph, NodeId node);

} // namespace hone::studio
