// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/session.h"

#include "core/error.h"
#include "core/file.h"
#include "core/stored_weights.h"

#include <onnxruntime_cxx_api.h>
#include <onnxruntime_session_options_config_keys.h>

#include <algorithm>
#include <cctype>
#include <thread>

namespace hone
{
namespace
{

// One environment a process, as ONNX Runtime asks. Sessions share it, so that it outlives the last of them. Whatever
// it would log as an error also reaches us as an exception, which a user reads as a sentence: it logs fatal faults only.
std::shared_ptr<Ort::Env> environment()
{
    static const auto shared = [] {
        auto env = std::make_shared<Ort::Env>(ORT_LOGGING_LEVEL_FATAL, "hone");
        env->DisableTelemetryEvents();
        return env;
    }();
    return shared;
}

// The end of a C++ function's signature that starts at `from`: behind its parentheses, qualifiers and "[with ...]".
std::size_t skipSignature(const std::string& text, std::size_t from)
{
    const auto open = text.find('(', from);
    const auto lineEnd = text.find('\n', from);
    if (open == text.npos || (lineEnd != text.npos && lineEnd < open))
        return from;
    int depth = 0;
    std::size_t at = open;
    for (; at < text.size(); ++at) {
        depth += text[at] == '(';
        depth -= text[at] == ')';
        if (depth == 0)
            break;
    }
    if (at == text.size())
        return from;
    ++at;
    for (const std::string_view qualifier : {" const", " noexcept"})
        if (text.compare(at, qualifier.size(), qualifier) == 0)
            at += qualifier.size();
    if (text.compare(at, 6, " [with") == 0)
        if (const auto close = text.find("] ", at); close != text.npos)
            at = close + 1;
    return at;
}

// ONNX Runtime's reasons carry source positions of the machine that built it ("/.../model.cc:182 ns::f(int) reason").
std::string cleaned(std::string text)
{
    for (const std::string_view ending : {".cc:", ".h:", ".cpp:"}) {
        for (auto at = text.find(ending); at != text.npos; at = text.find(ending, at + 1)) {
            auto numberEnd = at + ending.size();
            while (numberEnd < text.size() && std::isdigit(static_cast<unsigned char>(text[numberEnd])))
                ++numberEnd;
            if (numberEnd == at + ending.size())
                continue;
            const auto before = text.find_last_of(" \n\t", at);
            const auto begin = before == text.npos ? 0 : before + 1;
            text.erase(begin, skipSignature(text, numberEnd) - begin);
            at = begin;
        }
    }
    std::string oneLine; // every run of white space becomes one space
    for (const char c : text)
        if (!std::isspace(static_cast<unsigned char>(c)))
            oneLine += c;
        else if (!oneLine.empty() && oneLine.back() != ' ')
            oneLine += ' ';
    while (!oneLine.empty() && oneLine.back() == ' ')
        oneLine.pop_back();
    return oneLine;
}

Error refused(const std::string& path, const std::string& reason)
{
    return Error(MessageCode::RuntimeRefused, {{"path", path}, {"detail", cleaned(reason)}});
}

// ONNX Runtime numbers element types as ONNX does.
DType toDType(ONNXTensorElementDataType type)
{
    return static_cast<DType>(type);
}

ONNXTensorElementDataType toElementType(DType dtype)
{
    return static_cast<ONNXTensorElementDataType>(dtype);
}

Port portOf(const std::string& name, const Ort::TypeInfo& type)
{
    Port port{name, DType::Undefined, {}};
    if (type.GetONNXType() != ONNX_TYPE_TENSOR)
        return port;
    const auto info = type.GetTensorTypeAndShapeInfo();
    port.dtype = toDType(info.GetElementType());
    const auto extents = info.GetShape();
    std::vector<const char*> symbols(extents.size(), "");
    info.GetSymbolicDimensions(symbols.data(), symbols.size());
    for (std::size_t i = 0; i < extents.size(); ++i)
        port.shape.push_back(extents[i] >= 0 ? Dim::fixed(extents[i]) : Dim::free(symbols[i]));
    return port;
}

// `model`: its path or its bytes.
template<class Model>
Ort::SessionOptions toOrt(const SessionOptions& options, const Model& model)
{
    Ort::SessionOptions result;
    const int cores = std::max(1u, std::thread::hardware_concurrency());
    result.SetIntraOpNumThreads(options.threads > 0 ? options.threads : cores);
    result.SetInterOpNumThreads(1);
    result.SetExecutionMode(ORT_SEQUENTIAL);
    // Waiting threads sleep instead of spinning: they would take the cores that decode pictures at the same time, and
    // a measurement would depend on who else waits. It costs a wake-up an operator with several threads, none with one.
    result.AddConfigEntry(kOrtSessionOptionsConfigAllowIntraOpSpinning, "0");
    result.AddConfigEntry(kOrtSessionOptionsConfigAllowInterOpSpinning, "0");
    result.SetGraphOptimizationLevel(options.optimization == Optimization::All     ? ORT_ENABLE_ALL
                                     : options.optimization == Optimization::Basic ? ORT_ENABLE_BASIC
                                                                                   : ORT_DISABLE_ALL);
    // Otherwise they are restored in every run, and convolutions read them in a slow layout.
    if (storesWeightsOnly(model))
        result.AddConfigEntry(kOrtSessionOptionsDisableQuantQDQ, "1");
    if (!options.profilePrefix.empty())
        result.EnableProfiling(options.profilePrefix.c_str());
    if (!options.optimizedModel.empty())
        result.SetOptimizedModelFilePath(options.optimizedModel.c_str());
    return result;
}

} // namespace

struct Session::Implementation
{
    std::shared_ptr<Ort::Env> env = environment();
    std::shared_ptr<Ort::Session> session;
    std::string path; // for errors
    std::vector<Port> inputs;
    std::vector<Port> outputs;
    std::vector<const char*> inputNames;
    std::vector<const char*> outputNames;

