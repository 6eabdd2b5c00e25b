// SPDX-License-Identifier: GPL-3.0-or-later
// The pages and their names, as --page and the icons take them.
#pragma once

#include <QString>
#include <QStringList>

#include <optional>

namespace hone::studio
{

enum class PageId
{
    Start,
    Import,
    Data,
    Model,
    Slim,
    Train,
    Compare,
    Devices
};

// "start", "data", "model", ...
QString pageName(PageId id);
// nullopt for another name.
std::optional<PageId> pageFromName(const QString& name);
QStringList pageNames();

} // namespace hone::studio
