// SPDX-License-Identifier: GPL-3.0-or-later
// Importances by name.
#pragma once

#include "prune/importance.h"

#include <QString>

#include <utility>
#include <vector>

namespace hone::studio
{

// In the order in which they are offered: automatic, those from weights, those from data.
std::vector<std::pair<ImportanceKind, QString>> importanceNames();
QString importanceName(ImportanceKind kind);

} // namespace hone::studio
