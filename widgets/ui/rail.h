// SPDX-License-Identifier: GPL-3.0-or-later
// The narrow column of pages on the left.
#pragma once

#include "pages/page_id.h"

#include <QFrame>

#include <map>

class QToolButton;

namespace hone::studio
{

class Rail : public QFrame
{
    Q_OBJECT
public:
    explicit Rail(QWidget* parent = nullptr);

    // Pages without an entry leave none marked.
    void mark(PageId page);
    // Not empty: no page can be gone to, and why.
    void forbid(const QString& reason);
    const std::map<PageId, QToolButton*>& entries() const { return m_entries; }

signals:
    void pageWanted(hone::studio::PageId page);

protected:
    void changeEvent(QEvent* event) override;

private:
    void tint();

    std::map<PageId, QToolButton*> m_entries;
};

} // namespace hone::studio
