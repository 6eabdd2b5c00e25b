// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the real `hone` and keeps what it said.
#pragma once

#include <nlohmann/json.hpp>

#include <QByteArray>
#include <QProcess>
#include <QString>
#include <QStringList>

namespace hone::testing
{

struct HoneRun
{
    int exitCode = -1; // -1: it was killed or didn't end
    QByteArray output;
    QByteArray errors;

    nlohmann::json json() const { return nlohmann::json::parse(output.toStdString(), nullptr, false); }
};

inline QString honeProgram()
{
    return QStringLiteral(HONE_BINARY_DIR "/bin/hone");
}

inline HoneRun runHone(const QStringList& arguments, const QString& folder = {})
{
    QProcess process;
    process.setProgram(honeProgram());
    process.setArguments(arguments);
    if (!folder.isEmpty())
        process.setWorkingDirectory(folder);
    process.start();
    HoneRun run;
    if (!process.waitForFinished(300'000) || process.exitStatus() != QProcess::NormalExit)
        return run;
    run.exitCode = process.exitCode();
    run.output = process.readAllStandardOutput();
    run.errors = process.readAllStandardError();
    return run;
}

} // namespace hone::testing
