// SPDX-License-Identifier: GPL-3.0-or-later
// What is read is written back, and what is damaged or hostile is refused by name.
#include "core/error.h"
#include "core/file.h"
#include "engine/shared_models.h"
#include "onnx_building.h"
#include "onnx_io/onnx_io.h"
#include "operator_graph.h"
#include "runtime/session.h"

#include <QTest>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>

using namespace hone;
using namespace hone::test;
namespace fs = std::filesystem;

namespace
{

onnx::TensorProto& weightOf(onnx::ModelProto& model)
{
    return *model.mutable_graph()->mutable_initializer(0);
}

Graph parse(const onnx::ModelProto& model, const fs::path& folder = {})
{
    return parseOnnx(model.SerializeAsString(), folder, "model.onnx");
}

Tensor weightIn(const Graph& graph)
{
    return graph.value(*graph.findValue("w")).constant;
}

std::vector<Tensor> inputsFor(const Graph& graph)
{
    std::vector<Tensor> tensors;
    for (const auto id : graph.inputs)
        tensors.push_back(floats(withFreeAs(*graph.value(id).type.shape, 2)));
    return tensors;
}

void writeBytes(const fs::path& path, const std::string& bytes)
{
    std::ofstream(path, std::ios::binary) << bytes;
}

void makeExternal(onnx::TensorProto& tensor, const std::map<std::string, std::string>& entries)
{
    tensor.clear_float_data();
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : entries) {
        auto& entry = *tensor.add_external_data();
        entry.set_key(key);
        entry.set_value(value);
    }
}

