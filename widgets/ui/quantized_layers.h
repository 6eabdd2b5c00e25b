// SPDX-License-Identifier: GPL-3.0-or-later
// Why a quantized build is not as good as its float model: its layers, those furthest from float first, and the command that says more.
#pragma once

#include "models/snapshot.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace hone::studio
{

class FactList;

class QuantizedLayers : public QWidget
{
    Q_OBJECT
public:
    explicit QuantizedLayers(QWidget* parent = nullptr);

    // Shows nothing for a build that isn't quantized, and for null.
    void showBuild(const Snapshot* snapshot, const Build* build);

private:
    QLabel* m_note;
    FactList* m_layers;
    QPushButton* m_copyLayers;
    QPushButton* m_copyExplain;
    QString m_tsv;
    QString m_command;
};

} // namespace hone::studio
