// SPDX-License-Identifier: GPL-3.0-or-later
// The outcome of trying a model, in words.
#pragma once

#include "check/check.h"

#include <QString>

#include <vector>

namespace hone::studio
{

struct CheckLine
{
    QString name; // "Fine-tuning"
    bool works = false;
    QString text; // what there is to it, or why not
};

QString headlineText(const ModelCheck& check);
// A line each for measuring, fine-tuning, pruning, quantizing; none for a file that can't be opened.
std::vector<CheckLine> checkLines(const ModelCheck& check);
// What it was found with, small print.
QString checkDetailText(const ModelCheck& check);

} // namespace hone::studio
