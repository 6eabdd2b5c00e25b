// SPDX-License-Identifier: GPL-3.0-or-later
// Builds in words and figures.
#pragma once

#include "models/snapshot.h"

namespace hone::studio
{

// "original.onnx" without its ending, "fine-tuned", "pruned 30 %", "int8".
QString labelText(const Build& build);
// The same, with its parent's behind it where several builds are labelled alike, "int8 of pruned 30 %", and its detail, or its id, where
// that doesn't tell them apart: "int8 of original (static, entropy)".
QString nameText(const Snapshot& snapshot, const Build& build);
// "10 epochs", "static, MinMax", "original": the tree's second line.
QString detailText(const Build& build);
// "91.4 % · 147 kB"; the size alone where nothing was measured.
QString figuresText(const Build& build);
// "Fine-tuning original", "Pruning fine-tuned by 30 %": a job's title.
QString stepTitle(const StepParameters& parameters, const QString& parentLabel);
// The command line that makes the same, for copying.
QString commandText(const Snapshot& snapshot, const Build& parent, const StepParameters& parameters);
// One line a step, from the root: "finetune epochs 10".
QString recipeLine(const StepParameters& parameters);

} // namespace hone::studio
