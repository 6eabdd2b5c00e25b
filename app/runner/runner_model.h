// SPDX-License-Identifier: GPL-3.0-or-later
// The model beside the runner, in ONNX Runtime.
#pragma once

#include "core/tensor.h"

#include <memory>
#include <string>
#include <vector>

namespace hone::runner
{

struct Port
{
    std::string name;
    DType dtype = DType::Undefined;
    Dimensions shape; // free extents as 1
};

class Model
{
public:
    // Throws Failure with ONNX Runtime's reason.
    Model(const std::string& path, int threads);
    ~Model();
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    const std::vector<Port>& inputs() const;
    const std::vector<Port>& outputs() const;
    // In the model's order. Throws Failure.
    std::vector<Tensor> run(const std::vector<Tensor>& inputs);

    static std::string runtimeVersion();

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace hone::runner
