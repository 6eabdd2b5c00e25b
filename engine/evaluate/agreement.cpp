// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/agreement.h"

#include "data/loader.h"
#include "data/pairing.h"
#include "data/stated_preprocess.h"
#include "evaluate/batch_run.h"
#include "evaluate/ordered_pipeline.h"
#include "onnx_io/onnx_io.h"
#include "preprocess/raw_input.h"
#include "runtime/made_up_inputs.h"
#include "runtime/session.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace hone
{
namespace
{

constexpr std::size_t madeUpInputs = 16;
constexpr std::uint64_t madeUpSeed = 0;

[[noreturn]] void throwUnlike(const std::string& detail)
{
    throw Error(MessageCode::ReferenceUnlike, {{"detail", detail}});
}

// What both models are given at once.
struct Question
{
    std::vector<Tensor> inputs;
    std::vector<Tensor> referenceInputs;
    RunRows rows;
};

struct Answers
{
    std::vector<Tensor> outputs;
    std::vector<Tensor> reference;
};

class QuestionSource
{
public:
    virtual ~QuestionSource() = default;
    virtual std::optional<Question> next(const JobContext& job) = 0;
    virtual std::size_t count() const = 0; // of questions
    virtual std::vector<Message> notices() const = 0;
};

// One batch for both: the one that either insists on, else one sample.
std::int64_t commonBatch(const Graph& model, const Graph& reference)
{
    const bool modelFixed = isBatchFixed(model);
    const bool referenceFixed = isBatchFixed(reference);
    if (modelFixed && referenceFixed && batchOf(model) != batchOf(reference))
        throwUnlike("its batch is fixed at " + std::to_string(batchOf(model)) + ", the reference's at " +
                    std::to_string(batchOf(reference)));
    return modelFixed ? batchOf(model) : referenceFixed ? batchOf(reference) : 1;
}

class DataQuestions final : public QuestionSource
{
public:
    DataQuestions(const AgreementRequest& request, const Graph& reference)
        : m_batch(commonBatch(request.graph, reference)),
          m_pairing(pairForInput(request.graph, *request.dataset)),
          m_adapted({adaptedPreprocessNotice(request.graph, *request.dataset, m_pairing),
                     otherChannelsNotice(*request.dataset, request.options.split, m_pairing)}),
          m_takes(inputType(request.graph)),
          m_referenceTakes(inputType(reference)),
          m_loader(*request.dataset, request.options.split, m_pairing, loading(request))
    {
        const auto pairing = pairForInput(reference, *request.dataset);
        if (pairing.preprocess != m_pairing.preprocess)
            m_referenceLoader.emplace(*request.dataset, request.options.split, pairing, loading(request));
    }

    std::optional<Question> next(const JobContext& job) override
    {
        auto batch = m_loader.next(job);
        if (!batch)
            return std::nullopt;
        Question question;
        question.rows = {batch->indices.size(), static_cast<std::size_t>(m_batch)};
        question.inputs = {asTaken(padded(batch->inputs, m_batch), m_takes)};
        if (m_referenceLoader) {
            const auto other = m_referenceLoader->next(job);
            if (!other || other->indices != batch->indices)
                throwUnlike("the data give it other samples");
            question.referenceInputs = {asTaken(padded(other->inputs, m_batch), m_referenceTakes)};
        } else
            question.referenceInputs = {asTaken(padded(batch->inputs, m_batch), m_referenceTakes)};
        return question;
    }
    std::size_t count() const override { return m_loader.batches(); }
    std::vector<Message> notices() const override
    {
        std::vector<Message> notices;
        for (const auto& notice : {preprocessNotice(m_pairing), m_adapted[0], m_adapted[1], m_loader.notice()})
            if (notice)
                notices.push_back(*notice);
        return notices;
    }

private:
    static DType inputType(const Graph& graph) { return graph.value(graph.inputs.at(0)).type.dtype; }
    LoaderOptions loading(const AgreementRequest& request) const
    {
        LoaderOptions options;
        options.batch = static_cast<int>(m_batch);
        options.limit = request.options.limit;
        options.threads = threadCount(request.options.threads);
        options.passes = Passes::One;
        return options;
    }

    std::int64_t m_batch;
    Pairing m_pairing;
    std::array<std::optional<Message>, 2> m_adapted;
    DType m_takes;
    DType m_referenceTakes;
    Loader m_loader;
    std::optional<Loader> m_referenceLoader; // where it reads the data in another way
};

class MadeUpQuestions final : public QuestionSource
{
public:
    MadeUpQuestions(const AgreementRequest& request, const Session& model, const Graph& graph, Session& reference, const JobContext& job)
        : m_count(request.options.limit > 0 ? request.options.limit : madeUpInputs),
          m_bounds(indexBounds(graph)),
          m_random(madeUpSeed)
    {
        const auto same = [](const Port& a, const Port& b) {
            return a.dtype == b.dtype && withFreeAs(a.shape, 1) == withFreeAs(b.shape, 1);
        };
        if (!std::ranges::equal(model.inputs(), reference.inputs(), same))
            throwUnlike("its inputs are not the reference's");
        m_example = runOnMadeUpInputs(reference, {.kind = InputKind::Normal, .seed = madeUpSeed, .bounds = m_bounds}, job).inputs;
        if (m_example.empty())
            throwUnlike("it takes no input");
        const auto& first = m_example.front().shape();
        m_fed = first.empty() ? 1 : static_cast<std::size_t>(std::max<std::int64_t>(1, first[0]));
    }

    std::optional<Question> next(const JobContext&) override
    {
        if (m_next == m_count)
            return std::nullopt;
        Question question;
        for (std::size_t i = 0; i < m_example.size(); ++i)
            question.inputs.push_back(madeUpInput(m_example[i].dtype(), m_example[i].shape(), InputKind::Normal, m_random, m_bounds.at(i)));
        ++m_next;
        question.referenceInputs = question.inputs;
        question.rows = {m_fed, m_fed};
        return question;
    }
    std::size_t count() const override { return m_count; }
    std::vector<Message> notices() const override
    {
        return {{MessageCode::InputsMadeUp, {{"inputs", std::to_string(m_count)}, {"seed", std::to_string(madeUpSeed)}}}};
    }

private:
    std::size_t m_count;
    std::vector<std::int64_t> m_bounds;
    Random m_random;
    std::vector<Tensor> m_example; // of shapes that the reference takes
    std::size_t m_fed = 1;
    std::size_t m_next = 0;
};

// Each of the model's outputs with the reference's that it is held against: by name, or by place where no name is common.
std::vector<std::size_t> partners(const Session& model, const Session& reference)
{
    std::vector<std::size_t> result;
    for (const auto& port : model.outputs()) {
        const auto found = std::ranges::find(reference.outputs(), port.name, &Port::name);
        if (found != reference.outputs().end())
            result.push_back(static_cast<std::size_t>(found - reference.outputs().begin()));
    }
    if (result.size() == model.outputs().size())
        return result;
    if (model.outputs().size() != reference.outputs().size())
        throwUnlike("it has " + std::to_string(model.outputs().size()) + " outputs, the reference " +
                    std::to_string(reference.outputs().size()) + ", of other names");
    result.resize(model.outputs().size());
    for (std::size_t i = 0; i < result.size(); ++i)
        result[i] = i;
    return result;
}

} // namespace

AgreementResult measureAgreement(const AgreementRequest& request, const JobContext& job)
{
    const auto start = std::chrono::steady_clock::now();
    const auto& options = request.options;
    if (request.dataset)
        request.dataset->require(options.split);
    Session model(request.model, {.threads = 1});
    Session reference(options.reference, {.threads = 1});
    const auto partner = partners(model, reference);
    std::vector<OutputComparison> comparisons;
    for (const auto& port : model.outputs())
        comparisons.emplace_back(port.name);
    std::unique_ptr<QuestionSource> source;
    const auto graph = readOnnx(options.reference);
    if (request.dataset)
        source = std::make_unique<DataQuestions>(request, graph);
    else
        source = std::make_unique<MadeUpQuestions>(request, model, graph, reference, job);

    AgreementResult result;
    auto& agreement = result.agreement;
    OrderedPipeline<Question, Answers> pipeline({
        .take = [&](const JobContext& taking) { return source->next(taking); },
        .work =
            [&](const Question& question) {
                return Answers{model.run(question.inputs), reference.run(question.referenceInputs)};
            },
        .give =
            [&](const Question& question, const Answers& answers) {
                for (std::size_t i = 0; i < comparisons.size(); ++i)
                    comparisons[i].add(answers.outputs.at(i), answers.reference.at(partner[i]), question.rows);
                agreement.samples += question.rows.samples;
            },
        .tell =
            [&](std::size_t given) {
                job.report({Activity::Evaluating,
                            static_cast<double>(given) / static_cast<double>(std::max<std::size_t>(1, source->count())),
                            request.model.filename().string(),
                            0,
                            0,
                            {}});
            },
    });
    pipeline.run(threadCount(options.threads), job);
    if (agreement.samples == 0 && request.dataset)
        throw Error(MessageCode::DataEmpty, {{"path", request.dataset->folder().string()}, {"split", std::string(name(options.split))}});

    std::string leftOut;
    for (const auto& comparison : comparisons)
        if (comparison.comparable())
            agreement.outputs.push_back(comparison.result());
        else
            leftOut += (leftOut.empty() ? "" : ", ") + comparison.name();
    if (agreement.outputs.empty())
        throwUnlike("no output of it has the reference's size: " + leftOut);
    result.notices = source->notices();
    if (!leftOut.empty())
        result.notices.push_back({MessageCode::OutputsNotCompared, {{"outputs", leftOut}}});
    agreement.reference = options.reference;
    if (request.dataset)
        agreement.split = options.split;
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    agreement.samplesPerSecond = seconds.count() > 0 ? static_cast<double>(agreement.samples) / seconds.count() : 0;
    return result;
}

} // namespace hone
