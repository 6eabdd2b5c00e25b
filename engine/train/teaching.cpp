// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/teaching.h"

#include "core/error.h"
#include "data/model_card.h"
#include "graph/floats_behind.h"
#include "graph/shape_inference.h"
#include "train/scores.h"
#include "train/value_pairs.h"

#include <algorithm>
#include <string>

namespace hone
{

namespace
{

// Zagoruyko and Komodakis 2017, section 3.1: half of beta = 10^3 / places multiplies each pair's distance. Taken for 16x16
// places, so that small maps don't outweigh the answers.
constexpr double attentionFactor = 1e3 / 2 / (16 * 16);

[[noreturn]] void unlike(const std::string& detail)
{
    throw Error(MessageCode::TeacherUnlike, {{"detail", detail}});
}

std::string shapeText(const ValueType& type)
{
    return type.shape ? toText(*type.shape) : "of unknown rank";
}

// Extents that both state, apart from the first, are the same.
bool sameSample(const ValueType& a, const ValueType& b)
{
    if (!a.shape || !b.shape)
        return true; // found out at the first batch
    if (a.shape->size() != b.shape->size())
        return false;
    for (std::size_t axis = 1; axis < a.shape->size(); ++axis)
        if ((*a.shape)[axis].isFixed() && (*b.shape)[axis].isFixed() && (*a.shape)[axis].extent != (*b.shape)[axis].extent)
            return false;
    return true;
}

bool isFloat(DType dtype)
{
    return dtype == DType::Float32 || dtype == DType::Undefined;
}

class Planner
{
public:
    Planner(const Teaching& teaching, const PreparedModel& model, const Dataset& dataset)
        : m_teaching(teaching),
          m_teacher(*teaching.teacher),
          m_model(model),
          m_student(model.graph),
          m_dataset(dataset)
    {}

    TeachingPlan plan()
    {
        requireSameInput();
        if (m_model.pairing.task == Task::Agreement)
            allOutputs();
        else
            firstOutput();
        m_plan.answers = m_plan.student.size();
        if (m_teaching.kind != TeachingKind::Soft)
            innerValues();
        return std::move(m_plan);
    }

private:
    void requireSameInput() const
    {
        if (m_teacher.inputs.size() != 1)
            unlike("it has " + std::to_string(m_teacher.inputs.size()) + " inputs, the student one");
        const auto& own = m_student.value(m_student.inputs.at(0)).type;
        const auto& wanted = m_teacher.value(m_teacher.inputs[0]).type;
        if (!sameSample(own, wanted))
            unlike("it takes " + shapeText(wanted) + ", the student " + shapeText(own));
        if (pairForInput(m_teacher, m_dataset).preprocess != m_model.pairing.preprocess)
            unlike("it wants its input prepared in another way than the student");
    }

    // The task's own: scores by class, or numbers.
    void firstOutput()
    {
        if (m_model.headReplaced)
            unlike("the student's last layer is new, so the two answer different questions; give a student "
                   "with the teacher's outputs");
        const bool classes = m_model.pairing.task == Task::Classification;
        if (classes) {
            const auto theirs = pair(m_teacher, m_dataset);
            if (theirs.outputs != m_model.pairing.outputs)
                unlike("it has " + std::to_string(theirs.outputs) + " outputs, the student " + std::to_string(m_model.pairing.outputs));
            if (theirs.outputOfClass != m_model.pairing.outputOfClass)
                unlike("its outputs stand for other classes than the student's");
        } else {
            requireSameOutput(0);
        }
        const bool scores = m_teaching.answers == AnswerComparison::Divergence || (m_teaching.answers == AnswerComparison::Auto && classes);
        if (scores)
            add(divergence());
        else
            numbersBehind(FloatsBehind(m_student), FloatsBehind(m_teacher), 0);
    }

    // Of any model, on data without labels.
    void allOutputs()
    {
        if (m_student.outputs.size() != m_teacher.outputs.size())
            unlike("it has " + std::to_string(m_teacher.outputs.size()) + " outputs, the student " +
                   std::to_string(m_student.outputs.size()));
        const bool scores = m_teaching.answers == AnswerComparison::Divergence ||
                            (m_teaching.answers == AnswerComparison::Auto && endsInSoftmax(m_student) && endsInSoftmax(m_teacher));
        const FloatsBehind own(m_student);
        const FloatsBehind theirs(m_teacher);
        for (std::size_t i = 0; i < m_student.outputs.size(); ++i) {
            if (i == 0 && scores) {
                requireSameOutput(i);
                add(divergence());
            } else
                numbersBehind(own, theirs, i);
        }
        if (m_plan.student.empty())
            unlike("no output of the student has a gradient, and there are no numbers behind one that it has in common with the teacher");
        for (auto& taught : m_plan.student)
            taught.factor /= static_cast<double>(m_plan.student.size());
    }

    static bool endsInSoftmax(const Graph& graph) { return findScores(graph).value != graph.outputs.at(0); }

