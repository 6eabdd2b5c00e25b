// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of quantizing that most leave as they are.
#pragma once

#include "quantize/quantize.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLineEdit;
class QSpinBox;

namespace hone::studio
{

// How a model becomes one of fewer bits; the last is a training.
enum class QuantizeWay
{
    Static,
    Trained,
    Dynamic,
    Weights,
    Half
};

class QuantizeExtras : public QWidget
{
    Q_OBJECT
public:
    explicit QuantizeExtras(QWidget* parent = nullptr);

    // What this way doesn't read is disabled, and says so.
    void setWay(QuantizeWay way);
    // Sets what the way reads.
    void applyTo(QuantizeOptions& options) const;
    double learningRate() const; // of training; 0: the usual one
    // "for ONNX Runtime · least error, 256 pictures": what it is set to, in one line.
    QString summary() const;

signals:
    void changed();

private:
    bool isStatic() const { return m_way == QuantizeWay::Static; }
    bool calibrates() const { return isStatic() || m_way == QuantizeWay::Trained; }
    void addRows();
    void allowFields();
    Scheme scheme() const;

    QuantizeWay m_way = QuantizeWay::Static;
    QComboBox* m_scheme;
    QComboBox* m_activations;
    QComboBox* m_ranges;
    QDoubleSpinBox* m_percentile;
    QSpinBox* m_samples;
    QCheckBox* m_smooth;
    QDoubleSpinBox* m_maxDrop;
    QSpinBox* m_floatMacs;
    QLineEdit* m_keepFloat;
    QDoubleSpinBox* m_rate;
};

} // namespace hone::studio