std::string floatBytes(const std::vector<float>& values)
{
    std::string bytes(values.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

struct HostileCase
{
    const char* title;
    const char* code;
    std::function<void(onnx::ModelProto&)> damage;
};

void nestGraphs(onnx::ModelProto& model, int depth)
{
    auto* graph = model.mutable_graph();
    for (int i = 0; i < depth; ++i) {
        auto& attribute = *graph->mutable_node(0)->add_attribute();
        attribute.set_name("body");
        attribute.set_type(onnx::AttributeProto::GRAPH);
        graph = attribute.mutable_g();
        addPort(*graph->mutable_output(), "y", {2});
        addNode(*graph, "Relu", {"x"}, {"y"});
    }
}

std::vector<HostileCase> hostileCases()
{
    using M = onnx::ModelProto&;
    const auto graphOf = [](M m) -> onnx::GraphProto& { return *m.mutable_graph(); };
    return {
        {"a value that reads itself", "ModelInvalid", [=](M m) { graphOf(m).mutable_node(0)->set_input(0, "y"); }},
        {"two nodes that read each other", "ModelInvalid",
         [=](M m) {
             graphOf(m).mutable_node(0)->set_input(0, "z");
             addNode(graphOf(m), "Relu", {"y"}, {"z"});
         }},
        {"an input that nothing makes", "ModelInvalid", [=](M m) { graphOf(m).mutable_node(0)->set_input(0, "nobody"); }},
        {"an output that nothing makes", "ModelInvalid", [=](M m) { graphOf(m).mutable_output(0)->set_name("nobody"); }},
        {"no output", "ModelInvalid", [=](M m) { graphOf(m).clear_output(); }},
        {"a value made twice", "ModelInvalid", [=](M m) { addNode(graphOf(m), "Relu", {"x"}, {"y"}); }},
        {"an initializer given twice", "ModelInvalid", [=](M m) { *graphOf(m).add_initializer() = weightOf(m); }},
        {"an initializer without a name", "ModelInvalid", [](M m) { weightOf(m).clear_name(); }},
        {"a node without an operator", "ModelInvalid", [=](M m) { graphOf(m).mutable_node(0)->clear_op_type(); }},
        {"a negative extent of a constant", "ModelInvalid", [](M m) { weightOf(m).set_dims(0, -2); }},
        {"a constant of 2^40 elements", "ModelTooLarge", [](M m) { weightOf(m).set_dims(0, std::int64_t{1} << 40); }},
        {"a constant of 2^39 elements", "ModelInvalid", [](M m) { weightOf(m).set_dims(0, std::int64_t{1} << 39); }},
        {"extents whose product overflows", "ModelTooLarge",
         [](M m) {
             weightOf(m).set_dims(0, std::int64_t{1} << 32);
             weightOf(m).add_dims(std::int64_t{1} << 32);
         }},
        {"a million dimensions", "ModelInvalid",
         [](M m) {
             for (int i = 0; i < 1000000; ++i)
                 weightOf(m).add_dims(1);
         }},
        {"too few elements", "ModelInvalid", [](M m) { weightOf(m).set_dims(0, 3); }},
        {"too few raw bytes", "ModelInvalid",
         [](M m) {
             weightOf(m).clear_float_data();
             weightOf(m).set_raw_data("1234567");
         }},
        {"no element type", "ModelInvalid", [](M m) { weightOf(m).clear_data_type(); }},
        {"an element type of the future", "ModelInvalid", [](M m) { weightOf(m).set_data_type(99); }},
        {"a tensor in segments", "ModelInvalid", [](M m) { weightOf(m).mutable_segment()->set_end(1); }},
        {"a declared extent below -1", "ModelInvalid",
         [=](M m) {
             graphOf(m).mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(-7);
         }},
        {"an absurd declared extent", "ModelInvalid",
         [=](M m) {
             graphOf(m).mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(INT64_MAX);
         }},
        {"an attribute given twice", "ModelInvalid",
         [=](M m) {
             for (int i = 0; i < 2; ++i) {
                 auto& attribute = *graphOf(m).mutable_node(0)->add_attribute();
                 attribute.set_name("alpha");
                 attribute.set_f(1);
             }
         }},
        {"graphs nested a thousand deep", "ModelInvalid", [](M m) { nestGraphs(m, 1000); }},
        {"a sub-graph that reads what nothing makes", "ModelInvalid",
         [=](M m) {
             nestGraphs(m, 3);
             graphOf(m).mutable_input(0)->set_name("other");
             graphOf(m).mutable_node(0)->set_input(0, "other");
         }},
        {"opset 0", "OpsetUnsupported", [](M m) { m.mutable_opset_import(0)->set_version(0); }},
        {"opset 24", "OpsetUnsupported", [](M m) { m.mutable_opset_import(0)->set_version(24); }},
        {"external data in a parent folder", "ExternalDataOutside",
         [](M m) {
             makeExternal(weightOf(m), {{"location", "../w.bin"}});
         }},
        {"external data in a parent folder, hidden", "ExternalDataOutside",
         [](M m) {
             makeExternal(weightOf(m), {{"location", "a/../../w.bin"}});
         }},
        {"external data at an absolute path", "ExternalDataOutside",
         [](M m) {
             makeExternal(weightOf(m), {{"location", "/etc/passwd"}});
         }},
        {"external data without a location", "ExternalDataMissing", [](M m) { makeExternal(weightOf(m), {}); }},
        {"external data that is not there", "ExternalDataMissing",
         [](M m) {
             makeExternal(weightOf(m), {{"location", "absent.bin"}});
         }},
        {"external data behind a link to outside", "ExternalDataOutside",
         [](M m) {
             makeExternal(weightOf(m), {{"location", "link.bin"}});
         }},
        {"external data in a linked folder outside", "ExternalDataOutside",
         [](M m) {
             makeExternal(weightOf(m), {{"location", "linked/w.bin"}});
         }},
        {"external data that is a folder", "FileUnreadable",
         [](M m) {
             makeExternal(weightOf(m), {{"location", "folder"}});
         }},
        {"external data that ends too early", "ModelInvalid",
         [](M m) {
             makeExternal(weightOf(m), {{"location", "w.bin"}, {"offset", "12"}});
         }},
        {"an external offset past the end", "ModelInvalid",
         [](M m) {
             makeExternal(weightOf(m), {{"location", "w.bin"}, {"offset", "18446744073709551615"}});
         }},
        {"an external length that does not fit", "ModelInvalid",
         [](M m) {
             makeExternal(weightOf(m), {{"location", "w.bin"}, {"length", "4"}});
         }},
        {"an external offset that is no number", "ModelInvalid",
         [](M m) {
             makeExternal(weightOf(m), {{"location", "w.bin"}, {"offset", "-8"}});
         }},
    };
}

// inside/ is the model's folder; outside of it lies w.bin.
struct Folders
{
    TemporaryFolder temporary;
    fs::path inside = temporary.path() / "inside";

    Folders()
    {
        fs::create_directories(inside / "folder");
        fs::create_directories(temporary.path() / "outside");
        const auto bytes = floatBytes({3, 4, 5, 6});
        for (const auto& file : {inside / "w.bin", temporary.path() / "w.bin", temporary.path() / "outside" / "w.bin"})
            writeBytes(file, bytes);
        fs::create_symlink(temporary.path() / "w.bin", inside / "link.bin");
        fs::create_symlink("w.bin", inside / "alias.bin");
        fs::create_directory_symlink(temporary.path() / "outside", inside / "linked");
    }
};

} // namespace

class TestOnnxIo : public QObject
{
    Q_OBJECT

private slots:
    void aRealModelIsWrittenBackAndAnswersTheSameBitForBit_data() { addSharedModelRows(); }
    void aRealModelIsWrittenBackAndAnswersTheSameBitForBit()
    {
        QFETCH(QString, file);
        HONE_NEEDS_SHARED_MODEL(file.toStdString());
        const fs::path path = file.toStdString();
        const auto graph = readOnnx(path);
        QCOMPARE(graph.inputs.size(), std::size_t{1});
        const TemporaryFolder folder;
        const auto written = folder.path() / "written.onnx";
        writeOnnx(graph, written);
        const auto bytes = readFile(written);
        QVERIFY(serializeOnnx(readOnnx(written)) == bytes);
        QVERIFY(serializeOnnx(graph) == bytes);

        auto inputs = inputsFor(graph);
        if (graph.value(graph.inputs[0]).type.shape->front().isFixed())
            inputs = {floats(withFreeAs(*graph.value(graph.inputs[0]).type.shape, 1))};
        QVERIFY(Session(path).run(inputs) == Session(written).run(inputs));
    }

    void anInitializerListedAsAnInputIsAConstant()
    {
        auto model = sumModel();
        model.set_ir_version(3);
        addPort(*model.mutable_graph()->mutable_input(), "w", {2});
        const auto graph = parse(model);
        QCOMPARE(graph.inputs.size(), std::size_t{1});
        QVERIFY(graph.isConstant(*graph.findValue("w")));
        // Below IR 4 it would have to stay listed.
        const auto again = parseOnnx(serializeOnnx(graph));
        QVERIFY(again.irVersion >= 4);
        QCOMPARE(again.inputs.size(), std::size_t{1});
        const auto sum = Session::fromBytes(serializeOnnx(graph)).run({Tensor::of<float>({2}, std::vector<float>{1, 1})});
        QVERIFY(sum[0] == Tensor::of<float>({2}, std::vector<float>({2, 3})));
    }

    void whatAModelSaysOfItselfIsKept()
    {
        auto model = sumModel();
        model.set_producer_name("producer");
        model.set_producer_version("1.2");
        model.set_domain("org.example");
        model.set_model_version(7);
        model.set_doc_string("the model");
        auto& other = *model.add_opset_import();
        other.set_domain("com.microsoft");
        other.set_version(1);
        for (const auto* key : {"b", "a"}) {
            auto& entry = *model.add_metadata_props();
            entry.set_key(key);
            entry.set_value(std::string("of ") + key);
        }
        auto& graph = *model.mutable_graph();
        graph.set_doc_string("the graph");
        graph.mutable_node(0)->set_doc_string("the node");
        graph.mutable_input(0)->set_doc_string("the input");
        weightOf(model).set_doc_string("the weight");

        onnx::ModelProto written;
        QVERIFY(written.ParseFromString(serializeOnnx(parse(model))));
        QCOMPARE(written.ir_version(), std::int64_t{8});
        QCOMPARE(written.producer_name(), std::string("producer"));
        QCOMPARE(written.producer_version(), std::string("1.2"));
        QCOMPARE(written.domain(), std::string("org.example"));
        QCOMPARE(written.model_version(), std::int64_t{7});
        QCOMPARE(written.doc_string(), std::string("the model"));
        QCOMPARE(written.opset_import_size(), 2);
        QCOMPARE(written.metadata_props(0).key(), std::string("a"));
        QCOMPARE(written.metadata_props(1).value(), std::string("of b"));
        QCOMPARE(written.graph().name(), std::string("sum"));
        QCOMPARE(written.graph().doc_string(), std::string("the graph"));
        QCOMPARE(written.graph().node(0).doc_string(), std::string("the node"));
        QCOMPARE(written.graph().input(0).doc_string(), std::string("the input"));
        QCOMPARE(written.graph().initializer(0).doc_string(), std::string("the weight"));
    }

    void attributesOfEveryKindAreKept()
    {
        auto model = sumModel();
        auto& node = *model.mutable_graph()->mutable_node(0);
        const auto add = [&](const char* name, onnx::AttributeProto::AttributeType type) -> onnx::AttributeProto& {
            auto& attribute = *node.add_attribute();
            attribute.set_name(name);
            attribute.set_type(type);
            return attribute;
        };
        using A = onnx::AttributeProto;
        add("a", A::FLOAT).set_f(0.5f);
        add("b", A::FLOATS).add_floats(0.25f);
        auto& sparse = *add("c", A::SPARSE_TENSOR).mutable_sparse_tensor();
        sparse.add_dims(5);
        add("d", A::INT).set_i(-3);
        add("e", A::INTS); // an empty list is not an absent one
        add("f", A::STRING).set_s("text");
        add("g", A::STRINGS).add_strings("one");
        *add("h", A::TENSOR).mutable_t() = weightOf(model);
        *add("i", A::TENSORS).add_tensors() = weightOf(model);
        add("j", A::TYPE_PROTO).mutable_tp()->mutable_sequence_type();

        const auto graph = parse(model);
        const auto& read = graph.node(graph.order()[0]).attributes;
        QVERIFY(std::get<Tensor>(read.at("h")) == Tensor::of<float>({2}, std::vector<float>({1, 2})));
        QVERIFY(std::holds_alternative<std::vector<std::int64_t>>(read.at("e")));
        // raw data is how Hone writes tensors; all else comes back as it was.
        onnx::ModelProto written;
        QVERIFY(written.ParseFromString(serializeOnnx(graph)));
        for (int i = 0; i < node.attribute_size(); ++i)
            if (node.attribute(i).name() != "h")
                QCOMPARE(written.graph().node(0).attribute(i).SerializeAsString(), node.attribute(i).SerializeAsString());
    }

    void omittedInputsAndOutputsStayOmitted()
    {
        auto model = sumModel();
        auto& graph = *model.mutable_graph();
        addNode(graph, "Resize", {"x", "", "w"}, {"", "second"});
        const auto read = parse(model);
        const auto& node = read.node(read.order()[1]);
        QCOMPARE(node.inputs.size(), std::size_t{3});
        QVERIFY(!node.inputs[1].valid() && node.inputs[2].valid() && !node.outputs[0].valid());
        onnx::ModelProto written;
        QVERIFY(written.ParseFromString(serializeOnnx(read)));
        QCOMPARE(written.graph().node(1).input(1), std::string());
        QCOMPARE(written.graph().node(1).output(0), std::string());
    }

    void nodesOutOfOrderAreSortedAndNamed()
    {
        auto model = sumModel();
        auto& graph = *model.mutable_graph();
        graph.mutable_node(0)->set_input(0, "relu");
        addNode(graph, "Relu", {"x"}, {"relu"});
        const auto read = parse(model);
        QCOMPARE(read.node(read.order()[0]).opType, std::string("Relu"));
        QVERIFY(!read.node(read.order()[0]).name.empty());
        QVERIFY(read.node(read.order()[0]).name != read.node(read.order()[1]).name);
    }

    void freeExtentsKeepTheirNames()
    {
        auto model = sumModel();
        auto& shape = *model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
        shape.mutable_dim(0)->set_dim_param("batch");
        shape.add_dim();
        shape.add_dim()->set_dim_value(-1);
        const auto graph = parse(model);
        QCOMPARE(toText(*graph.value(graph.inputs[0]).type.shape), std::string("[batch, ?, ?]"));
        model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
        QVERIFY(!parse(model).value(parse(model).inputs[0]).type.shape);
        QVERIFY(!parseOnnx(serializeOnnx(parse(model))).value(ValueId{0}).type.shape);
    }

    void aSubGraphAndItsCapturesSurvive()
    {
        auto model = sumModel();
        auto& graph = *model.mutable_graph();
        addPort(*graph.mutable_input(), "flag", {}, onnx::TensorProto::BOOL);
        auto& choice = addNode(graph, "If", {"flag"}, {"z"});
        for (const auto* branch : {"then_branch", "else_branch"}) {
            auto& attribute = *choice.add_attribute();
            attribute.set_name(branch);
            attribute.set_type(onnx::AttributeProto::GRAPH);
            attribute.mutable_g()->set_name(branch);
            const auto inner = std::string(branch) + "_out";
            addNode(*attribute.mutable_g(), branch[0] == 't' ? "Neg" : "Abs", {"y"}, {inner});
            addPort(*attribute.mutable_g()->mutable_output(), inner, {2});
        }
        addPort(*graph.mutable_output(), "z", {2});
        auto read = parse(model);
        read.renameValue(*read.findValue("y"), "renamed");
        const auto answers =
            Session::fromBytes(serializeOnnx(read)).run({Tensor::of<float>({2}, std::vector<float>({1, 1})), Tensor::scalar(true)});
        QVERIFY(answers[1] == Tensor::of<float>({2}, std::vector<float>({-2, -3})));
    }

    void typedFieldsAndRawDataReadTheSame_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<QByteArray>("raw"); // of two elements
        QTest::newRow("float16: 1, -2") << 10 << QByteArray::fromHex("003c00c0");
        QTest::newRow("bfloat16: 1, -2") << 16 << QByteArray::fromHex("803f00c0");
        QTest::newRow("int8: -1, 2") << 3 << QByteArray::fromHex("ff02");
        QTest::newRow("uint8: 255, 2") << 2 << QByteArray::fromHex("ff02");
        QTest::newRow("bool") << 9 << QByteArray::fromHex("0100");
        QTest::newRow("int16: -2, 1") << 5 << QByteArray::fromHex("feff0100");
        QTest::newRow("int32: -2, 1") << 6 << QByteArray::fromHex("feffffff01000000");
        QTest::newRow("int64: -2, 1") << 7 << QByteArray::fromHex("feffffffffffffff0100000000000000");
        QTest::newRow("uint32: 4294967294, 1") << 12 << QByteArray::fromHex("feffffff01000000");
        QTest::newRow("double: 1, -2") << 11 << QByteArray::fromHex("000000000000f03f00000000000000c0");
        QTest::newRow("int4: -1, 2") << 22 << QByteArray::fromHex("2f");
    }
    void typedFieldsAndRawDataReadTheSame()
    {
        QFETCH(int, type);
        QFETCH(QByteArray, raw);
        auto model = sumModel();
        auto& tensor = weightOf(model);
        tensor.clear_float_data();
        tensor.set_data_type(type);
        tensor.set_raw_data(raw.toStdString());
        const auto fromRaw = weightIn(parse(model));

        tensor.clear_raw_data();
        const auto width = raw.size() / (type == 22 ? 1 : 2);
        for (qsizetype at = 0; at < raw.size(); at += width) {
            std::int64_t bits = 0;
            std::memcpy(&bits, raw.constData() + at, static_cast<std::size_t>(width));
            if (type == 7)
                tensor.add_int64_data(bits);
            else if (type == 12)
                tensor.add_uint64_data(static_cast<std::uint64_t>(bits));
            else if (type == 11)
                tensor.add_double_data(std::bit_cast<double>(bits));
            else
                tensor.add_int32_data(static_cast<std::int32_t>(bits));
        }
        const auto graph = parse(model);
        QVERIFY(weightIn(graph) == fromRaw);
        QCOMPARE(static_cast<int>(fromRaw.dtype()), type);
        QVERIFY(std::memcmp(fromRaw.bytes().data(), raw.constData(), static_cast<std::size_t>(raw.size())) == 0);
        const auto again = parseOnnx(serializeOnnx(graph));
        QVERIFY(weightIn(again) == fromRaw);
        QVERIFY(type != 22 || again.irVersion >= 10);
    }

    void textTensorsAreKept()
    {
        auto model = sumModel();
        auto& tensor = weightOf(model);
        tensor.clear_float_data();
        tensor.set_data_type(onnx::TensorProto::STRING);
        tensor.add_string_data("one");
        tensor.add_string_data("");
        const auto again = parseOnnx(serializeOnnx(parse(model)));
        QCOMPARE(weightIn(again).strings(), (std::vector<std::string>{"one", ""}));
    }

    void externalDataBesideTheModelIsReadWhereItLies_data()
    {
        QTest::addColumn<QString>("location");
        QTest::addColumn<QString>("offset");
        QTest::addColumn<float>("first");
        QTest::newRow("from the start") << "w.bin"
                                        << "0" << 3.0f;
        QTest::newRow("further on") << "w.bin"
                                    << "8" << 5.0f;
        QTest::newRow("through a link to a file beside it") << "alias.bin"
                                                            << "4" << 4.0f;
        QTest::newRow("with a dot in its path") << "./folder/./w.bin"
                                                << "0" << 3.0f;
    }
    void externalDataBesideTheModelIsReadWhereItLies()
    {
        QFETCH(QString, location);
        QFETCH(QString, offset);
        QFETCH(float, first);
        const Folders folders;
        fs::copy_file(folders.inside / "w.bin", folders.inside / "folder" / "w.bin");
        auto model = sumModel();
        makeExternal(weightOf(model), {{"location", location.toStdString()}, {"offset", offset.toStdString()}, {"length", "8"}});
        writeBytes(folders.inside / "model.onnx", model.SerializeAsString());
        auto tensor = weightIn(readOnnx(folders.inside / "model.onnx"));
        QCOMPARE(tensor.data<float>()[0], first);
        // The tensor is its own: neither the file nor another reader sees a change.
        tensor.mutableData<float>()[0] = 42;
        QCOMPARE(readFile(folders.inside / "w.bin"), floatBytes({3, 4, 5, 6}));
    }

    void externalDataAtAnOddOffsetIsAligned()
    {
        const Folders folders;
        writeBytes(folders.inside / "odd.bin", "x" + floatBytes({8, 9}));
        auto model = sumModel();
        makeExternal(weightOf(model), {{"location", "odd.bin"}, {"offset", "1"}});
        const auto tensor = weightIn(parse(model, folders.inside));
        QCOMPARE(reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % alignof(float), std::uintptr_t{0});
        QCOMPARE(tensor.data<float>()[1], 9.0f);
    }

    void aHostileModelIsRefusedAtOnce_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; const auto& hostile : hostileCases())
            QTest::newRow(hostile.title) << i++;
    }
    void aHostileModelIsRefusedAtOnce()
    {
        QFETCH(int, index);
        const auto hostile = hostileCases()[static_cast<std::size_t>(index)];
        const Folders folders;
        auto model = sumModel();
        hostile.damage(model);
        const auto path = folders.inside / "model.onnx";
        writeBytes(path, model.SerializeAsString());
        const auto start = std::chrono::steady_clock::now();
        try {
            readOnnx(path);
            QFAIL("it was read");
        } catch (const Error& error) {
            QCOMPARE(std::string(name(error.code())), std::string(hostile.code));
            const auto& named = error.message().arguments.at("path");
            QVERIFY2(hostile.code == std::string("FileUnreadable") || named == path.string(), named.c_str());
        }
        QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
    }

    void aFileThatIsNoModelIsCalledWhatItIs_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("code");
        const auto whole = QByteArray::fromStdString(sumModel().SerializeAsString());
        QTest::newRow("empty") << QByteArray() << "ModelEmpty";
        QTest::newRow("text") << QByteArray("Hello, this is no model.\n") << "ModelNotOnnx";
        QTest::newRow("a picture") << QByteArray::fromHex("89504e470d0a1a0a0000000d49484452") << "ModelNotOnnx";
        QTest::newRow("an archive") << QByteArray("PK\x03\x04 something") << "ModelNotOnnx";
        QTest::newRow("zeros") << QByteArray(100000, '\0') << "ModelNotOnnx";
        QTest::newRow("ones") << QByteArray(100000, '\xff') << "ModelNotOnnx";
        QTest::newRow("whole, but damaged inside") << QByteArray::fromHex("08083a03ffffff") << "ModelInvalid";
        QTest::newRow("only the version") << whole.left(2) << "ModelTruncated";
        for (const int kept : {1, 3, 4, 20})
            QTest::addRow("the first %d bytes", kept) << whole.left(kept) << "ModelTruncated";
        for (const int lost : {5, 20})
            QTest::addRow("without the last %d bytes", lost) << whole.left(whole.size() - lost) << "ModelTruncated";
    }
    void aFileThatIsNoModelIsCalledWhatItIs()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, code);
        QCOMPARE(thrownBy([&] { parseOnnx(content.toStdString()); }), code.toStdString());
    }

    void aModelThatAnyByteWasCutFromIsRefused()
    {
        const auto whole = serializeOnnx(parse(sumModel()));
        for (std::size_t kept = 0; kept < whole.size(); ++kept) {
            const auto code = thrownBy([&] { parseOnnx(std::string_view(whole).substr(0, kept)); });
            // Cut right behind the graph it says no opset, which is a file of ONNX's first one.
            const bool isFirstOpset = code == "nothing" && parseOnnx(whole.substr(0, kept)).order().size() == 1;
            const bool named = code == "ModelTruncated" || (kept == 0 && code == "ModelEmpty") || isFirstOpset;
            QVERIFY2(named, (code + " at " + std::to_string(kept)).c_str());
        }
    }

    void aModelWithAnyByteChangedIsReadOrRefusedButNeverWorse()
    {
        const auto whole = serializeOnnx(parse(sumModel()));
        int refused = 0;
        for (std::size_t at = 0; at < whole.size(); ++at)
            for (const int flip : {1, 8, 0x80, 0xff}) {
                auto damaged = whole;
                damaged[at] = static_cast<char>(damaged[at] ^ flip);
                refused += thrownBy([&] { serializeOnnx(parseOnnx(damaged)); }) != "nothing";
            }
        QVERIFY(refused > 0);
    }

    void filesThatCannotBeReadAreNamed()
    {
        const TemporaryFolder folder;
        QCOMPARE(thrownBy([&] { readOnnx(folder.path() / "absent.onnx"); }), std::string("FileNotFound"));
        QCOMPARE(thrownBy([&] { readOnnx(folder.path()); }), std::string("FileUnreadable"));
        QCOMPARE(thrownBy([&] { readOnnx("/dev/zero"); }), std::string("FileUnreadable"));
        QCOMPARE(thrownBy([&] { writeOnnx(parse(sumModel()), folder.path() / "no" / "folder.onnx"); }), std::string("FileUnwritable"));
    }

    void aFileOverProtobufsLimitIsTooLargeBeforeItIsRead()
    {
        const TemporaryFolder folder;
        const auto path = folder.path() / "sparse.onnx";
        writeBytes(path, "x");
        fs::resize_file(path, std::uintmax_t{1} << 33); // a hole: takes no space
        QCOMPARE(thrownBy([&] { readOnnx(path); }), std::string("ModelTooLarge"));
    }

    void onnxsOwnModelsAreWrittenBackUnchanged()
    {
        const fs::path folder = "/usr/share/libonnx-testdata";
        if (!fs::exists(folder))
            QSKIP("libonnx-testdata is not installed");
        int read = 0;
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            if (entry.path().extension() != ".onnx")
                continue;
            std::string code;
            try {
                const auto bytes = serializeOnnx(readOnnx(entry.path()));
                QVERIFY2(serializeOnnx(parseOnnx(bytes)) == bytes, entry.path().c_str());
                ++read;
            } catch (const Error& error) {
                code = name(error.code());
                QVERIFY2(code == "OpsetUnsupported" || code == "ModelInvalid", error.what());
            }
        }
        QVERIFY(read > 0);
    }
};

QTEST_GUILESS_MAIN(TestOnnxIo)
#include "test_onnx_io.moc"
