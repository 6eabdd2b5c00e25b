// SPDX-License-Identifier: GPL-3.0-or-later
// Tables as text, for the clipboard.
#pragma once

#include <QModelIndexList>
#include <QString>

class QAbstractItemModel;

namespace hone::studio
{

// Tab-separated with a head; marks inside a cell become blanks. Rows as listed, or all of them.
QString toTsv(const QAbstractItemModel& model, const QList<int>& rows = {});

} // namespace hone::studio
