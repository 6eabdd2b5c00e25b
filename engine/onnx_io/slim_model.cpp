// SPDX-License-Identifier: GPL-3.0-or-later
#include "onnx_io/slim_model.h"

#include <google/protobuf/io/coded_stream.h>
#include <onnx/onnx_pb.h>

#include <limits>

namespace hone
{
namespace
{

using google::protobuf::io::CodedInputStream;

constexpr std::uint32_t leastWeightBytes = 4096; // below, a look-up costs more than a copy
constexpr std::size_t mostSlimBytes = std::size_t{1} << 26;

// protobuf's encoding: a tag is (field number << 3 | wire type).
constexpr std::uint32_t varintType = 0, fixed64Type = 1, bytesType = 2;
constexpr std::uint32_t bytesTag(int field)
{
    return static_cast<std::uint32_t>(field) << 3 | bytesType;
}
constexpr auto graphTag = bytesTag(onnx::ModelProto::kGraphFieldNumber);
constexpr auto initializerTag = bytesTag(onnx::GraphProto::kInitializerFieldNumber);
constexpr auto rawDataTag = bytesTag(onnx::TensorProto::kRawDataFieldNumber);
constexpr auto floatDataTag = bytesTag(onnx::TensorProto::kFloatDataFieldNumber);
constexpr std::uint32_t elementTypeTag = onnx::TensorProto::kDataTypeFieldNumber << 3;

void appendVarint(std::string& out, std::uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        out += static_cast<char>(number | 0x80);
    out += static_cast<char>(number);
}

void appendBytes(std::string& out, std::uint32_t tag, const std::string& content)
{
    appendVarint(out, tag);
    appendVarint(out, content.size());
    out += content;
}

class Slimming
{
public:
    explicit Slimming(google::protobuf::io::ZeroCopyInputStream& bytes) : m_in(&bytes)
    {
        m_in.SetTotalBytesLimit(std::numeric_limits<int>::max());
    }

    std::optional<std::string> run()
    {
        std::string model;
        std::uint32_t tag = 0;
        while (!m_failed && m_in.ReadVarint32(&tag)) {
            if (tag != graphTag) {
                copyField(tag, model);
                continue;
            }
            std::string graph;
            slimGraph(length(), graph);
            appendBytes(model, graphTag, graph);
            keepSmall(model);
        }
        return m_failed ? std::nullopt : std::optional(std::move(model));
    }

private:
    int length()
    {
        std::uint32_t length = 0;
        m_failed = m_failed || !m_in.ReadVarint32(&length) || length > static_cast<std::uint32_t>(std::numeric_limits<int>::max());
        return m_failed ? 0 : static_cast<int>(length);
    }

    void keepSmall(const std::string& slim) { m_failed = m_failed || slim.size() > mostSlimBytes; }

    void slimGraph(int byteCount, std::string& graph)
    {
        const int end = m_in.CurrentPosition() + byteCount;
        std::uint32_t tag = 0;
        while (!m_failed && m_in.CurrentPosition() < end && m_in.ReadVarint32(&tag)) {
            if (tag != initializerTag) {
                copyField(tag, graph);
                continue;
            }
            std::string tensor;
            slimTensor(length(), tensor);
            appendBytes(graph, initializerTag, tensor);
            keepSmall(graph);
        }
    }

    // raw_data, and float_data of float32, which are the same bytes.
    void slimTensor(int byteCount, std::string& tensor)
    {
        const int end = m_in.CurrentPosition() + byteCount;
        std::uint32_t tag = 0;
        std::uint64_t elementType = 0;
        std::string place;
        while (!m_failed && m_in.CurrentPosition() < end && m_in.ReadVarint32(&tag)) {
            const bool isWeight = tag == rawDataTag || (tag == floatDataTag && elementType == onnx::TensorProto::FLOAT);
            if (tag == elementTypeTag) {
                m_failed = !m_in.ReadVarint64(&elementType);
                appendVarint(tensor, tag);
                appendVarint(tensor, elementType);
            } else if (isWeight) {
                takeWeight(tag, tensor, place);
            } else {
                copyField(tag, tensor);
            }
        }
        tensor += place; // last, since some exporters also say that the data lie inside
    }

    void takeWeight(std::uint32_t tag, std::string& tensor, std::string& place)
    {
        const int byteCount = length();
        if (byteCount < static_cast<int>(leastWeightBytes)) {
            copyBytes(tag, byteCount, tensor);
            return;
        }
        // Twice in one tensor: no exporter writes that, so protobuf may see to what it means.
        m_failed = m_failed || !place.empty();
        onnx::TensorProto proto;
        proto.set_data_location(onnx::TensorProto::EXTERNAL);
        const auto add = [&](const char* key, const std::string& value) {
            auto& entry = *proto.add_external_data();
            entry.set_key(key);
            entry.set_value(value);
        };
        add("location", ownFileLocation);
        add("offset", std::to_string(m_in.CurrentPosition()));
        add("length", std::to_string(byteCount));
        place = proto.SerializeAsString();
        m_failed = m_failed || !m_in.Skip(byteCount);
    }

    void copyBytes(std::uint32_t tag, int byteCount, std::string& out)
    {
        if (m_failed || static_cast<std::size_t>(byteCount) > mostSlimBytes) {
            m_failed = true;
            return;
        }
        std::string content;
        m_failed = !m_in.ReadString(&content, byteCount);
        appendBytes(out, tag, content);
        keepSmall(out);
    }

    void copyField(std::uint32_t tag, std::string& out)
    {
        std::uint64_t number = 0;
        const auto type = tag & 7;
        if (type == bytesType) {
            copyBytes(tag, length(), out);
            return;
        }
        appendVarint(out, tag);
        if (type == varintType) {
            m_failed = m_failed || !m_in.ReadVarint64(&number);
            appendVarint(out, number);
            return;
        }
        std::string content;
        m_failed = m_failed || !m_in.ReadString(&content, type == fixed64Type ? 8 : 4);
        out += content;
    }

    CodedInputStream m_in;
    bool m_failed = false;
};

} // namespace

std::optional<std::string> slimModel(google::protobuf::io::ZeroCopyInputStream& bytes)
{
    return Slimming(bytes).run();
}

} // namespace hone
