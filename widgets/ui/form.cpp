// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/form.h"

#include "theme/theme.h"
#include "ui/parts.h"

#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QSpinBox>

namespace hone::studio
{

namespace
{

// The same in every form, so that forms one below the other line up; longer names wrap.
constexpr int nameWidth = 116;
// Less than many fields ask for, so that a narrow card never cuts them off.
constexpr int leastFieldWidth = 72;

} // namespace

QSpinBox* spin(int low, int high, int value)
{
    auto* box = new QSpinBox;
    box->setRange(low, high);
    box->setValue(value);
    return box;
}

QDoubleSpinBox* decimal(double high, int decimals, double value)
{
    auto* box = new QDoubleSpinBox;
    box->setDecimals(decimals);
    box->setRange(0, high);
    box->setSingleStep(value > 0 ? value : 0.01);
    box->setValue(value);
    return box;
}

void addRow(QFormLayout* form, const QString& name, QWidget* field, const QString& tip)
{
    auto* text = label(name, "muted");
    text->setBuddy(field);
    text->setFixedWidth(nameWidth);
    text->setWordWrap(true);
    field->setMinimumWidth(leastFieldWidth);
    field->setAccessibleName(name);
    if (!tip.isEmpty())
        describe(field, tip);
    form->addRow(text, field);
}

QFormLayout* makeForm(QWidget* parent)
{
    auto* form = new QFormLayout(parent);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(space::card);
    form->setVerticalSpacing(space::unit);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    return form;
}

} // namespace hone::studio
