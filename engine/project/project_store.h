// SPDX-License-Identifier: GPL-3.0-or-later
// A project on disk: project.json and builds/<id>/ with build.json, model.onnx, report.json, curves.jsonl.
#pragma once

#include "project/step.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

// A build as committed. Its model never changes; its evaluation is measured anew where the project's data do.
struct Build : StepRecord
{
    std::string id;         // the step and the first 8 digits of a hash over parent, step, parameters and input hashes: "prune-1f3a9c20"
    std::string parent;     // empty for a root
    std::string label;      // for people: "pruned 30 %", "int8", the file's name for an import
    std::int64_t order = 0; // of commits in this project, from 1
    StepParameters parameters;
    std::string modelSha256;
    std::string dataFingerprint;                 // of the data that the step read; empty where it read none
    std::map<std::string, std::string> versions; // hone, libtorch, onnxruntime, processor, features, threads
    std::filesystem::path model;                 // absolute path of model.onnx
    Evaluation evaluation;                       // validation, as measured when it was committed
    std::string evaluationData;                  // fingerprint of the data that it was measured on; empty: none
    double seconds = 0;                          // the step took
    std::vector<EpochResult> curves;
    std::vector<Message> notices;
};

struct DeviceReference
{
    std::string name;
    std::string address;        // [user@]host[:port]
    std::string identityFile;   // path of a private key; empty: the agent, then ~/.ssh
    std::string knownHostsFile; // empty: ~/.ssh/known_hosts

    bool operator==(const DeviceReference&) const = default;
};

// How a device's latency is measured; it connects with the first measurement.
using LatencyMeters = std::function<std::unique_ptr<LatencyMeter>(const DeviceReference&, const JobContext&)>;

class ProjectStore
{
public:
    static constexpr int schema = 1;

    // In a new folder, or in one that is there and holds no project. Throws Error(ProjectExists, FileUnwritable, DiskFull).
    static ProjectStore create(const std::filesystem::path& folder, const std::string& name);
    // Throws Error(ProjectNotFound, ProjectInvalid, ProjectNewer).
    static ProjectStore open(const std::filesystem::path& folder);

    const std::filesystem::path& folder() const { return m_folder; } // absolute
    const std::string& name() const { return m_name; }

    // References, kept in project.json. Throw Error(ProjectLocked, FileUnwritable, DiskFull).
    std::optional<std::filesystem::path> dataset() const { return m_dataset; }
    void setDataset(const std::filesystem::path& folder);
    const std::vector<DeviceReference>& devices() const { return m_devices; }
    void setDevices(std::vector<DeviceReference> devices);
    // The one of that name; else one that is no more than its address.
    DeviceReference device(const std::string& nameOrAddress) const;
    // For steps whose target latency is a device's; not kept in project.json.
    void setLatencyMeters(LatencyMeters meters) { m_latencyMeters = std::move(meters); }

    // Parents before children, siblings by commit order. A damaged build, and what was made from it, is left out and told in `damaged`.
    std::vector<Build> builds(std::vector<Message>* damaged = nullptr) const;
    // By id or by a unique beginning of it. Throws Error(BuildUnknown).
    Build build(const std::string& id) const;
    // A build's model where this is a build's id, else the file that it is.
    std::filesystem::path modelFile(const std::filesystem::path& idOrFile) const;

    // Runs a step and commits its build; a step that the project has already run is answered from disk (and measured again where
    // it was committed without these data). `parent` is a build's id, empty for import and new. Cancelled or killed: the
    // project is as it was. Throws what the step throws, and Error(BuildUnknown, BuildDamaged, ProjectLocked).
    Build run(const std::string& parent, const StepParameters& parameters, const Dataset* dataset, const JobContext& job);
    // A build and its descendants leave the tree (kept in .trash/ until the next call) and come back.
    void remove(const std::string& id);
    void undoRemove();

private:
    ProjectStore() = default;
    Build commit(Build build, std::string_view model, const JobContext& job) const;
    // Of the device whose latency is the step's target; none where it is measured here.
    std::unique_ptr<LatencyMeter> targetMeter(const StepParameters& parameters, const JobContext& job) const;
    // Builds are held against their root where the data have no labels.
    EvaluateOptions againstRoot(Build build, const Dataset& dataset) const;
    Build measuredAgain(Build build, const Dataset& dataset, const JobContext& job) const;

    std::filesystem::path m_folder;
    std::string m_name;
    std::optional<std::filesystem::path> m_dataset;
    std::vector<DeviceReference> m_devices;
    LatencyMeters m_latencyMeters;
};

} // namespace hone
