// SPDX-License-Identifier: GPL-3.0-or-later
#include "screenshot.h"

#include "main_window.h"

#include <QApplication>
#include <QPixmap>
#include <QTimer>

#include <cstdio>

namespace hone::studio
{

namespace
{
constexpr int lookEveryMs = 50;
constexpr int quietLooks = 12; // in a row
} // namespace

void takeScreenshot(MainWindow& window, const QString& file)
{
    auto* timer = new QTimer(&window);
    QObject::connect(timer, &QTimer::timeout, &window, [&window, file, quiet = 0]() mutable {
        quiet = window.isIdle() ? quiet + 1 : 0;
        if (quiet != quietLooks)
            return;
        const bool written = window.grab().save(file);
        if (!written)
            std::fprintf(stderr, "hone-studio: %s can't be written\n", qPrintable(file));
        QApplication::exit(written ? 0 : 1);
    });
    timer->start(lookEveryMs);
}

} // namespace hone::studio
