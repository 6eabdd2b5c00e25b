// SPDX-License-Identifier: GPL-3.0-or-later
#include "runner_model.h"

#include "core/stored_weights.h"
#include "failure.h"

#include <onnxruntime_cxx_api.h>
#include <onnxruntime_session_options_config_keys.h>

#include <cstring>
#include <filesystem>

namespace hone::runner
{
namespace
{

Port portOf(std::string name, const Ort::TypeInfo& type)
{
    Port port{.name = std::move(name)};
    if (type.GetONNXType() != ONNX_TYPE_TENSOR)
        throw Failure(Failure::Kind::Input, "'" + port.name + "' of the model is not a tensor.");
    const auto info = type.GetTensorTypeAndShapeInfo();
    port.dtype = static_cast<DType>(info.GetElementType()); // ONNX Runtime numbers them as ONNX does
    port.shape = info.GetShape();
    for (auto& extent : port.shape)
        if (extent < 0)
            extent = 1;
    return port;
}

Tensor copied(const Ort::Value& value)
{
    const auto info = value.GetTensorTypeAndShapeInfo();
    Tensor tensor(static_cast<DType>(info.GetElementType()), info.GetShape());
    const auto bytes = tensor.mutableBytes();
    if (!bytes.empty())
        std::memcpy(bytes.data(), value.GetTensorRawData(), bytes.size());
    return tensor;
}

} // namespace

struct Model::Implementation
{
    Ort::Env environment{ORT_LOGGING_LEVEL_ERROR, "hone-runner"};
    Ort::Session session{nullptr};
    std::vector<Port> inputs;
    std::vector<Port> outputs;
};

Model::Model(const std::string& path, int threads) : m_implementation(std::make_unique<Implementation>())
{
    auto& self = *m_implementation;
    try {
        Ort::SessionOptions options;
        options.SetIntraOpNumThreads(threads);
        options.SetInterOpNumThreads(1);
        if (storesWeightsOnly(std::filesystem::path(path)))
            options.AddConfigEntry(kOrtSessionOptionsDisableQuantQDQ, "1");
        self.session = Ort::Session(self.environment, path.c_str(), options);
        Ort::AllocatorWithDefaultOptions allocator;
        for (std::size_t i = 0; i < self.session.GetInputCount(); ++i)
            self.inputs.push_back(portOf(self.session.GetInputNameAllocated(i, allocator).get(), self.session.GetInputTypeInfo(i)));
        for (std::size_t i = 0; i < self.session.GetOutputCount(); ++i)
            self.outputs.push_back(portOf(self.session.GetOutputNameAllocated(i, allocator).get(), self.session.GetOutputTypeInfo(i)));
    } catch (const Ort::Exception& error) {
        throw Failure(Failure::Kind::Input, "ONNX Runtime refuses " + path + ": " + error.what());
    }
}

Model::~Model() = default;

const std::vector<Port>& Model::inputs() const
{
    return m_implementation->inputs;
}

const std::vector<Port>& Model::outputs() const
{
    return m_implementation->outputs;
}

std::vector<Tensor> Model::run(const std::vector<Tensor>& inputs)
{
    auto& self = *m_implementation;
    try {
        const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
        std::vector<Ort::Value> values;
        std::vector<const char*> inputNames, outputNames;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const auto& input = inputs[i];
            // ONNX Runtime only reads its inputs; its signature doesn't say so.
            values.push_back(Ort::Value::CreateTensor(memory, const_cast<std::byte*>(input.bytes().data()), input.byteCount(),
                                                      input.shape().data(), input.shape().size(),
                                                      static_cast<ONNXTensorElementDataType>(input.dtype())));
            inputNames.push_back(self.inputs.at(i).name.c_str());
        }
        for (const auto& output : self.outputs)
            outputNames.push_back(output.name.c_str());
        const auto results = self.session.Run(Ort::RunOptions{nullptr}, inputNames.data(), values.data(), values.size(), outputNames.data(),
                                              outputNames.size());
        std::vector<Tensor> outputs;
        for (const auto& result : results)
            outputs.push_back(copied(result));
        return outputs;
    } catch (const Ort::Exception& error) {
        throw Failure(Failure::Kind::Input, std::string("ONNX Runtime can't run the model: ") + error.what());
    }
}

std::string Model::runtimeVersion()
{
    return OrtGetApiBase()->GetVersionString();
}

} // namespace hone::runner
