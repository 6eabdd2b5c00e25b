// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of the window for the documentation.
#pragma once

#include <QString>

namespace hone::studio
{

class MainWindow;

// Waits until nothing is read or drawn any more, writes the file, and ends the program: 0, or 1 where the file can't be written.
void takeScreenshot(MainWindow& window, const QString& file);

} // namespace hone::studio
