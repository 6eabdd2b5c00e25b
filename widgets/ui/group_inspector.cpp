// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/group_inspector.h"

#include "models/importance_text.h"
#include "theme/figures.h"
#include "ui/charts.h"

#include <initializer_list>

namespace hone::studio
{

namespace
{

constexpr std::size_t reasonsShown = 6;
constexpr std::size_t readersShown = 3;

} // namespace

GroupInspector::GroupInspector(QWidget* parent)
    : InspectorPanel(parent),
      m_kicker(addKicker({})),
      m_heading(addHeading({})),
      m_facts(new FactList),
      m_bars(new ImportanceBars),
      m_barsNote(label(tr("grey goes, coloured stays"), "small")),
      m_why(label({}, ""))
{
    add(m_facts);
    m_barsTitle = addSection(tr("Importance by channel"));
    add(m_bars);
    add(m_barsNote);
    m_whyTitle = addSection(tr("Why together"));
    m_why->setWordWrap(true);
    add(m_why);
    addStretch();
}

void GroupInspector::showDetails(bool shown)
{
    for (QWidget* widget : std::initializer_list<QWidget*>{m_barsTitle, m_bars, m_barsNote, m_whyTitle, m_why})
        widget->setVisible(shown);
}

QString GroupInspector::readersText(const std::vector<std::string>& readers)
{
    QStringList names;
    for (std::size_t i = 0; i < readers.size() && i < readersShown; ++i)
        names << text(readers[i]);
    if (readers.size() > readersShown)
        names << tr("and %n more", nullptr, static_cast<int>(readers.size() - readersShown));
    return names.join(QStringLiteral("\n"));
}

void GroupInspector::showFacts(const GroupRow& group, std::vector<FactList::Fact> facts)
{
    facts.push_back({tr("MACs"), percent(group.macsShare)});
    facts.push_back({tr("Weights"), tr("%1 bit").arg(group.bits)});
    m_facts->setFacts(facts);
}

void GroupInspector::showNothing()
{
    showDetails(false);
    m_kicker->setText(sectionText(tr("Coupled channels")));
    m_heading->setText(tr("Nothing selected"));
    m_facts->setFacts({});
}

void GroupInspector::showLocked(const GroupRow& group)
{
    showDetails(false);
    m_kicker->setText(group.name);
    m_heading->setText(tr("locked"));
    showFacts(group, {{tr("Why not"), group.locked}});
}

void GroupInspector::showGroup(const GroupRow& group, const GroupDetails& details)
{
    showDetails(true);
    m_kicker->setText(group.name);
    m_heading->setText(tr("%1 → %2 channels").arg(group.channels).arg(group.kept));
    QStringList reasons;
    for (std::size_t i = 0; i < details.reasons.size() && i < reasonsShown; ++i)
        reasons << text(details.reasons[i]);
    if (details.reasons.size() > reasonsShown)
        reasons << tr("and %n more", nullptr, static_cast<int>(details.reasons.size() - reasonsShown));
    m_why->setText(reasons.isEmpty() ? tr("One layer alone makes these channels.") : reasons.join(QStringLiteral("\n\n")));
    m_bars->setImportance(details.importance, static_cast<std::size_t>(group.kept));
    showFacts(group, {{tr("Layers coupled"), QString::number(group.layers)},
                      {tr("Read by"), readersText(details.readers)},
                      {tr("Importance"), importanceName(details.kind)}});
}

} // namespace hone::studio
