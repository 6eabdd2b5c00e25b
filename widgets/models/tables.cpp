// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/tables.h"

#include "models/metric_text.h"
#include "theme/figures.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <map>
#include <set>

namespace hone::studio
{

namespace
{

QString words(const char* source)
{
    return QCoreApplication::translate("Tables", source);
}

QString share(double fraction)
{
    return fraction <= 0 ? QStringLiteral("0") : threeDigits(fraction * 100);
}

// The engine's reasons are English clauses; those that every model meets are told in the user's language.
QString reasonText(const std::string& reason)
{
    if (reason == "makes the model's output")
        return words(QT_TRANSLATE_NOOP("Tables", "the model’s output"));
    if (reason.find("DequantizeLinear") != std::string::npos)
        return words(QT_TRANSLATE_NOOP("Tables", "quantized; prune before"));
    return text(reason);
}

} // namespace

int weightBits(const Graph& graph, NodeId id)
{
    const Node& node = graph.node(id);
    int bits = 0;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        const ValueId input = node.inputs[i];
        if (!input.valid())
            continue;
        const Value& value = graph.value(input);
        if (!value.constant.isNull() && value.constant.rank() >= 2)
            bits = std::max(bits, static_cast<int>(elementBits(value.constant.dtype())));
    }
    return bits;
}

namespace
{

// Weights of a quantized model sit behind DequantizeLinear.
int bitsThroughDequantize(const Graph& graph, const GraphUses& uses, NodeId id)
{
    int bits = weightBits(graph, id);
    for (const ValueId input : graph.node(id).inputs) {
        if (!input.valid())
            continue;
        const NodeId producer = uses.producer(input);
        if (producer.valid() && graph.node(producer).opType == "DequantizeLinear")
            bits = std::max(bits, weightBits(graph, producer));
    }
    return bits;
}

bool isPlumbing(const std::string& op)
{
    static const std::set<std::string> names = {"QuantizeLinear", "DequantizeLinear", "Constant", "Identity"};
    return names.contains(op);
}

} // namespace

