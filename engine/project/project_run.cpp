// SPDX-License-Identifier: GPL-3.0-or-later
// Running a step in a project, and its commit.
#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "project/build_record.h"
#include "project/perform_step.h"
#include "project/project_lock.h"
#include "project/project_store.h"
#include "project/sensitivity_file.h"
#include "project/step_kinds.h"

#include <algorithm>
#include <system_error>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

std::optional<Build> undamaged(const fs::path& folder)
{
    std::error_code ignored;
    if (!fs::exists(folder, ignored))
        return std::nullopt;
    try {
        return readBuild(folder, ModelCheck::Hash);
    } catch (const Error&) {
        return std::nullopt;
    }
}

// A build that can't be read any more makes room for the same one made again, but is not thrown away.
void setAside(const fs::path& project, const fs::path& build)
{
    std::error_code error;
    if (!fs::exists(build, error))
        return;
    const auto aside = project / ".damaged" / build.filename();
    fs::remove_all(aside, error);
    fs::create_directories(aside.parent_path(), error);
    fs::rename(build, aside, error);
    if (error)
        throw Error(MessageCode::FileUnwritable, {{"path", build.string()}, {"reason", error.message()}});
}

// Staging folders live under the lock only: whoever holds it may sweep those of programs that died.
void sweepStaging(const fs::path& builds)
{
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(builds, ignored))
        if (entry.path().filename().string().starts_with(".staging-"))
            fs::remove_all(entry.path(), ignored);
}

std::int64_t nextOrder(const std::vector<Build>& builds)
{
    std::int64_t last = 0;
    for (const auto& build : builds)
        last = std::max(last, build.order);
    return last + 1;
}

} // namespace

Build ProjectStore::commit(Build build, std::string_view model, const JobContext& job) const
{
    const auto folder = m_folder / "builds" / build.id;
    const ProjectLock lock(m_folder, job);
    if (auto meanwhile = undamaged(folder))
        return *meanwhile; // another program has made the same one
    if (!build.parent.empty() && !fs::exists(m_folder / "builds" / build.parent))
        throw Error(MessageCode::BuildUnknown, {{"build", build.parent}, {"available", ""}});
    sweepStaging(m_folder / "builds");
    build.order = nextOrder(builds());
    StagingFolder staging(folder);
    writeFileAtomically(staging.path() / "model.onnx", model);
    writeBuild(build, staging.path());
    job.report({.activity = Activity::Writing, .fraction = 1, .detail = build.id});
    job.checkStop();
    setAside(m_folder, folder);
    staging.commit();
    build.model = folder / "model.onnx";
    return build;
}

EvaluateOptions ProjectStore::againstRoot(Build build, const Dataset& dataset) const
{
    EvaluateOptions options;
    if (dataset.task() != Task::Agreement)
        return options;
    while (!build.parent.empty())
        build = this->build(build.parent);
    options.reference = build.model;
    return options;
}

Build ProjectStore::measuredAgain(Build build, const Dataset& dataset, const JobContext& job) const
{
    build.evaluation =
        measure(build.model, &dataset, againstRoot(build, dataset), isRoot(build.parameters) ? DataFit::Told : DataFit::Required, job);
    build.evaluationData = dataset.fingerprint();
    const ProjectLock lock(m_folder, job);
    if (fs::exists(build.model))
        writeReport(build, build.model.parent_path());
    return build;
}

fs::path ProjectStore::modelFile(const fs::path& idOrFile) const
{
    const auto built = m_folder / "builds" / idOrFile / "model.onnx";
    std::error_code ignored;
    const bool isId = !idOrFile.empty() && !idOrFile.has_parent_path() && fs::exists(built, ignored);
    return isId ? built : idOrFile;
}

std::unique_ptr<LatencyMeter> ProjectStore::targetMeter(const StepParameters& parameters, const JobContext& job) const
{
    const auto* prune = std::get_if<PruneParameters>(&parameters);
    if (!prune || prune->latencyDevice.empty() || !prune->prune.targets.latencyMs.given())
        return nullptr;
    if (!m_latencyMeters)
        throw Error(MessageCode::InternalFault, {{"detail", "this program can't measure on " + prune->latencyDevice}});
    return m_latencyMeters(device(prune->latencyDevice), job);
}

Build ProjectStore::run(const std::string& parent, const StepParameters& wanted, const Dataset* dataset, const JobContext& job)
{
    const auto parameters = decided(wanted, dataset);
    Build build;
    build.parameters = parameters;
    StepInput input;
    input.dataset = dataset;
    std::optional<Evaluation> known;
    std::string inputHash;
    if (!isRoot(parameters)) {
        build.parent = this->build(parent).id;
        const auto parentBuild = readBuild(m_folder / "builds" / build.parent, ModelCheck::Hash);
        input.model = parentBuild.model;
        inputHash = parentBuild.modelSha256;
        if (dataset)
            input.evaluate = againstRoot(parentBuild, *dataset);
        if (dataset && parentBuild.evaluationData == dataset->fingerprint())
            known = parentBuild.evaluation;
    } else if (!parent.empty())
        throw Error(MessageCode::StepUnsupported, {{"step", stepName(parameters)}});
    else if (const auto* import = std::get_if<ImportParameters>(&parameters))
        inputHash = sha256OfFile(import->file);

    if (needsData(parameters) && !dataset)
        throw Error(MessageCode::DataRequired, {{"step", stepName(parameters)}});
    if (needsData(parameters))
        build.dataFingerprint = dataset->fingerprint();
    if (const auto* teacher = teacherPathOf(parameters)) {
        input.teacher = modelFile(*teacher);
        inputHash += sha256OfFile(input.teacher);
    }
    if (std::holds_alternative<QuantizeParameters>(parameters))
        input.calibration = input.model.parent_path() / "calibration";
    if (const auto* prune = std::get_if<PruneParameters>(&parameters)) {
        input.sensitivity = input.model.parent_path() / "sensitivity";
        if (!prune->sensitivity.empty())
            inputHash += sha256OfFile(prune->sensitivity);
    }
    build.id = buildId(build.parent, parameters, inputHash, build.dataFingerprint);

    if (auto present = undamaged(m_folder / "builds" / build.id)) {
        if (dataset && present->evaluationData != dataset->fingerprint())
            return measuredAgain(std::move(*present), *dataset, job);
        return *present;
    }

    input.checkpoint = m_folder / ".checkpoints" / build.id;
    const auto meter = targetMeter(parameters, job);
    input.targetMeter = meter.get();
    auto [result, bytes] = performStep(parameters, input, known, job);
    build.label = labelOf(parameters);
    build.modelSha256 = result.sha256;
    build.versions = versionsFor(parameters);
    build.evaluation = std::move(result.after);
    if (isRoot(parameters) && build.evaluation.agreement)
        build.evaluation.agreement->reference = m_folder / "builds" / build.id / "model.onnx"; // itself, where it will be
    build.evaluation.facts.sizeBytes = static_cast<std::int64_t>(bytes.size());
    build.evaluationData = dataset ? dataset->fingerprint() : std::string();
    build.seconds = result.seconds;
    build.curves = std::move(result.epochs);
    build.notices = std::move(result.notices);
    static_cast<StepRecord&>(build) = static_cast<StepRecord&&>(result);
    auto committed = commit(std::move(build), bytes, job);
    removeCheckpoints(input.checkpoint);
    return committed;
}

} // namespace hone
