// SPDX-License-Identifier: GPL-3.0-or-later
// Which of a model's values learn from which of its teacher's.
#pragma once

#include "data/dataset.h"
#include "train/preparation.h"
#include "train/teacher.h"
#include "train/train.h"
#include "train/trainer.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace hone
{

struct TeachingPlan
{
    std::vector<TaughtValue> student;  // of the prepared model
    std::vector<TeacherValue> teacher; // each one's partner
    std::size_t answers = 0;           // so many of them, the first ones, are the models' outputs; the others lie inside
};

// A student that states neither its classes nor its preprocessing takes the teacher's, so that both read the
// data alike.
Graph withTeachersCard(Graph student, const Teaching& teaching);

// Whether labels are learnt, be it beside a teacher.
bool learnsLabels(const Teaching& teaching, const Dataset& dataset);

// nullopt without a teacher, and where the two models aren't alike if that is allowed (TeacherFit), which `notices` then tells.
// Throws Error(TeacherUnlike).
std::optional<TeachingPlan> planTeaching(const Teaching& teaching, const PreparedModel& model, const Dataset& dataset,
                                         std::vector<Message>& notices);

} // namespace hone
