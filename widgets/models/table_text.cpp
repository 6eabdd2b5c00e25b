// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/table_text.h"

#include "models/row_table.h"

#include <QAbstractItemModel>
#include <QRegularExpression>
#include <QStringList>

#include <numeric>

namespace hone::studio
{

namespace
{

QString cell(const QString& text)
{
    static const QRegularExpression marks(QStringLiteral("[\\t\\r\\n]+"));
    return QString(text).replace(marks, QStringLiteral(" "));
}

} // namespace

QString toTsv(const QAbstractItemModel& model, const QList<int>& rows)
{
    QStringList lines;
    QStringList head;
    for (int column = 0; column < model.columnCount(); ++column)
        head << cell(model.headerData(column, Qt::Horizontal).toString());
    lines << head.join(QLatin1Char('\t'));

    QList<int> wanted = rows;
    if (wanted.isEmpty()) {
        wanted.resize(model.rowCount());
        std::iota(wanted.begin(), wanted.end(), 0);
    }
    for (const int row : wanted) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(); ++column) {
            const QModelIndex index = model.index(row, column);
            const QString secondary = index.data(SecondaryRole).toString();
            const QString shown = index.data().toString();
            cells << cell(secondary.isEmpty() ? shown : shown + QLatin1Char(' ') + secondary);
        }
        lines << cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

} // namespace hone::studio
