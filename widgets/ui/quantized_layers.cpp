// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/quantized_layers.h"

#include "models/quantization_facts.h"
#include "pages/page.h"
#include "project/step_kinds.h"
#include "theme/figures.h"
#include "theme/theme.h"
#include "ui/parts.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QVBoxLayout>

#include <algorithm>

namespace hone::studio
{

namespace
{

constexpr std::size_t layersShown = 8;

// "23.4 dB", with the share of values that the grid cuts off where there are any worth a word.
QString figuresOf(const QuantizedLayer& layer)
{
    constexpr double leastShown = 0.0005; // 0.1 % when rounded
    const double saturated = layer.saturatedShare.value_or(0);
    const QString ratio = decibels(layer.snrDb.value_or(0));
    return saturated < leastShown ? ratio : QStringLiteral("%1 · %2").arg(percent(saturated), ratio);
}

} // namespace

QuantizedLayers::QuantizedLayers(QWidget* parent)
    : QWidget(parent),
      m_note(label({}, "small")),
      m_layers(new FactList),
      m_copyLayers(button(tr("Copy layers"), "link")),
      m_copyExplain(button(tr("Copy “hone explain”"), "link"))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, space::card, 0, 0);
    column->setSpacing(space::unit);
    column->addWidget(label(sectionText(tr("Furthest from float")), "section"));
    m_note->setWordWrap(true);
    column->addWidget(m_note);
    column->addWidget(m_layers);
    column->addWidget(m_copyLayers, 0, Qt::AlignLeft);
    column->addWidget(m_copyExplain, 0, Qt::AlignLeft);
    describe(m_copyLayers, tr("Every layer with its bits and figures, as a table"));
    describe(m_copyExplain, tr("The command that says where the error starts, and why it is not faster where it isn't"));
    connect(m_copyLayers, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_tsv); });
    connect(m_copyExplain, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_command); });
    hide();
}

void QuantizedLayers::showBuild(const Snapshot* snapshot, const Build* build)
{
    const auto layers = build && build->quantization ? worstFirst(build->quantization->layers) : std::vector<QuantizedLayer>();
    const bool explained = build && isOnIntegers(build->parameters);
    const bool shown = snapshot && build && (explained || !layers.empty());
    setVisible(shown);
    if (!shown)
        return;
    std::vector<FactList::Fact> facts;
    for (std::size_t i = 0; i < std::min(layersShown, layers.size()); ++i)
        if (layers[i].snrDb)
            facts.push_back({shortName(layers[i].name), figuresOf(layers[i])});
    m_layers->setFacts(facts);
    m_layers->setVisible(!facts.empty());
    m_note->setText(facts.empty() ? tr("Nothing was measured layer by layer; the command does it.")
                                  : tr("The worst of %1, by signal to noise of their outputs, all layers before quantized, too; in front "
                                       "the share of values that the range cuts off")
                                        .arg(layers.size()));
    m_tsv = layersTsv(layers);
    m_copyLayers->setVisible(!layers.empty());
    m_copyExplain->setVisible(explained);
    m_command = explainText(*snapshot, *build);
    allow(m_copyExplain, !m_command.isEmpty() ? QString()
                         : snapshot->dataset  ? tr("The build that it was made from is gone.")
                                              : tr("It needs data: choose some on the Data page."));
}

} // namespace hone::studio
