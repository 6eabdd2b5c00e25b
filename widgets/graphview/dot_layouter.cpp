// SPDX-License-Identifier: GPL-3.0-or-later
#include "graphview/dot_layouter.h"

namespace hone::studio
{

DotLayouter::DotLayouter(QString program, int patienceMs, QObject* parent) : QObject(parent), m_program(std::move(program))
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(patienceMs);
    connect(&m_patience, &QTimer::timeout, this, [this] { finish(false); });
}

DotLayouter::~DotLayouter()
{
    endProcess();
}

void DotLayouter::start(const GraphDrawing& drawing)
{
    cancel();
    m_drawing = drawing;
    m_process = std::make_unique<QProcess>();
    connect(m_process.get(), &QProcess::finished, this,
            [this](int code, QProcess::ExitStatus status) { finish(status == QProcess::NormalExit && code == 0); });
    connect(m_process.get(), &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            finish(false);
    });
    m_patience.start();
    m_process->start(m_program, {QStringLiteral("-Tplain")});
    m_process->write(toDot(m_drawing));
    m_process->closeWriteChannel();
}

void DotLayouter::cancel()
{
    m_patience.stop();
    endProcess();
}

void DotLayouter::finish(bool answered)
{
    if (!m_process)
        return;
    std::optional<GraphLayout> layout;
    if (answered)
        layout = fromDotPlain(m_process->readAllStandardOutput(), m_drawing);
    cancel();
    emit layoutReady(layout ? *layout : layeredLayout(m_drawing));
}

void DotLayouter::endProcess()
{
    if (!m_process)
        return;
    // The process object may be the one that is emitting right now, so it goes later.
    m_process->disconnect(this);
    m_process->kill();
    auto* ending = m_process.release();
    if (ending->state() == QProcess::NotRunning)
        ending->deleteLater();
    else
        connect(ending, &QProcess::finished, ending, &QObject::deleteLater);
}

} // namespace hone::studio