    void readPorts()
    {
        Ort::AllocatorWithDefaultOptions allocator;
        for (std::size_t i = 0; i < session->GetInputCount(); ++i)
            inputs.push_back(portOf(session->GetInputNameAllocated(i, allocator).get(), session->GetInputTypeInfo(i)));
        for (std::size_t i = 0; i < session->GetOutputCount(); ++i)
            outputs.push_back(portOf(session->GetOutputNameAllocated(i, allocator).get(), session->GetOutputTypeInfo(i)));
        for (const auto& port : inputs)
            inputNames.push_back(port.name.c_str());
        for (const auto& port : outputs)
            outputNames.push_back(port.name.c_str());
    }

    // Reads the tensor's own bytes: ONNX Runtime doesn't write to inputs.
    Ort::Value toOrt(const Tensor& tensor) const
    {
        static const auto memory = Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault);
        if (tensor.isNull() || tensor.dtype() == DType::String)
            throw refused(path, "only tensors of numbers can be fed");
        return Ort::Value::CreateTensor(memory, const_cast<std::byte*>(tensor.bytes().data()), tensor.byteCount(), tensor.shape().data(),
                                        tensor.shape().size(), toElementType(tensor.dtype()));
    }

    // Adopts ONNX Runtime's buffer; it and the session that it came from live as long as the tensor.
    Tensor fromOrt(Ort::Value value) const
    {
        if (!value.IsTensor())
            throw refused(path, "an output is not a tensor");
        const auto info = value.GetTensorTypeAndShapeInfo();
        const auto dtype = toDType(info.GetElementType());
        if (dtype == DType::String)
            throw refused(path, "an output holds text");
        const auto shape = info.GetShape();
        const auto byteCount = (static_cast<std::size_t>(info.GetElementCount()) * elementBits(dtype) + 7) / 8;
        struct Holder
        {
            std::shared_ptr<Ort::Env> env;
            std::shared_ptr<Ort::Session> session;
            Ort::Value value;
        };
        auto holder = std::make_shared<Holder>(Holder{env, session, std::move(value)});
        const auto* bytes = static_cast<const std::byte*>(holder->value.GetTensorRawData());
        return Tensor(dtype, shape, std::shared_ptr<const std::byte>(std::move(holder), bytes), byteCount);
    }
};

Session::Session(std::unique_ptr<Implementation> implementation) : m_implementation(std::move(implementation)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Session::Session(const std::filesystem::path& model, const SessionOptions& options) : m_implementation(std::make_unique<Implementation>())
{
    openForReading(model);
    m_implementation->path = model.string();
    try {
        m_implementation->session = std::make_shared<Ort::Session>(*m_implementation->env, model.c_str(), toOrt(options, model));
        m_implementation->readPorts();
    } catch (const Ort::Exception& exception) {
        throw refused(m_implementation->path, exception.what());
    }
}

Session Session::fromBytes(std::string_view model, const SessionOptions& options, const std::string& nameForErrors)
{
    auto implementation = std::make_unique<Implementation>();
    implementation->path = nameForErrors;
    try {
        implementation->session = std::make_shared<Ort::Session>(*implementation->env, model.data(), model.size(), toOrt(options, model));
        implementation->readPorts();
    } catch (const Ort::Exception& exception) {
        throw refused(nameForErrors, exception.what());
    }
    return Session(std::move(implementation));
}

const std::vector<Port>& Session::inputs() const
{
    return m_implementation->inputs;
}

const std::vector<Port>& Session::outputs() const
{
    return m_implementation->outputs;
}

std::vector<Tensor> Session::run(const std::vector<Tensor>& inputs)
{
    auto& self = *m_implementation;
    if (inputs.size() != self.inputs.size())
        throw refused(self.path, "the model takes " + std::to_string(self.inputs.size()) + " inputs, not " + std::to_string(inputs.size()));
    try {
        std::vector<Ort::Value> fed;
        for (const auto& tensor : inputs)
            fed.push_back(self.toOrt(tensor));
        auto results = self.session->Run(Ort::RunOptions{nullptr}, self.inputNames.data(), fed.data(), fed.size(), self.outputNames.data(),
                                         self.outputNames.size());
        std::vector<Tensor> outputs;
        for (auto& result : results)
            outputs.push_back(self.fromOrt(std::move(result)));
        return outputs;
    } catch (const Ort::Exception& exception) {
        throw refused(self.path, exception.what());
    }
}

std::filesystem::path Session::endProfiling()
{
    try {
        Ort::AllocatorWithDefaultOptions allocator;
        return m_implementation->session->EndProfilingAllocated(allocator).get();
    } catch (const Ort::Exception& exception) {
        throw refused(m_implementation->path, exception.what());
    }
}

std::string Session::runtimeVersion()
{
    return Ort::GetVersionString();
}

} // namespace hone
