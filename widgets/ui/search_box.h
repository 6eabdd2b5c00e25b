// SPDX-License-Identifier: GPL-3.0-or-later
// One line that finds anything by a piece of its name and goes there.
#pragma once

#include <QLineEdit>

#include <functional>
#include <vector>

class QStandardItemModel;

namespace hone::studio
{

struct SearchEntry
{
    QString text; // "Build: int8"
    std::function<void()> go;
};

class SearchBox : public QLineEdit
{
    Q_OBJECT
public:
    // `collect` is asked when a search begins.
    explicit SearchBox(std::function<std::vector<SearchEntry>()> collect, QWidget* parent = nullptr);

    // Takes the focus, ready to type.
    void begin();
    // What was collected no longer holds.
    void forget();

private:
    void fill();
    void run(const QString& text);

    std::function<std::vector<SearchEntry>()> m_collect;
    std::vector<SearchEntry> m_entries;
    QStandardItemModel* m_model;
};

} // namespace hone::studio
