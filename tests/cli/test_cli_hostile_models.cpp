// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever a model's file says, `hone info` answers with a clear error within a second of processor time and within 512 MB.
#include "engine/onnx_building.h"
#include "measured_run.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

using namespace hone;
using namespace hone::test;
using namespace hone::testing;
namespace fs = std::filesystem;

namespace
{

constexpr double mostSeconds = 1;
constexpr std::int64_t mostBytes = std::int64_t{512} << 20;

constexpr std::int64_t two(int power)
{
    return std::int64_t{1} << power;
}

void addNumbers(onnx::GraphProto& graph, const std::string& name, const std::vector<std::int64_t>& values)
{
    auto& tensor = addInitializer(graph, name, {static_cast<std::int64_t>(values.size())}, onnx::TensorProto::INT64);
    tensor.mutable_int64_data()->Add(values.begin(), values.end());
}

// x, of the given shape, through one operator that also reads these numbers; the output's shape isn't declared.
std::string withNumbers(const std::string& op, const std::vector<std::string>& inputs,
                        const std::vector<std::vector<std::int64_t>>& numbers, const std::vector<std::int64_t>& shape = {2, 2})
{
    auto model = sumModel();
    auto& graph = *model.mutable_graph();
    graph.clear_node();
    graph.clear_input();
    graph.mutable_output(0)->clear_type();
    addPort(*graph.mutable_input(), "x", shape);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        addNumbers(graph, "n" + std::to_string(i), numbers[i]);
    addNode(graph, op, inputs, {"y"});
    return model.SerializeAsString();
}

std::string rangeTo(std::int64_t limit)
{
    auto model = sumModel();
    auto& graph = *model.mutable_graph();
    graph.clear_node();
    graph.mutable_output(0)->clear_type();
    for (const auto& [name, value] : {std::pair("first", std::int64_t{0}), std::pair("last", limit), std::pair("step", std::int64_t{1})})
        addInitializer(graph, name, {}, onnx::TensorProto::INT64).add_int64_data(value);
    addNode(graph, "Range", {"first", "last", "step"}, {"y"});
    return model.SerializeAsString();
}

std::string resizedBy(float scale)
{
    auto model = sumModel();
    auto& graph = *model.mutable_graph();
    graph.clear_node();
    graph.mutable_output(0)->clear_type();
    addInitializer(graph, "scale", {1}).add_float_data(scale);
    addNode(graph, "Resize", {"x", "", "scale"}, {"y"});
    return model.SerializeAsString();
}

// Each Gather doubles the number of dimensions.
std::string growingRank()
{
    auto model = sumModel();
    auto& graph = *model.mutable_graph();
    graph.clear_node();
    graph.mutable_output(0)->clear_type();
    addNumbers(graph, "i", {0, 0});
    addNode(graph, "Unsqueeze", {"i", "i"}, {"v0"});
    for (int i = 0; i < 40; ++i)
        addNode(graph, "Gather", {"v" + std::to_string(i), "v" + std::to_string(i)}, {"v" + std::to_string(i + 1)});
    addNode(graph, "Gather", {"x", "v40"}, {"y"});
    graph.mutable_node(0)->set_op_type("Reshape");
    *graph.mutable_node(0)->mutable_input(1) = "s";
    addNumbers(graph, "s", {2, 1});
    return model.SerializeAsString();
}

std::string changed(const std::function<void(onnx::ModelProto&)>& change)
{
    auto model = sumModel();
    change(model);
    return model.SerializeAsString();
}

std::string nestedGraphs(int depth)
{
    return changed([&](onnx::ModelProto& model) {
        auto* graph = model.mutable_graph();
        for (int i = 0; i < depth; ++i) {
            auto& attribute = *graph->mutable_node(0)->add_attribute();
            attribute.set_name("body");
            attribute.set_type(onnx::AttributeProto::GRAPH);
            graph = attribute.mutable_g();
            addPort(*graph->mutable_output(), "y", {2});
            addNode(*graph, "Relu", {"x"}, {"y"});
        }
    });
}

std::string field(char tag, const std::string& content)
{
    std::string bytes(1, tag);
    auto rest = content.size();
    for (; rest >= 0x80; rest >>= 7)
        bytes += static_cast<char>(rest | 0x80);
    return bytes + static_cast<char>(rest) + content;
}

// A graph in an attribute of a node of a graph, and so on; written from the innermost on, since protobuf would run out of stack.
std::string nestedMessages()
{
    std::string graph;
    for (int i = 0; i < 5000; ++i)
        graph = field('\x0a', field('\x2a', field('\x32', graph)));
    return std::string("\x08\x08") + field('\x3a', graph);
}

std::string manyEmptyNodes()
{
    std::string graph;
    for (int i = 0; i < 4000000; ++i)
        graph += field('\x0a', "");
    return std::string("\x08\x08") + field('\x3a', graph);
}

std::string external(const std::string& location)
{
    return changed([&](onnx::ModelProto& model) {
        auto& tensor = *model.mutable_graph()->mutable_initializer(0);
        tensor.clear_float_data();
        tensor.set_data_location(onnx::TensorProto::EXTERNAL);
        auto& entry = *tensor.add_external_data();
        entry.set_key("location");
        entry.set_value(location);
    });
}

// Each of `count` functions calls the next one twice.
std::string doublingFunctions(int count)
{
    return changed([&](onnx::ModelProto& model) {
        auto& import = *model.add_opset_import();
        import.set_domain("local");
        import.set_version(1);
        for (int i = 0; i < count; ++i) {
            auto& function = *model.add_functions();
            function.set_domain("local");
            function.set_name("f" + std::to_string(i));
            function.add_input("a");
            function.add_output("c");
            for (const auto& [from, to] : {std::pair("a", "b"), std::pair("b", "c")}) {
                auto& node = *function.add_node();
                node.set_op_type("f" + std::to_string(i + 1));
                node.set_domain("local");
                node.add_input(from);
                node.add_output(to);
            }
        }
        auto& call = addNode(*model.mutable_graph(), "f0", {"y"}, {"z"});
        call.set_domain("local");
    });
}

struct Hostile
{
    const char* title;
    const char* code; // of the error, or of what info says of it
    std::function<std::string()> make;
};

std::vector<Hostile> hostileFiles()
{
    const auto& whole = [] { return sumModel().SerializeAsString(); };
    return {
        {"a constant of 2^40 elements", "ShapeMismatch", [] { return withNumbers("ConstantOfShape", {"n0"}, {{two(40)}}); }},
        {"a constant of 2^20 times 2^20 elements", "ShapeMismatch",
         [] {
             return withNumbers("ConstantOfShape", {"n0"}, {{two(20), two(20)}});
         }},
        {"a constant with a negative extent", "ShapeMismatch", [] { return withNumbers("ConstantOfShape", {"n0"}, {{-5}}); }},
        {"an extent of 0 beside an absurd one", "ShapeMismatch",
         [] {
             return withNumbers("ConstantOfShape", {"n0"}, {{0, two(62)}});
         }},
        {"an absurd declared extent beside one of 0", "ModelInvalid",
         [] {
             return withNumbers("Relu", {"x"}, {}, {0, two(62)});
         }},
        {"a weight with an absurd extent beside one of 0", "ModelTooLarge",
         [] {
             return changed([](auto& m) {
                 m.mutable_graph()->mutable_initializer(0)->set_dims(0, 0);
                 m.mutable_graph()->mutable_initializer(0)->add_dims(two(62));
             });
         }},
        {"expanded to 2^40 elements", "ShapeMismatch",
         [] {
             return withNumbers("Expand", {"x", "n0"}, {{two(38), 2, 2}});
         }},
        {"a range of 2^40 numbers", "ShapeMismatch", [] { return rangeTo(two(40)); }},
        {"tiled 2^62 times", "ShapeMismatch",
         [] {
             return withNumbers("Tile", {"x", "n0"}, {{two(31), two(31)}});
         }},
        {"resized a trillion times", "ShapeMismatch", [] { return resizedBy(1e12f); }},
        {"padded by 2^62", "ShapeMismatch",
         [] {
             return withNumbers("Pad", {"x", "n0"}, {{two(62), 0, 0, 0}});
         }},
        {"padded by the lowest number there is", "ShapeMismatch",
         [] {
             return withNumbers("Pad", {"x", "n0"}, {{INT64_MIN, 0, 0, 0}});
         }},
        {"reshaped to extents whose product overflows", "ShapeMismatch",
         [] {
             return withNumbers("Reshape", {"x", "n0"}, {{two(62), 4}});
         }},
        {"reshaped to a thousand dimensions", "ShapeMismatch",
         [] {
             return withNumbers("Reshape", {"x", "n0"}, {std::vector<std::int64_t>(1000, 1)});
         }},
        {"a number of dimensions that doubles with each node", "ShapeMismatch", growingRank},
        {"a declared shape that overflows", "ModelInvalid",
         [] {
             return withNumbers("Relu", {"x"}, {}, {two(62), two(62)});
         }},
        {"a negative declared extent", "ModelInvalid", [] { return withNumbers("Relu", {"x"}, {}, {-7}); }},
        {"a weight of 2^40 elements", "ModelTooLarge",
         [] { return changed([](auto& m) { m.mutable_graph()->mutable_initializer(0)->set_dims(0, two(40)); }); }},
        {"a weight whose extents overflow", "ModelTooLarge",
         [] {
             return changed([](auto& m) {
                 m.mutable_graph()->mutable_initializer(0)->set_dims(0, two(62));
                 m.mutable_graph()->mutable_initializer(0)->add_dims(8);
             });
         }},
        {"a weight with a negative extent", "ModelInvalid",
         [] { return changed([](auto& m) { m.mutable_graph()->mutable_initializer(0)->set_dims(0, -2); }); }},
        {"a sparse weight of 2^39 elements", "ModelTooLarge",
         [] {
             return changed([](auto& m) {
                 auto& sparse = *m.mutable_graph()->add_sparse_initializer();
                 sparse.mutable_values()->set_name("s");
                 sparse.mutable_values()->set_data_type(floatType);
                 sparse.mutable_values()->add_dims(0);
                 sparse.mutable_indices()->set_data_type(onnx::TensorProto::INT64);
                 sparse.mutable_indices()->add_dims(0);
                 sparse.add_dims(two(39));
             });
         }},
        {"a cycle", "ModelInvalid", [] { return changed([](auto& m) { m.mutable_graph()->mutable_node(0)->set_input(0, "y"); }); }},
        {"an input that nothing makes", "ModelInvalid",
         [] { return changed([](auto& m) { m.mutable_graph()->mutable_node(0)->set_input(0, "nobody"); }); }},
        {"two values of one name", "ModelInvalid",
         [] { return changed([](auto& m) { addNode(*m.mutable_graph(), "Relu", {"x"}, {"y"}); }); }},
        {"graphs nested a thousand deep", "ModelInvalid", [] { return nestedGraphs(1000); }},
        {"messages nested fifteen thousand deep", "ModelInvalid", nestedMessages},
        {"four million empty nodes", "ModelTooLarge", manyEmptyNodes},
        {"functions that each call the next one twice", "ModelTooLarge", [] { return doublingFunctions(60); }},
        {"a name of a megabyte for an extent", "ModelInvalid",
         [] {
             return changed([](auto& m) {
                 m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_param(
                     std::string(1 << 20, 'N'));
             });
         }},
        {"the first half of a file", "ModelTruncated", [=] { return whole().substr(0, whole().size() / 2); }},
        {"a file without its last byte", "ModelTruncated", [=] { return whole().substr(0, whole().size() - 1); }},
        {"a part that promises two gigabytes", "ModelTruncated",
         [] { return std::string("\x08\x08\x3a\xff\xff\xff\xff\x07\x0a\x04", 10); }},
        {"weights in a parent folder", "ExternalDataOutside", [] { return external("../secret.bin"); }},
        {"weights at an absolute path", "ExternalDataOutside", [] { return external("/etc/passwd"); }},
        {"weights behind a link to outside", "ExternalDataOutside", [] { return external("link.bin"); }},
        {"weights in a linked folder outside", "ExternalDataOutside", [] { return external("linked/secret.bin"); }},
        {"weights that are a device", "ExternalDataOutside", [] { return external("device"); }},
        {"weights that are a pipe", "FileUnreadable", [] { return external("pipe"); }},
    };
}

} // namespace

