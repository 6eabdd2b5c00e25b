// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/record_facts.h"

#include "models/quantization_facts.h"
#include "theme/figures.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <iterator>

namespace hone::studio
{
namespace
{

QString words(const char* source)
{
    return QCoreApplication::translate("Records", source);
}

void addPruning(const StepRecord& record, std::vector<MetricFact>& facts)
{
    if (record.target)
        facts.push_back(
            {words(QT_TRANSLATE_NOOP("Records", "Target")), words(QT_TRANSLATE_NOOP("Records", "%1, asked for %2"))
                                                                .arg(text(amountText(record.target->kind, record.target->after)),
                                                                     text(amountText(record.target->kind, record.target->wanted)))});
    if (!record.pruneRounds.empty())
        facts.push_back(
            {words(QT_TRANSLATE_NOOP("Records", "Rounds")), QLocale().toString(static_cast<qlonglong>(record.pruneRounds.size()))});
    const auto difference = [](double value) {
        return words(QT_TRANSLATE_NOOP("Records", "within %1 of the largest")).arg(QLocale().toString(value, 'g', 2));
    };
    if (record.proofMaxAbsDifference)
        facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Proof")), difference(*record.proofMaxAbsDifference)});
    if (record.proofMaxAbsDifferenceDouble)
        facts.push_back({words(QT_TRANSLATE_NOOP("Records", "In double")), difference(*record.proofMaxAbsDifferenceDouble)});
    if (!record.proofDoubleLeftOut.empty())
        facts.push_back({words(QT_TRANSLATE_NOOP("Records", "In double")),
                         words(QT_TRANSLATE_NOOP("Records", "left out: %1")).arg(text(record.proofDoubleLeftOut))});
}

void addCompensation(const CompensationRecord& record, std::vector<MetricFact>& facts)
{
    const auto number = [&](double value) { return metricText({*record.metric, value, value, value}); };
    if (record.before && record.after && record.metric)
        facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Compensated")),
                         QStringLiteral("%1 → %2").arg(number(*record.before), number(*record.after))});
    facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Solved anew")),
                     words(QT_TRANSLATE_NOOP("Records", "%1 of %2 layers"))
                         .arg(QLocale().toString(static_cast<qlonglong>(record.solved.size())),
                              QLocale().toString(static_cast<qlonglong>(record.solved.size() + record.left.size())))});
}

void addSparsity(const SparsityRecord& record, std::vector<MetricFact>& facts)
{
    std::int64_t weights = 0;
    std::int64_t zeros = 0;
    for (const auto& layer : record.layers) {
        weights += layer.weights;
        zeros += layer.zerosAfter;
    }
    if (weights > 0)
        facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Zeros")), percent(static_cast<double>(zeros) / static_cast<double>(weights))});
    facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Compressed")),
                     QStringLiteral("%1 → %2").arg(kilobytes(record.compressedBytesBefore), kilobytes(record.compressedBytesAfter))});
}

} // namespace

std::vector<MetricFact> recordFacts(const StepRecord& record)
{
    std::vector<MetricFact> facts;
    addPruning(record, facts);
    if (record.compensation)
        addCompensation(*record.compensation, facts);
    if (record.sparsity)
        addSparsity(*record.sparsity, facts);
    if (record.factorization)
        facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Split in two")),
                         words(QT_TRANSLATE_NOOP("Records", "%1 of %2 layers"))
                             .arg(QLocale().toString(static_cast<qlonglong>(record.factorization->layers.size())),
                                  QLocale().toString(
                                      static_cast<qlonglong>(record.factorization->layers.size() + record.factorization->left.size())))});
    if (record.quantization)
        std::ranges::move(quantizationFacts(*record.quantization), std::back_inserter(facts));
    return facts;
}

} // namespace hone::studio
