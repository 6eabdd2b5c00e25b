// SPDX-License-Identifier: GPL-3.0-or-later
// A folder with tiny data and models, made by the program itself, that the command line's tests work in.
#pragma once

#include "run_hone.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

namespace hone::testing
{

class CliFixture
{
public:
    // False where the program can't make its own test input; `failure` then says what it answered.
    bool make()
    {
        return runs({"sample", path("data"), "--train", "96", "--validation", "48", "--test", "48"}) &&
               runs({"new", "resnet8", "--width", "4", "--classes", "12", "--out", path("model.onnx")}) &&
               runs({"new", "resnet8", "--width", "4", "--classes", "10", "--out", path("ten.onnx")});
    }
    QString failure() const { return m_failure; }

    QString path(const QString& name) const { return m_folder.filePath(name); }
    QString model() const { return path("model.onnx"); }
    QString data() const { return path("data"); }

    void write(const QString& name, const QByteArray& bytes) const
    {
        QDir(m_folder.path()).mkpath(QFileInfo(name).path());
        QFile file(path(name));
        file.open(QIODevice::WriteOnly);
        file.write(bytes);
    }
    QByteArray read(const QString& name) const
    {
        QFile file(path(name));
        file.open(QIODevice::ReadOnly);
        return file.readAll();
    }
    // A copy of the data in which so many validation pictures are text.
    QString dataWithUnreadable(const QString& name, int count) const
    {
        QDir().mkpath(path(name));
        QProcess::execute("cp", {"-r", data() + "/.", path(name)});
        int left = count;
        const QDir validation(path(name) + "/validation");
        for (const auto& folder : validation.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
            for (const auto& file : QDir(validation.filePath(folder)).entryList(QDir::Files))
                if (left-- > 0)
                    write(name + "/validation/" + folder + "/" + file, "not a picture");
        return path(name);
    }

private:
    bool runs(const QStringList& arguments)
    {
        const auto run = runHone(arguments);
        if (run.exitCode != 0)
            m_failure = arguments.join(' ') + ": " + run.errors;
        return run.exitCode == 0;
    }

    QTemporaryDir m_folder;
    QString m_failure;
};

} // namespace hone::testing