    void requireSameOutput(std::size_t i) const
    {
        const auto own = inferShapes(m_student).type(m_student.outputs.at(i));
        const auto wanted = inferShapes(m_teacher).type(m_teacher.outputs.at(i));
        if (!sameSample(own, wanted))
            unlike("its output " + m_teacher.value(m_teacher.outputs[i]).name + " is " + shapeText(wanted) + ", the student's " +
                   shapeText(own));
    }

    struct Partners
    {
        TaughtValue student;
        TeacherValue teacher;
    };
    void add(const Partners& partners)
    {
        m_plan.student.push_back(partners.student);
        m_plan.teacher.push_back(partners.teacher);
    }

    Partners divergence() const
    {
        const ScoresValue own = findScores(m_student);
        const ScoresValue theirs = findScores(m_teacher);
        Partners partners;
        partners.student = {.value = own.value, .comparison = Comparison::Divergence, .holds = own.kind};
        partners.teacher = {theirs.value,
                            theirs.kind == Scores::Probabilities ? TeacherValueForm::LogProbabilities : TeacherValueForm::Scores};
        return partners;
    }

    // An output's own, or those that decide it: labels and indices have no gradient, what ArgMax and TopK read has one.
    void numbersBehind(const FloatsBehind& own, const FloatsBehind& theirs, std::size_t i)
    {
        const ValueId output = m_student.outputs[i];
        if (own.standsForItself(output)) {
            requireSameOutput(i);
            addNumbers(own, output, m_teacher.outputs[i]);
            return;
        }
        const auto students = own.of(output);
        const auto teachers = theirs.of(m_teacher.outputs[i]);
        for (std::size_t k = 0; k < students.size() && students.size() == teachers.size(); ++k)
            if (sameSample(own.type(students[k]), theirs.type(teachers[k])))
                addNumbers(own, students[k], teachers[k]);
    }
    void addNumbers(const FloatsBehind& own, ValueId student, ValueId teacher)
    {
        if (isFloat(own.type(student).dtype) && std::ranges::count(m_plan.student, student, &TaughtValue::value) == 0)
            add(numbers(student, teacher));
    }

    Partners numbers(ValueId student, ValueId teacher) const
    {
        const auto comparison = m_teaching.answers == AnswerComparison::Cosine ? Comparison::Cosine : Comparison::MeanSquared;
        return {{.value = student, .comparison = comparison}, {teacher}};
    }

    void innerValues()
    {
        const bool attention = m_teaching.kind == TeachingKind::Attention;
        const auto found = findValuePairs(m_student, m_teacher);
        std::size_t fitting = 0;
        for (const auto& pair : found) {
            if (attention && !pair.spatial)
                continue;
            ++fitting;
            add({{.value = pair.student,
                  .comparison = attention ? Comparison::Attention : Comparison::Features,
                  .channelAxis = pair.channelAxis,
                  .channels = pair.studentChannels,
                  .teacherChannels = pair.teacherChannels},
                 {pair.teacher}});
        }
        if (fitting == 0)
            unlike("nothing inside of it has the extents of something inside of the student; the kind 'soft' "
                   "needs their outputs alone");
        for (std::size_t i = m_plan.answers; i < m_plan.student.size(); ++i)
            m_plan.student[i].factor = attention ? attentionFactor : 1 / static_cast<double>(fitting);
    }

    const Teaching& m_teaching;
    const Graph& m_teacher;
    const PreparedModel& m_model;
    const Graph& m_student;
    const Dataset& m_dataset;
    TeachingPlan m_plan;
};

} // namespace

Graph withTeachersCard(Graph student, const Teaching& teaching)
{
    if (!teaching.teacher)
        return student;
    ModelCard card = readModelCard(student);
    const ModelCard theirs = readModelCard(*teaching.teacher);
    if (card.classes.empty())
        card.classes = theirs.classes;
    if (!card.preprocess)
        card.preprocess = theirs.preprocess;
    writeModelCard(student, card);
    return student;
}

bool learnsLabels(const Teaching& teaching, const Dataset& dataset)
{
    return teaching.labels == Labels::Learnt && dataset.task() != Task::Agreement;
}

std::optional<TeachingPlan> planTeaching(const Teaching& teaching, const PreparedModel& model, const Dataset& dataset,
                                         std::vector<Message>& notices)
{
    if (!teaching.teacher || teaching.weight <= 0)
        return std::nullopt;
    try {
        return Planner(teaching, model, dataset).plan();
    } catch (const Error& error) {
        const bool canBeLeftOut =
            teaching.fit == TeacherFit::IfAlike && teaching.kind == TeachingKind::Soft && learnsLabels(teaching, dataset);
        if (!canBeLeftOut || error.code() != MessageCode::TeacherUnlike)
            throw;
        notices.push_back(error.message());
        return std::nullopt;
    }
}

} // namespace hone
