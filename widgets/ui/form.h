// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of settings: a name on the left, a field on the right.
#pragma once

#include <QString>

class QDoubleSpinBox;
class QFormLayout;
class QSpinBox;
class QWidget;

namespace hone::studio
{

QFormLayout* makeForm(QWidget* parent);
QSpinBox* spin(int low, int high, int value);
QDoubleSpinBox* decimal(double high, int decimals, double value); // from 0
void addRow(QFormLayout* form, const QString& name, QWidget* field, const QString& tip = {});

} // namespace hone::studio
