// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/page_id.h"

#include <array>
#include <utility>

namespace hone::studio
{

namespace
{

constexpr std::array<std::pair<PageId, const char*>, 8> namedPages = {{{PageId::Start, "start"},
                                                                       {PageId::Import, "import"},
                                                                       {PageId::Data, "data"},
                                                                       {PageId::Model, "model"},
                                                                       {PageId::Slim, "slim"},
                                                                       {PageId::Train, "train"},
                                                                       {PageId::Compare, "compare"},
                                                                       {PageId::Devices, "devices"}}};

} // namespace

QString pageName(PageId id)
{
    for (const auto& [page, name] : namedPages)
        if (page == id)
            return QString::fromLatin1(name);
    return {};
}

std::optional<PageId> pageFromName(const QString& name)
{
    for (const auto& [page, known] : namedPages)
        if (name == QLatin1String(known))
            return page;
    return std::nullopt;
}

QStringList pageNames()
{
    QStringList names;
    for (const auto& [page, name] : namedPages)
        names << QString::fromLatin1(name);
    return names;
}

} // namespace hone::studio
