// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/training_extras.h"

#include "ui/form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QSpinBox>

namespace hone::studio
{

TrainingExtras::TrainingExtras(QWidget* parent) : QWidget(parent)
{
    const TrainOptions usual;
    auto* form = makeForm(this);
    const auto off = [this](auto* box) {
        box->setSpecialValueText(tr("off"));
        return box;
    };
    m_freezeBody = new QCheckBox(tr("head only"));
    m_bodyFactor = decimal(10, 3, usual.bodyRateFactor);
    m_bodyFactor->setSingleStep(0.1);
    connect(m_freezeBody, &QCheckBox::toggled, m_bodyFactor, &QWidget::setDisabled);
    m_randomOperations = off(spin(0, 10, 0));
    m_magnitude = decimal(10, 1, usual.augmentation.magnitude);
    m_magnitude->setSingleStep(1);
    m_mixUp = off(decimal(10, 2, 0));
    m_cutMix = off(decimal(10, 2, 0));
    m_average = off(decimal(0.9999, 4, 0));
    m_clip = off(decimal(1000, 2, 0));
    m_clip->setSingleStep(0.5);
    m_accumulate = spin(1, 1000, 1);
    m_precision = new QComboBox;
    m_precision->addItems({QStringLiteral("float32"), QStringLiteral("bf16")});
    m_device = new QComboBox;
    m_device->addItems({tr("processor"), QStringLiteral("CUDA")});
    addRow(form, tr("Frozen body"), m_freezeBody, tr("Trains the head only, in seconds: what the body gives is computed once"));
    addRow(form, tr("Rate of the body"), m_bodyFactor, tr("Factor of the learning rate before the head"));
    addRow(form, tr("Random changes"), m_randomOperations, tr("Of colour and shape, one after the other, for each picture"));
    addRow(form, tr("Their strength"), m_magnitude, tr("From 0 to 10"));
    addRow(form, QStringLiteral("MixUp"), m_mixUp, tr("Mixes each picture with another; 0.2 is usual"));
    addRow(form, QStringLiteral("CutMix"), m_cutMix, tr("Puts a piece of another picture into each; 1 is usual"));
    addRow(form, tr("Averaged weights"), m_average, tr("Decay of the moving average, which is what is kept then"));
    addRow(form, tr("Longest gradient"), m_clip, tr("Longer ones are made so long"));
    addRow(form, tr("Batches an update"), m_accumulate, tr("Their gradients are added up"));
    addRow(form, tr("Precision"), m_precision, tr("bf16 is faster where the processor has it"));
    addRow(form, tr("Trains on"), m_device);
}

void TrainingExtras::applyTo(TrainOptions& options) const
{
    options.freezeBody = m_freezeBody->isChecked();
    if (!options.freezeBody)
        options.bodyRateFactor = m_bodyFactor->value();
    options.augmentation.randomOperations = m_randomOperations->value();
    options.augmentation.magnitude = m_magnitude->value();
    options.mixUp = m_mixUp->value();
    options.cutMix = m_cutMix->value();
    options.emaDecay = m_average->value();
    options.clipNorm = m_clip->value();
    options.accumulate = m_accumulate->value();
    options.precision = static_cast<Precision>(m_precision->currentIndex());
    options.device = static_cast<TrainingDevice>(m_device->currentIndex());
}

} // namespace hone::studio
