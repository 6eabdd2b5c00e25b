// SPDX-License-Identifier: GPL-3.0-or-later
// Bits down: how the selected build is quantized, and the step that makes it so.
#pragma once

#include "models/workspace.h"
#include "ui/quantize_extras.h"

#include <QFrame>

class QComboBox;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QSpinBox;

namespace hone::studio
{

class QuantizeCard : public QFrame
{
    Q_OBJECT
public:
    explicit QuantizeCard(Workspace& workspace, QWidget* parent = nullptr);

    // A quantize step, or one of quantization-aware training.
    StepParameters step() const;
    QuantizeWay way() const;
    QuantizeExtras* extras() const { return m_extras; }
    QPushButton* quantizeButton() const { return m_quantize; }
    QPushButton* copyButton() const { return m_copyCommand; }

private:
    QHBoxLayout* makeChoices();
    QHBoxLayout* makeFoot();
    void makeRepairs();
    void makeTraining();
    void makePopup();
    void openPopup();
    void takeWay();
    void refresh();
    QString whyNot() const;

    Workspace& m_workspace;
    QComboBox* m_way;
    QComboBox* m_bits;
    QWidget* m_repairPart;
    QComboBox* m_repair;
    QWidget* m_trainPart;
    QSpinBox* m_epochs;
    QSpinBox* m_distill;
    QLabel* m_summary;
    QPushButton* m_more;
    QPushButton* m_copyCommand;
    QPushButton* m_quantize;
    QFrame* m_popup;
    QuantizeExtras* m_extras;
};

} // namespace hone::studio
