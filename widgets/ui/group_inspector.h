// SPDX-License-Identifier: GPL-3.0-or-later
// One group of coupled channels: what it costs, which of its channels go, and why they go together.
#pragma once

#include "models/tables.h"
#include "pages/page.h"
#include "prune/importance.h"

#include <string>
#include <vector>

namespace hone::studio
{

class ImportanceBars;

// What the plan says of a group that can be pruned.
struct GroupDetails
{
    ImportanceKind kind;
    const std::vector<double>& importance; // by channel
    const std::vector<std::string>& reasons;
    std::vector<std::string> readers; // layers that take the channels in
};

class GroupInspector : public InspectorPanel
{
    Q_OBJECT
public:
    explicit GroupInspector(QWidget* parent = nullptr);

    void showNothing();
    void showLocked(const GroupRow& group);
    void showGroup(const GroupRow& group, const GroupDetails& details);

private:
    static QString readersText(const std::vector<std::string>& readers);
    void showDetails(bool shown);
    void showFacts(const GroupRow& group, std::vector<FactList::Fact> facts);

    QLabel* m_kicker;
    QLabel* m_heading;
    FactList* m_facts;
    QLabel* m_barsTitle;
    ImportanceBars* m_bars;
    QLabel* m_barsNote;
    QLabel* m_whyTitle;
    QLabel* m_why;
};

} // namespace hone::studio
