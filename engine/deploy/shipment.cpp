// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/shipment.h"

#include "core/error.h"
#include "core/hash.h"
#include "onnx_io/onnx_io.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

ShippedFile described(const std::string& name, const fs::path& local, int mode)
{
    return {.name = name,
            .local = local,
            .mode = mode,
            .sizeBytes = static_cast<std::int64_t>(fs::file_size(local)),
            .sha256 = sha256OfFile(local)};
}

fs::path ownRunnerFolder()
{
    std::error_code ignored;
    const auto program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    // Programs lie in bin/, tests in a folder beside it.
    return (program / ".." / "lib" / "hone" / "device").lexically_normal();
}

// Without a dataset: as the model's own card says, else as its input's shape suggests of pictures.
std::optional<Preprocess> preprocessOf(const Graph& graph, const ModelCard& card)
{
    if (graph.inputs.size() != 1)
        return std::nullopt;
    if (card.preprocess && card.preprocess->kind() != SampleKind::Picture)
        return card.preprocess; // complete since training wrote it
    const auto& type = graph.value(graph.inputs.front()).type;
    const bool takesBytes = type.dtype == DType::UInt8;
    if ((type.dtype != DType::Float32 && !takesBytes) || !type.shape || type.shape->size() != 4)
        return std::nullopt;
    const auto& shape = *type.shape;
    auto preprocess = card.preprocess.value_or(Preprocess{}).picture();
    const auto isChannels = [](const Dim& dim) { return dim.extent == 1 || dim.extent == 3; };
    if (!card.preprocess) {
        preprocess.layout = isChannels(shape[1]) || !isChannels(shape[3]) ? Layout::Nchw : Layout::Nhwc;
        const auto& channels = shape[preprocess.layout == Layout::Nchw ? 1 : 3];
        if (!isChannels(channels))
            return std::nullopt;
        if (channels.extent == 1) {
            preprocess.channels = ChannelOrder::Gray;
            preprocess.mean = {0};
            preprocess.std = {1};
        }
        if (takesBytes)
            preprocess.range = {0, 255}; // pixels as they are
    }
    const std::size_t first = preprocess.layout == Layout::Nchw ? 2 : 1;
    if (shape[first].isFixed())
        preprocess.height = static_cast<int>(shape[first].extent);
    if (shape[first + 1].isFixed())
        preprocess.width = static_cast<int>(shape[first + 1].extent);
    if (preprocess.width <= 0 || preprocess.height <= 0)
        return std::nullopt;
    return preprocess;
}

bool hasExternalData(const fs::path& model, const fs::path& emptyFolder)
{
    try {
        parseOnnx(readFile(model), emptyFolder, model.string());
        return false;
    } catch (const Error& error) {
        if (error.code() == MessageCode::ExternalDataMissing)
            return true;
        throw;
    }
}

std::vector<std::string> namedOutputs(const std::map<int, std::string>& names, int outputs)
{
    std::vector<std::string> labels;
    for (int output = 0; output < outputs; ++output) {
        const auto found = names.find(output);
        labels.push_back(found == names.end() ? std::to_string(output) : found->second);
    }
    return labels;
}

std::map<int, std::string> namesByOutput(const ModelCard& card, const Dataset* dataset, const std::optional<Pairing>& pairing)
{
    std::map<int, std::string> names;
    for (const auto& [label, output] : card.classes)
        names.emplace(output, label);
    if (dataset && pairing && pairing->task == Task::Classification)
        for (std::size_t i = 0; i < pairing->outputOfClass.size(); ++i)
            if (const auto output = pairing->outputOfClass[i])
                names[*output] = dataset->classes()[i].name;
    return names;
}

// One line each, so that any program can read them.
std::string labelLines(const std::vector<std::string>& labels)
{
    std::string lines;
    for (auto label : labels) {
        std::replace(label.begin(), label.end(), '\n', ' ');
        lines += label + "\n";
    }
    return lines;
}

} // namespace

std::vector<ShippedFile> runnerFiles(const fs::path& folder, const std::string& architecture)
{
    const auto where = (folder.empty() ? ownRunnerFolder() : folder) / architecture;
    std::vector<ShippedFile> files;
    for (const auto* name : {bundlefile::runner, bundlefile::runtime}) {
        std::error_code ignored;
        if (!fs::is_regular_file(where / name, ignored))
            throw Error(MessageCode::RunnerMissing, {{"path", (where / name).string()}, {"architecture", architecture}});
        files.push_back(described(name, where / name, name == bundlefile::runner ? 0755 : 0644));
    }
    return files;
}

Shipment::Shipment(const fs::path& model, const Dataset* dataset, const std::vector<ShippedFile>& runner)
{
    const auto graph = readOnnx(model);
    const auto card = readModelCard(graph);
    auto single = model;
    if (hasExternalData(model, m_folder.path())) {
        single = m_folder.path() / bundlefile::model;
        writeOnnx(graph, single); // the graph holds all of it
    }
    if (dataset)
        m_pairing = pairCompletely(graph, *dataset);
    m_bundle.preprocess = m_pairing ? m_pairing->preprocess : preprocessOf(graph, card);
    const auto names = namesByOutput(card, dataset, m_pairing);
    const int outputs = m_pairing ? m_pairing->outputs : names.empty() ? 0 : names.rbegin()->first + 1;
    m_bundle.labels = namedOutputs(names, outputs);

    add(bundlefile::model, single, 0644);
    const auto labels = m_folder.path() / bundlefile::labels;
    writeFileAtomically(labels, labelLines(m_bundle.labels));
    add(bundlefile::labels, labels, 0644);
    for (const auto& file : runner)
        m_files.push_back(file);
    for (const auto& file : m_files)
        m_bundle.files[file.name] = file.sha256;
    const auto bundle = m_folder.path() / bundlefile::bundle;
    writeFileAtomically(bundle, toJson(m_bundle).dump(2) + "\n");
    add(bundlefile::bundle, bundle, 0644);
}

void Shipment::add(const std::string& name, const fs::path& local, int mode)
{
    m_files.push_back(described(name, local, mode));
}

std::int64_t Shipment::sizeBytes() const
{
    std::int64_t total = 0;
    for (const auto& file : m_files)
        total += file.sizeBytes;
    return total;
}

} // namespace hone
