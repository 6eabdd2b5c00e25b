// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/quantize_extras.h"

#include "models/quantization_text.h"
#include "quantize/calibration.h"
#include "ui/form.h"
#include "ui/parts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QLocale>
#include <QSpinBox>

#include <initializer_list>

namespace hone::studio
{

namespace
{

QStringList namesIn(const QString& text)
{
    QStringList names;
    for (const QString& name : text.split(QLatin1Char(','), Qt::SkipEmptyParts))
        if (!name.trimmed().isEmpty())
            names << name.trimmed();
    return names;
}

} // namespace

QuantizeExtras::QuantizeExtras(QWidget* parent)
    : QWidget(parent),
      m_scheme(new QComboBox),
      m_activations(new QComboBox),
      m_ranges(new QComboBox),
      m_percentile(new QDoubleSpinBox),
      m_samples(spin(static_cast<int>(fewestCalibrationSamples), 100000, static_cast<int>(QuantizeOptions{}.samples))),
      m_smooth(new QCheckBox(tr("smoothed"))),
      m_maxDrop(decimal(99, 2, 0)),
      m_floatMacs(spin(0, 100, 0)),
      m_keepFloat(new QLineEdit),
      m_rate(decimal(10, 5, 0))
{
    const QuantizeOptions usual;
    for (const SchemeRules& rules : allSchemes())
        m_scheme->addItem(schemeText(rules.scheme), static_cast<int>(rules.scheme));
    for (const int bits : {8, 16})
        m_activations->addItem(tr("%1 bit").arg(bits), bits);
    for (const RangeMethod method :
         {RangeMethod::MinMax, RangeMethod::MovingAverage, RangeMethod::Percentile, RangeMethod::Entropy, RangeMethod::MeanSquared})
        m_ranges->addItem(rangesText(method), static_cast<int>(method));
    m_ranges->setCurrentIndex(m_ranges->findData(static_cast<int>(usual.ranges)));
    m_percentile->setDecimals(3);
    m_percentile->setRange(50, 100);
    m_percentile->setSingleStep(0.01);
    m_percentile->setValue(usual.percentile);
    m_maxDrop->setSingleStep(0.1);
    m_maxDrop->setSpecialValueText(tr("any"));
    m_floatMacs->setSuffix(QStringLiteral(" %"));
    m_floatMacs->setSpecialValueText(tr("as needed"));
    m_keepFloat->setPlaceholderText(QStringLiteral("fc, stage1*"));
    m_rate->setSingleStep(0.001);
    m_rate->setSpecialValueText(tr("usual"));
    addRows();
    for (QComboBox* choice : {m_scheme, m_activations, m_ranges})
        connect(choice, &QComboBox::currentIndexChanged, this, [this] {
            allowFields();
            emit changed();
        });
    for (QDoubleSpinBox* number : {m_percentile, m_maxDrop, m_rate})
        connect(number, &QDoubleSpinBox::valueChanged, this, &QuantizeExtras::changed);
    for (QSpinBox* number : {m_samples, m_floatMacs})
        connect(number, &QSpinBox::valueChanged, this, &QuantizeExtras::changed);
    connect(m_smooth, &QCheckBox::toggled, this, &QuantizeExtras::changed);
    connect(m_keepFloat, &QLineEdit::textChanged, this, &QuantizeExtras::changed);
    allowFields();
}

void QuantizeExtras::addRows()
{
    auto* form = makeForm(this);
    addRow(form, tr("Made for"), m_scheme, tr("The runtime that will run it; what that one would refuse is told with the build"));
    addRow(form, tr("Activations"), m_activations, tr("ONNX Runtime computes 16 bits in float on a processor"));
    addRow(form, tr("Value ranges"), m_ranges, tr("How they are found in what the pictures give"));
    addRow(form, tr("Percentile"), m_percentile, tr("Share of the values, in percent, that ranges by percentile cover"));
    addRow(form, tr("Pictures for them"), m_samples, tr("From the training split, spread over the classes"));
    addRow(form, tr("Outliers"), m_smooth, tr("Moves them from what matrix products read into their weights (SmoothQuant)"));
    addRow(form, tr("Points lost"), m_maxDrop, tr("At most so many, on validation: layers stay float until it is met"));
    addRow(form, tr("MACs in float"), m_floatMacs,
           tr("At most so large a share, in the layers that integers harm most; without a bound on the points it is used up"));
    addRow(form, tr("Float layers"), m_keepFloat, tr("Names that stay float, with commas between; * matches anything"));
    addRow(form, tr("Learning rate"), m_rate, tr("Of the training; usual: 0.01"));
}

Scheme QuantizeExtras::scheme() const
{
    return static_cast<Scheme>(m_scheme->currentData().toInt());
}

void QuantizeExtras::setWay(QuantizeWay way)
{
    m_way = way;
    allowFields();
}

void QuantizeExtras::allowFields()
{
    const QString whyStatic = isStatic() ? QString() : tr("Belongs to calibrated INT8.");
    const QString whyRanges = calibrates() ? QString() : tr("No ranges are taken from data this way.");
    for (QWidget* field : std::initializer_list<QWidget*>{m_scheme, m_smooth, m_maxDrop, m_floatMacs})
        allow(field, whyStatic);
    allow(m_keepFloat, calibrates() ? QString() : tr("Belongs to calibrated or trained INT8."));
    for (QWidget* field : std::initializer_list<QWidget*>{m_ranges, m_samples})
        allow(field, whyRanges);
    const bool byPercentile = m_ranges->currentData().toInt() == static_cast<int>(RangeMethod::Percentile);
    allow(m_percentile, !calibrates() ? whyRanges : byPercentile ? QString() : tr("Belongs to ranges by percentile."));
    const SchemeRules& rules = rulesOf(scheme());
    if (!rules.takes16Bits)
        m_activations->setCurrentIndex(0);
    allow(m_activations, !isStatic()         ? whyStatic
                         : rules.takes16Bits ? QString()
                                             : tr("%1 takes 8 bits only.").arg(schemeText(rules.scheme)));
    allow(m_rate, m_way == QuantizeWay::Trained ? QString() : tr("Nothing is trained this way."));
}

void QuantizeExtras::applyTo(QuantizeOptions& options) const
{
    if (!calibrates())
        return;
    options.ranges = static_cast<RangeMethod>(m_ranges->currentData().toInt());
    if (options.ranges == RangeMethod::Percentile)
        options.percentile = m_percentile->value();
    options.samples = static_cast<std::size_t>(m_samples->value());
    for (const QString& name : namesIn(m_keepFloat->text()))
        options.keepFloat.push_back(name.toStdString());
    if (!isStatic())
        return;
    options.scheme = scheme();
    options.bitsActivations = m_activations->currentData().toInt();
    options.smoothQuant = m_smooth->isChecked();
    if (m_maxDrop->value() > 0)
        options.maxDrop = m_maxDrop->value();
    options.floatMacs = m_floatMacs->value() / 100.0;
}

double QuantizeExtras::learningRate() const
{
    return m_rate->value();
}

QString QuantizeExtras::summary() const
{
    switch (m_way) {
    case QuantizeWay::Dynamic: return tr("Needs no data; each range is found while the model runs.");
    case QuantizeWay::Weights: return tr("Needs no data; a smaller file, computed in float.");
    case QuantizeWay::Half: return tr("Needs no data; half the file.");
    case QuantizeWay::Static:
    case QuantizeWay::Trained: break;
    }
    QStringList parts;
    if (isStatic())
        parts << tr("for %1").arg(m_scheme->currentText());
    parts << tr("%1 over %2 pictures").arg(m_ranges->currentText(), QLocale().toString(m_samples->value()));
    if (isStatic()) {
        if (m_activations->currentIndex() > 0)
            parts << tr("%1-bit activations").arg(m_activations->currentData().toInt());
        if (m_smooth->isChecked())
            parts << QStringLiteral("SmoothQuant");
        if (m_maxDrop->value() > 0)
            parts << tr("at most %1 points lost").arg(QLocale().toString(m_maxDrop->value()));
        if (m_floatMacs->value() > 0)
            parts << tr("at most %1 % of the MACs float").arg(m_floatMacs->value());
    }
    if (const QStringList kept = namesIn(m_keepFloat->text()); !kept.isEmpty())
        parts << tr("float: %1").arg(kept.join(QStringLiteral(", ")));
    return parts.join(QStringLiteral(" · "));
}

} // namespace hone::studio
