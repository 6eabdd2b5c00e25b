// SPDX-License-Identifier: GPL-3.0-or-later
// Asks Graphviz' `dot` for a layout, in a process of its own, and answers with a plainer one where dot is slow or missing.
#pragma once

#include "graphview/layout.h"

#include <QObject>
#include <QProcess>
#include <QTimer>

#include <memory>

namespace hone::studio
{

class DotLayouter : public QObject
{
    Q_OBJECT

public:
    explicit DotLayouter(QString program = QStringLiteral("dot"), int patienceMs = 3000, QObject* parent = nullptr);
    ~DotLayouter() override;

    // Answers later, with one layoutReady(). A call before that answer takes its place.
    void start(const GraphDrawing& drawing);
    void cancel();

signals:
    void layoutReady(const hone::studio::GraphLayout& layout);

private:
    void finish(bool answered);
    void endProcess();

    QString m_program;
    QTimer m_patience;
    GraphDrawing m_drawing;
    std::unique_ptr<QProcess> m_process;
};

} // namespace hone::studio
