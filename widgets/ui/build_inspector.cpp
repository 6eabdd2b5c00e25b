// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/build_inspector.h"

#include "models/build_text.h"
#include "models/metric_text.h"
#include "models/record_facts.h"
#include "sentences.h"
#include "theme/figures.h"
#include "ui/quantized_layers.h"

#include <QLocale>

namespace hone::studio
{

BuildInspector::BuildInspector(Workspace& workspace, QWidget* parent) : InspectorPanel(parent), m_workspace(workspace)
{
    addKicker(tr("Build"));
    m_name = addHeading({});
    m_facts = new FactList;
    add(m_facts);
    m_madeTitle = addSection(tr("How it was made"));
    m_made = new FactList;
    add(m_made);
    m_didTitle = addSection(tr("What it did"));
    m_did = new FactList;
    add(m_did);
    m_layers = new QuantizedLayers;
    add(m_layers);
    m_noticesTitle = addSection(tr("Notices"));
    m_notices = label({}, "");
    m_notices->setWordWrap(true);
    add(m_notices);
    addStretch();
    connect(&workspace, &Workspace::selectionChanged, this, &BuildInspector::refresh);
    refresh();
}

void BuildInspector::showRecord(const StepRecord& record)
{
    std::vector<FactList::Fact> did;
    for (const auto& [title, value] : recordFacts(record))
        did.push_back({title, value});
    m_didTitle->setVisible(!did.empty());
    m_did->setVisible(!did.empty());
    m_did->setFacts(did);
}

void BuildInspector::refresh()
{
    const Build* build = m_workspace.selected();
    m_madeTitle->setVisible(build);
    m_layers->showBuild(m_workspace.snapshot().get(), build);
    const bool notices = build && !build->notices.empty();
    m_noticesTitle->setVisible(notices);
    m_notices->setVisible(notices);
    if (!build) {
        m_name->setText(tr("Nothing selected"));
        m_facts->setFacts({});
        m_made->setFacts({});
        showRecord({});
        return;
    }
    m_name->setText(labelText(*build));
    std::vector<FactList::Fact> facts;
    const Evaluation& evaluation = build->evaluation;
    for (const auto& [title, value] : metricFacts(evaluation))
        facts.push_back({title, value});
    facts.push_back({tr("File"), kilobytes(evaluation.facts.sizeBytes)});
    if (compressesWell(evaluation.facts))
        facts.push_back({tr("Compressed"), kilobytes(*evaluation.facts.compressedBytes)});
    facts.push_back({tr("Parameters"), QLocale().toString(static_cast<qlonglong>(evaluation.facts.parameters))});
    facts.push_back({tr("MMACs"), megaMacsNumber(evaluation.facts.macs)});
    facts.push_back({tr("Peak memory"), kilobytes(evaluation.facts.peakActivationBytes)});
    if (evaluation.latency) {
        facts.push_back({tr("Latency here"), milliseconds(evaluation.latency->p50Ms)});
        facts.push_back({tr("95 % within"), milliseconds(evaluation.latency->p95Ms)});
    }
    m_facts->setFacts(facts);

    std::vector<FactList::Fact> made = {{tr("Step"), recipeLine(build->parameters)}, {tr("Build"), text(build->id)}};
    if (build->seconds > 0)
        made.push_back({tr("Took"), duration(build->seconds)});
    m_made->setFacts(made);
    showRecord(*build);
    QStringList told;
    for (const Message& notice : build->notices)
        told << sentence(notice);
    m_notices->setText(told.join(QLatin1Char('\n')));
}

} // namespace hone::studio
