// SPDX-License-Identifier: GPL-3.0-or-later
// The selected build's facts, where a page has nothing nearer to show.
#pragma once

#include "pages/page.h"

namespace hone::studio
{

class QuantizedLayers;

class BuildInspector : public InspectorPanel
{
    Q_OBJECT
public:
    explicit BuildInspector(Workspace& workspace, QWidget* parent = nullptr);

private:
    void refresh();
    void showRecord(const StepRecord& record);

    Workspace& m_workspace;
    QLabel* m_name;
    FactList* m_facts;
    QLabel* m_madeTitle;
    FactList* m_made;
    QLabel* m_didTitle;
    FactList* m_did;
    QuantizedLayers* m_layers;
    QLabel* m_noticesTitle;
    QLabel* m_notices;
};

} // namespace hone::studio
