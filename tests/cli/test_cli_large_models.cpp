// SPDX-License-Identifier: GPL-3.0-or-later
// A model of a gigabyte fills the layer table in hardly more memory than its own size. The files are holes: they take no space on the disk.
#include "measured_run.h"

#include <onnx/onnx_pb.h>

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>

using namespace hone::testing;
namespace fs = std::filesystem;

namespace
{

constexpr double mostTimesItsSize = 1.3;

enum class Weights
{
    Raw,
    Floats,
    External
};

struct LargeModel
{
    Weights kind = Weights::Raw;
    int layers = 64;
    std::int64_t side = 2048; // each layer's weights are [side, side]
    std::int64_t bytesOfLayer() const { return side * side * static_cast<std::int64_t>(sizeof(float)); }
    std::int64_t bytes() const { return layers * bytesOfLayer(); }
};

std::string varint(std::uint64_t number)
{
    std::string bytes;
    for (; number >= 0x80; number >>= 7)
        bytes += static_cast<char>(number | 0x80);
    return bytes + static_cast<char>(number);
}

std::string fieldHead(int field, std::int64_t length)
{
    return varint(static_cast<std::uint64_t>(field) << 3 | 2) + varint(static_cast<std::uint64_t>(length));
}

onnx::TensorProto weightsHead(const LargeModel& large, int layer)
{
    onnx::TensorProto tensor;
    tensor.set_name("w" + std::to_string(layer));
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_dims(large.side);
    tensor.add_dims(large.side);
    if (large.kind != Weights::External)
        return tensor;
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    const auto add = [&](const char* key, const std::string& value) {
        auto& entry = *tensor.add_external_data();
        entry.set_key(key);
        entry.set_value(value);
    };
    add("location", "weights.bin");
    add("offset", std::to_string(layer * large.bytesOfLayer()));
    add("length", std::to_string(large.bytesOfLayer()));
    return tensor;
}

// y = x w0 w1 ..., without its weights.
onnx::GraphProto chainOf(const LargeModel& large)
{
    onnx::GraphProto graph;
    graph.set_name("large");
    const auto name = [&](int layer) { return layer == 0 ? "x" : layer == large.layers ? "y" : "h" + std::to_string(layer); };
    for (int layer = 0; layer < large.layers; ++layer) {
        auto& node = *graph.add_node();
        node.set_op_type("MatMul");
        node.add_input(name(layer));
        node.add_input("w" + std::to_string(layer));
        node.add_output(name(layer + 1));
    }
    for (auto* port : {graph.add_input(), graph.add_output()}) {
        port->set_name(port == &graph.input(0) ? "x" : "y");
        auto& tensor = *port->mutable_type()->mutable_tensor_type();
        tensor.set_elem_type(onnx::TensorProto::FLOAT);
        for (const auto extent : {std::int64_t{1}, large.side})
            tensor.mutable_shape()->add_dim()->set_dim_value(extent);
    }
    return graph;
}

// The file as protobuf would write it, with a hole for each layer's weights.
void write(const LargeModel& large, const fs::path& file)
{
    const bool inside = large.kind != Weights::External;
    const int dataField = large.kind == Weights::Raw ? onnx::TensorProto::kRawDataFieldNumber : onnx::TensorProto::kFloatDataFieldNumber;
    const auto chain = chainOf(large).SerializeAsString();
    std::vector<std::string> heads;
    std::int64_t graphBytes = static_cast<std::int64_t>(chain.size());
    for (int layer = 0; layer < large.layers; ++layer) {
        auto head = weightsHead(large, layer).SerializeAsString();
        if (inside)
            head += fieldHead(dataField, large.bytesOfLayer());
        const auto tensorBytes = static_cast<std::int64_t>(head.size()) + (inside ? large.bytesOfLayer() : 0);
        heads.push_back(fieldHead(onnx::GraphProto::kInitializerFieldNumber, tensorBytes) + head);
        graphBytes += static_cast<std::int64_t>(heads.back().size()) + (inside ? large.bytesOfLayer() : 0);
    }
    onnx::ModelProto model;
    model.set_ir_version(8);
    onnx::ModelProto imports;
    imports.add_opset_import()->set_version(13);
    std::ofstream out(file, std::ios::binary);
    out << model.SerializeAsString() << fieldHead(onnx::ModelProto::kGraphFieldNumber, graphBytes) << chain;
    for (const auto& head : heads) {
        out << head;
        if (inside)
            out.seekp(large.bytesOfLayer(), std::ios::cur);
    }
    out << imports.SerializeAsString();
    if (!inside) {
        std::ofstream(file.parent_path() / "weights.bin");
        fs::resize_file(file.parent_path() / "weights.bin", static_cast<std::uintmax_t>(large.bytes()));
    }
}

} // namespace

class TestCliLargeModels : public QObject
{
    Q_OBJECT

private slots:
    void theLayerTableOfAGigabyteTakesHardlyMoreMemoryThanThat_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("layers");
        QTest::addColumn<int>("side");
        QTest::newRow("external data") << int(Weights::External) << 64 << 2048;
        QTest::newRow("raw data in the file") << int(Weights::Raw) << 64 << 2048;
        QTest::newRow("float data in the file") << int(Weights::Floats) << 64 << 2048;
        QTest::newRow("one tensor of a gigabyte") << int(Weights::Raw) << 1 << 16384;
    }
    void theLayerTableOfAGigabyteTakesHardlyMoreMemoryThanThat()
    {
        QFETCH(int, kind);
        QFETCH(int, layers);
        QFETCH(int, side);
        const LargeModel large{Weights(kind), layers, side};
        const QTemporaryDir folder;
        const auto file = folder.filePath("large.onnx");
        write(large, file.toStdString());

        const auto measured = runMeasured({"info", "--json", "--layers", file}, folder.path());
        QVERIFY2(measured.run.exitCode == 0, measured.run.errors.constData());
        const auto info = measured.run.json();
        QCOMPARE(info["layers"].size(), std::size_t(layers));
        QCOMPARE(info["layers"][0]["parameters"].get<std::int64_t>(), std::int64_t{side} * side);
        QCOMPARE(info["macs"].get<std::int64_t>(), std::int64_t{layers} * side * side);
        QVERIFY(info["diagnostics"].empty());
        const auto ratio = static_cast<double>(measured.peakBytes) / static_cast<double>(large.bytes());
        qInfo("VmHWM: %.3f of the model's size, %.2f s of processor time", ratio, measured.cpuSeconds);
        QVERIFY2(ratio <= mostTimesItsSize, qPrintable(QString::number(ratio)));
    }
};

QTEST_GUILESS_MAIN(TestCliLargeModels)
#include "test_cli_large_models.moc"