std::vector<LayerRow> layerRows(const ModelFacts& model)
{
    const Graph& graph = model.graph;
    const GraphUses uses(graph);
    // A quantized layer's weights count at the DequantizeLinear before it, which is not shown.
    std::map<NodeId, std::int64_t> parameters;
    for (const NodeCost& cost : model.cost.nodes)
        parameters[cost.node] = cost.parameters;
    std::vector<LayerRow> rows;
    for (const NodeCost& cost : model.cost.nodes) {
        const Node& node = graph.node(cost.node);
        if (isPlumbing(node.opType))
            continue;
        LayerRow row;
        row.node = cost.node;
        row.name = text(node.name);
        row.op = text(node.domain.empty() ? node.opType : node.domain + "." + node.opType);
        row.shape = text(toText(cost.outputShape));
        row.parameters = cost.parameters;
        for (const ValueId input : node.inputs)
            if (input.valid())
                if (const NodeId producer = uses.producer(input); producer.valid() && graph.node(producer).opType == "DequantizeLinear")
                    row.parameters += parameters[producer];
        row.macs = cost.macs;
        row.macsShare = model.cost.macs > 0 ? static_cast<double>(cost.macs) / static_cast<double>(model.cost.macs) : 0;
        row.activationBytes = cost.activationBytes;
        row.bits = bitsThroughDequantize(graph, uses, cost.node);
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<Column<LayerRow>> layerColumns()
{
    using Row = LayerRow;
    const auto bits = [](const Row& row, int role) { return role == BitsRole && row.bits > 0 ? QVariant(row.bits) : QVariant(); };
    return {
        {words(QT_TRANSLATE_NOOP("Tables", "Layer")), {}, Alignment::Text, [](const Row& row) { return row.name; }},
        {words(QT_TRANSLATE_NOOP("Tables", "Operator")),
         {},
         Alignment::Text,
         [](const Row& row) { return row.op; },
         {},
         [](const Row&, int role) { return role == FadedRole ? QVariant(true) : QVariant(); }},
        {words(QT_TRANSLATE_NOOP("Tables", "Output")),
         words(QT_TRANSLATE_NOOP("Tables", "Shape of the layer's first output; N is the batch")), Alignment::Text,
         [](const Row& row) { return row.shape; }},
        {words(QT_TRANSLATE_NOOP("Tables", "Bits")), words(QT_TRANSLATE_NOOP("Tables", "Bits of a weight")), Alignment::Text,
         [](const Row& row) { return row.bits > 0 ? words(QT_TRANSLATE_NOOP("Tables", "%1 bit")).arg(row.bits) : QString(); },
         [](const Row& row) { return QVariant(row.bits); }, bits},
        {words(QT_TRANSLATE_NOOP("Tables", "Parameters")),
         {},
         Alignment::Figure,
         [](const Row& row) { return row.parameters > 0 ? QLocale().toString(static_cast<qlonglong>(row.parameters)) : QString(); },
         [](const Row& row) { return QVariant(static_cast<qlonglong>(row.parameters)); }},
        {words(QT_TRANSLATE_NOOP("Tables", "MMACs")), words(QT_TRANSLATE_NOOP("Tables", "Million multiply-accumulates for one picture")),
         Alignment::Figure, [](const Row& row) { return row.macs > 0 ? megaMacsNumber(row.macs) : QString(); },
         [](const Row& row) { return QVariant(static_cast<qlonglong>(row.macs)); }},
        {words(QT_TRANSLATE_NOOP("Tables", "MACs, %")), words(QT_TRANSLATE_NOOP("Tables", "Share of the model's multiply-accumulates")),
         Alignment::Figure, [](const Row& row) { return row.macs > 0 ? share(row.macsShare) : QString(); },
         [](const Row& row) { return QVariant(row.macsShare); },
         [](const Row& row, int role) { return role == BarRole && row.macs > 0 ? QVariant(row.macsShare) : QVariant(); }},
    };
}

std::vector<GroupRow> groupRows(const ModelFacts& model, const DependencyGraph& dependencies, const std::vector<std::int64_t>& kept)
{
    std::map<NodeId, std::int64_t> macs;
    for (const NodeCost& cost : model.cost.nodes)
        macs[cost.node] = cost.macs;
    const double total = std::max<double>(1, static_cast<double>(model.cost.macs));
    const GraphUses uses(model.graph);

    std::vector<GroupRow> rows;
    for (std::size_t g = 0; g < dependencies.groups.size(); ++g) {
        const PruningGroup& group = dependencies.groups[g];
        GroupRow row;
        row.name = text(group.name);
        row.group = static_cast<int>(g);
        row.layers = static_cast<int>(group.layers.size());
        row.channels = group.channels;
        row.kept = g < kept.size() ? kept[g] : group.channels;
        row.bits = group.layers.empty() ? 32 : bitsThroughDequantize(model.graph, uses, group.layers.front());
        std::int64_t sum = 0;
        for (const NodeId layer : group.layers)
            sum += macs[layer];
        row.macsShare = static_cast<double>(sum) / total;
        rows.push_back(std::move(row));
    }
    for (const UnprunableLayer& layer : dependencies.unprunable) {
        GroupRow row;
        row.name = text(layer.name);
        row.locked = reasonText(layer.reason);
        row.bits = bitsThroughDequantize(model.graph, uses, layer.node);
        row.macsShare = static_cast<double>(macs[layer.node]) / total;
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<Column<GroupRow>> groupColumns()
{
    using Row = GroupRow;
    const auto keptShare = [](const Row& row) {
        return row.channels > 0 ? static_cast<double>(row.kept) / static_cast<double>(row.channels) : 1.0;
    };
    return {
        {words(QT_TRANSLATE_NOOP("Tables", "Coupled channels")),
         words(QT_TRANSLATE_NOOP("Tables", "Channels that can only leave together, named by their first layer")),
         Alignment::Text,
         [](const Row& row) { return row.name; },
         {},
         [](const Row& row, int role) {
             if (role != SecondaryRole || row.layers < 2)
                 return QVariant();
             return QVariant(QCoreApplication::translate("Tables", "%n layer(s)", nullptr, row.layers));
         }},
        {words(QT_TRANSLATE_NOOP("Tables", "Channels")),
         {},
         Alignment::Figure,
         [](const Row& row) {
             if (row.group < 0)
                 return QString();
             if (row.kept == row.channels)
                 return QString::number(row.channels);
             return QStringLiteral("%1 → %2").arg(row.channels).arg(row.kept);
         },
         [](const Row& row) { return QVariant(static_cast<qlonglong>(row.channels)); }},
        {words(QT_TRANSLATE_NOOP("Tables", "Keep")), words(QT_TRANSLATE_NOOP("Tables", "Share of the channels that stays")),
         Alignment::Text,
         [keptShare](const Row& row) {
             return row.group < 0 ? words(QT_TRANSLATE_NOOP("Tables", "locked: %1")).arg(row.locked)
                                  : QStringLiteral("%1 %").arg(QLocale().toString(keptShare(row) * 100, 'f', 0));
         },
         [keptShare](const Row& row) { return QVariant(row.group < 0 ? 2.0 : keptShare(row)); },
         [keptShare](const Row& row, int role) {
             if (role == BarRole && row.group >= 0)
                 return QVariant(keptShare(row));
             if (role == FadedRole && row.group < 0)
                 return QVariant(true);
             if (role == Qt::ToolTipRole && row.group < 0)
                 return QVariant(row.locked);
             return QVariant();
         }},
        {words(QT_TRANSLATE_NOOP("Tables", "Bits")), words(QT_TRANSLATE_NOOP("Tables", "Bits of a weight")), Alignment::Text,
         [](const Row& row) { return row.bits > 0 ? words(QT_TRANSLATE_NOOP("Tables", "%1 bit")).arg(row.bits) : QString(); },
         [](const Row& row) { return QVariant(row.bits); },
         [](const Row& row, int role) { return role == BitsRole && row.bits > 0 ? QVariant(row.bits) : QVariant(); }},
        {words(QT_TRANSLATE_NOOP("Tables", "MACs, %")), words(QT_TRANSLATE_NOOP("Tables", "Share of the model's multiply-accumulates")),
         Alignment::Figure, [](const Row& row) { return share(row.macsShare); }, [](const Row& row) { return QVariant(row.macsShare); }},
    };
}

std::vector<Column<CompareRow>> compareColumns(MetricKind ranked)
{
    using Row = CompareRow;
    const auto faded = [](const Row& row, int role) -> QVariant {
        if (role == FadedRole)
            return !row.withinBudget;
        if (role == IdRole)
            return row.id;
        return {};
    };
    return {
        {words(QT_TRANSLATE_NOOP("Tables", "Build")),
         {},
         Alignment::Text,
         [](const Row& row) { return row.best ? row.name + QStringLiteral(" ★") : row.name; },
         {},
         faded},
        {metricWords(ranked).column, metricWords(ranked).meaning, Alignment::Figure,
         [](const Row& row) {
             const auto metric = metricOf(row.evaluation);
             return metric ? metricNumber(metric->kind, metric->value) : QStringLiteral("–");
         },
         [](const Row& row) {
             const auto metric = metricOf(row.evaluation);
             return QVariant(metric ? metric->value : -1.0);
         },
         [faded](const Row& row, int role) -> QVariant {
             if (const auto metric = metricOf(row.evaluation); role == SecondaryRole && metric)
                 return metricInterval(*metric);
             return faded(row, role);
         }},
        {words(QT_TRANSLATE_NOOP("Tables", "File, kB")),
         {},
         Alignment::Figure,
         [](const Row& row) { return kilobytesNumber(row.evaluation.facts.sizeBytes); },
         [](const Row& row) { return QVariant(static_cast<qlonglong>(row.evaluation.facts.sizeBytes)); },
         faded},
        {words(QT_TRANSLATE_NOOP("Tables", "MMACs")), words(QT_TRANSLATE_NOOP("Tables", "Million multiply-accumulates for one picture")),
         Alignment::Figure, [](const Row& row) { return megaMacsNumber(row.evaluation.facts.macs); },
         [](const Row& row) { return QVariant(static_cast<qlonglong>(row.evaluation.facts.macs)); }, faded},
        {words(QT_TRANSLATE_NOOP("Tables", "Peak memory, kB")),
         words(QT_TRANSLATE_NOOP("Tables", "The most that layers' outputs take at one time, for one picture")), Alignment::Figure,
         [](const Row& row) { return kilobytesNumber(row.evaluation.facts.peakActivationBytes); },
         [](const Row& row) { return QVariant(static_cast<qlonglong>(row.evaluation.facts.peakActivationBytes)); }, faded},
        {words(QT_TRANSLATE_NOOP("Tables", "Here, ms")),
         words(QT_TRANSLATE_NOOP("Tables", "Median latency at batch 1 on this computer, one thread")), Alignment::Figure,
         [](const Row& row) { return row.evaluation.latency ? threeDigits(row.evaluation.latency->p50Ms) : QStringLiteral("–"); },
         [](const Row& row) { return QVariant(row.evaluation.latency ? row.evaluation.latency->p50Ms : -1.0); }, faded},
    };
}

} // namespace hone::studio