class TestCliHostileModels : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        const fs::path root = m_folder.path().toStdString();
        fs::create_directories(root / "model");
        std::ofstream(root / "secret.bin") << std::string(4096, 's');
        fs::create_symlink(root / "secret.bin", root / "model" / "link.bin");
        fs::create_directory_symlink(root, root / "model" / "linked");
        fs::create_symlink("/dev/zero", root / "model" / "device");
        QCOMPARE(::mkfifo((root / "model" / "pipe").c_str(), 0600), 0);
    }

    void aClearErrorWithinASecondAndHalfAGigabyte_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; const auto& hostile : hostileFiles())
            QTest::newRow(hostile.title) << i++;
    }
    void aClearErrorWithinASecondAndHalfAGigabyte()
    {
        QFETCH(int, index);
        const auto hostile = hostileFiles()[static_cast<std::size_t>(index)];
        const auto file = m_folder.filePath("model/hostile.onnx");
        std::ofstream(file.toStdString(), std::ios::binary) << hostile.make();
        const auto measured = runMeasured({"info", "--json", file}, m_folder.path());
        QVERIFY2(measured.cpuSeconds < mostSeconds, qPrintable(QString::number(measured.cpuSeconds)));
        QVERIFY2(measured.peakBytes < mostBytes, qPrintable(QString::number(measured.peakBytes)));
        const auto json = measured.run.json();
        if (measured.run.exitCode == 3) {
            QCOMPARE(json.value("/error/code"_json_pointer, std::string()), std::string(hostile.code));
            return;
        }
        // Shapes that can't be are one thing that `info` tells of a file that it can read.
        QCOMPARE(measured.run.exitCode, 0);
        QCOMPARE(json["diagnostics"][0]["code"].get<std::string>(), std::string(hostile.code));
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCliHostileModels)
#include "test_cli_hostile_models.moc"
