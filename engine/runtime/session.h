// SPDX-License-Identifier: GPL-3.0-or-later
// A model in ONNX Runtime: what every accuracy and latency that a user sees is measured with.
#pragma once

#include "core/job_context.h"
#include "graph/graph.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hone
{

enum class Optimization
{
    None,
    Basic, // nothing that fuses two nodes: every value in between can be an output, which fused kernels may leave empty
    All
};

struct SessionOptions
{
    int threads = 1; // intra-op; 0: as many as there are cores
    Optimization optimization = Optimization::All;
    std::filesystem::path profilePrefix;  // where a profile is written; empty: none
    std::filesystem::path optimizedModel; // where ONNX Runtime writes the graph that it really runs; empty: nowhere
};

struct Port
{
    std::string name;
    DType dtype = DType::Undefined;
    Shape shape;
};

// run() may be called from several threads at once.
class Session
{
public:
    // Throws Error(FileNotFound, RuntimeRefused) with ONNX Runtime's own reason.
    explicit Session(const std::filesystem::path& model, const SessionOptions& options = {});
    static Session fromBytes(std::string_view model, const SessionOptions& options = {}, const std::string& nameForErrors = {});
    ~Session();
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;

    const std::vector<Port>& inputs() const;
    const std::vector<Port>& outputs() const;
    // Inputs and outputs in the model's order. Throws Error(RuntimeRefused).
    std::vector<Tensor> run(const std::vector<Tensor>& inputs);
    // Ends profiling; the path of the file written.
    std::filesystem::path endProfiling();

    static std::string runtimeVersion();

private:
    struct Implementation;
    explicit Session(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace hone
