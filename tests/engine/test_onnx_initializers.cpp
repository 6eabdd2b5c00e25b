// SPDX-License-Identifier: GPL-3.0-or-later
// Weights in every form that exporters give them: what Hone writes back answers in ONNX Runtime as the file itself does.
#include "core/file.h"
#include "onnx_building.h"
#include "onnx_io/onnx_io.h"
#include "operator_graph.h"
#include "runtime/session.h"

#include <QTest>

#include <bit>
#include <cstring>
#include <fstream>

using namespace hone;
using namespace hone::test;

namespace
{

using T = onnx::TensorProto;

constexpr std::int64_t side = 40; // [40, 40] float32 are 6,400 bytes: large enough to be left in the file

// Every value is exact in every type that is tried.
float element(std::int64_t i)
{
    return static_cast<float>(i * 7 % 16 - 8);
}

void setShape(T& tensor, int type)
{
    tensor.set_data_type(type);
    tensor.clear_dims();
    tensor.add_dims(side);
    tensor.add_dims(side);
}

std::uint16_t halfOf(float value) // of the small integers above
{
    if (value == 0)
        return 0;
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>(bits >> 16 & 0x8000u) | static_cast<std::uint16_t>(((bits >> 23 & 0xffu) - 112) << 10) |
           static_cast<std::uint16_t>(bits >> 13 & 0x3ffu);
}

std::uint16_t bfloatOf(float value)
{
    return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
}

template<class Convert>
std::string rawOf(Convert convert)
{
    std::string bytes;
    for (std::int64_t i = 0; i < side * side; ++i) {
        const auto stored = convert(element(i));
        bytes.append(reinterpret_cast<const char*>(&stored), sizeof stored);
    }
    return bytes;
}

template<class Add>
void addEach(Add add)
{
    for (std::int64_t i = 0; i < side * side; ++i)
        add(element(i));
}

// y = x times w, cast to float32 where it is of another type.
struct Building
{
    onnx::ModelProto model;
    onnx::GraphProto& graph = *model.mutable_graph();

    explicit Building(std::int64_t opset = 17, std::int64_t irVersion = 8)
    {
        model.set_ir_version(irVersion);
        model.add_opset_import()->set_version(opset);
        graph.set_name("weights");
        addPort(*graph.mutable_input(), "x", {2, side});
        addPort(*graph.mutable_output(), "y", {2, side});
    }

    T& weight(int type)
    {
        auto& tensor = addInitializer(graph, "w", {}, type);
        setShape(tensor, type);
        return tensor;
    }

    onnx::ModelProto finish(bool cast)
    {
        if (cast) {
            auto& attribute = *addNode(graph, "Cast", {"w"}, {"wide"}).add_attribute();
            attribute.set_name("to");
            attribute.set_type(onnx::AttributeProto::INT);
            attribute.set_i(T::FLOAT);
        }
        addNode(graph, "MatMul", {"x", cast ? "wide" : "w"}, {"y"});
        return model;
    }
};

struct Case
{
    const char* title;
    std::function<onnx::ModelProto()> make;
};

template<class Fill>
Case typed(const char* title, int type, Fill fill)
{
    return {title, [=] {
                Building b;
                fill(b.weight(type));
                return b.finish(type != T::FLOAT);
            }};
}

void fillSparse(onnx::SparseTensorProto& sparse, bool linear)
{
    sparse.add_dims(side);
    sparse.add_dims(side);
    auto& values = *sparse.mutable_values();
    values.set_name("w");
    values.set_data_type(T::FLOAT);
    auto& indices = *sparse.mutable_indices();
    indices.set_data_type(T::INT64);
    for (std::int64_t i = 3; i < side * side; i += 17) {
        values.add_float_data(element(i) + 0.5f);
        if (linear)
            indices.add_int64_data(i);
        else
            for (const auto index : {i / side, i % side})
                indices.add_int64_data(index);
    }
    values.add_dims(values.float_data_size());
    indices.add_dims(values.float_data_size());
    if (!linear)
        indices.add_dims(2);
}

onnx::AttributeProto& constantNode(onnx::GraphProto& graph, const std::string& attributeName, onnx::AttributeProto::AttributeType type)
{
    auto& attribute = *addNode(graph, "Constant", {}, {"w"}).add_attribute();
    attribute.set_name(attributeName);
    attribute.set_type(type);
    return attribute;
}

std::vector<Case> cases()
{
    using A = onnx::AttributeProto;
    return {
        typed("float32, raw", T::FLOAT, [](T& t) { t.set_raw_data(rawOf([](float v) { return v; })); }),
        typed("float32, one by one", T::FLOAT, [](T& t) { addEach([&](float v) { t.add_float_data(v); }); }),
        typed("float32, raw, said to lie inside", T::FLOAT,
              [](T& t) {
                  t.set_raw_data(rawOf([](float v) { return v; }));
                  t.set_data_location(T::DEFAULT);
              }),
        typed("float64, raw", T::DOUBLE, [](T& t) { t.set_raw_data(rawOf([](float v) { return static_cast<double>(v); })); }),
        typed("float64, one by one", T::DOUBLE, [](T& t) { addEach([&](float v) { t.add_double_data(v); }); }),
        typed("half, raw", T::FLOAT16, [](T& t) { t.set_raw_data(rawOf(halfOf)); }),
        typed("half, as integers", T::FLOAT16, [](T& t) { addEach([&](float v) { t.add_int32_data(halfOf(v)); }); }),
        typed("bfloat16, raw", T::BFLOAT16, [](T& t) { t.set_raw_data(rawOf(bfloatOf)); }),
        typed("bfloat16, as integers", T::BFLOAT16, [](T& t) { addEach([&](float v) { t.add_int32_data(bfloatOf(v)); }); }),
        typed("int8, as integers", T::INT8, [](T& t) { addEach([&](float v) { t.add_int32_data(static_cast<int>(v)); }); }),
        typed("uint8, as integers", T::UINT8, [](T& t) { addEach([&](float v) { t.add_int32_data(static_cast<int>(v) + 8); }); }),
        typed("int16, as integers", T::INT16, [](T& t) { addEach([&](float v) { t.add_int32_data(static_cast<int>(v)); }); }),
        typed("uint16, as integers", T::UINT16, [](T& t) { addEach([&](float v) { t.add_int32_data(static_cast<int>(v) + 8); }); }),
        typed("int32", T::INT32, [](T& t) { addEach([&](float v) { t.add_int32_data(static_cast<int>(v)); }); }),
        typed("int64, one by one", T::INT64, [](T& t) { addEach([&](float v) { t.add_int64_data(static_cast<int>(v)); }); }),
        typed("int64, raw", T::INT64, [](T& t) { t.set_raw_data(rawOf([](float v) { return static_cast<std::int64_t>(v); })); }),
        typed("uint32", T::UINT32, [](T& t) { addEach([&](float v) { t.add_uint64_data(static_cast<unsigned>(v + 8)); }); }),
        typed("uint64", T::UINT64, [](T& t) { addEach([&](float v) { t.add_uint64_data(static_cast<unsigned>(v + 8)); }); }),
        typed("bool", T::BOOL, [](T& t) { addEach([&](float v) { t.add_int32_data(v > 0); }); }),
        {"int4, two to a byte",
         [] {
             Building b(21, 10);
             auto& tensor = b.weight(22);
             std::string raw;
             for (std::int64_t i = 0; i < side * side; i += 2)
                 raw += static_cast<char>((static_cast<int>(element(i)) & 15) | (static_cast<int>(element(i + 1)) & 15) << 4);
             tensor.set_raw_data(raw);
             return b.finish(true);
         }},
        {"a Constant node",
         [] {
             Building b;
             auto& tensor = *constantNode(b.graph, "value", A::TENSOR).mutable_t();
             setShape(tensor, T::FLOAT);
             tensor.set_raw_data(rawOf([](float v) { return v; }));
             return b.finish(false);
         }},
        {"a Constant node's list of numbers, reshaped",
         [] {
             Building b;
             auto& attribute = constantNode(b.graph, "value_floats", A::FLOATS);
             addEach([&](float v) { attribute.add_floats(v); });
             b.graph.mutable_node(0)->set_output(0, "flat");
             addInitializer(b.graph, "shape", {2}, T::INT64).add_int64_data(side);
             b.graph.mutable_initializer(0)->add_int64_data(side);
             addNode(b.graph, "Reshape", {"flat", "shape"}, {"w"});
             return b.finish(false);
         }},
        {"sparse, with linear places",
         [] {
             Building b;
             fillSparse(*b.graph.add_sparse_initializer(), true);
             return b.finish(false);
         }},
        {"sparse, with a place for each axis",
         [] {
             Building b;
             fillSparse(*b.graph.add_sparse_initializer(), false);
             return b.finish(false);
         }},
        {"a Constant node's sparse value",
         [] {
             Building b;
             fillSparse(*constantNode(b.graph, "sparse_value", A::SPARSE_TENSOR).mutable_sparse_tensor(), true);
             return b.finish(false);
         }},
        {"shared by two nodes, and one that nobody uses",
         [] {
             Building b;
             b.weight(T::FLOAT).set_raw_data(rawOf([](float v) { return v; }));
             *addInitializer(b.graph, "unused", {2}).mutable_raw_data() = std::string(8, '\1');
             addNode(b.graph, "MatMul", {"x", "w"}, {"h"});
             addNode(b.graph, "MatMul", {"h", "w"}, {"y"});
             return b.model;
         }},
        {"also listed as an input",
         [] {
             Building b;
             b.weight(T::FLOAT).set_raw_data(rawOf([](float v) { return v; }));
             addPort(*b.graph.mutable_input(), "w", {side, side});
             return b.finish(false);
         }},
    };
}

} // namespace

class TestOnnxInitializers : public QObject
{
    Q_OBJECT

private slots:
    void weightsInAnyFormAnswerTheSameWhenWrittenBack_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; const auto& one : cases())
            QTest::newRow(one.title) << i++;
    }
    void weightsInAnyFormAnswerTheSameWhenWrittenBack()
    {
        QFETCH(int, index);
        const TemporaryFolder folder;
        const auto file = folder.path() / "model.onnx";
        const auto bytes = cases()[static_cast<std::size_t>(index)].make().SerializeAsString();
        std::ofstream(file, std::ios::binary) << bytes;
        const SessionOptions plain{.optimization = Optimization::None};
        auto original = Session::fromBytes(bytes, plain);
        std::vector<Tensor> inputs{floats({2, side})};
        for (std::size_t i = 1; i < original.inputs().size(); ++i) // an initializer that is listed may be fed
            inputs.push_back(parseOnnx(bytes).value(*parseOnnx(bytes).findValue("w")).constant);
        const auto expected = original.run(inputs);

        const auto graph = readOnnx(file);
        QCOMPARE(graph.inputs.size(), std::size_t{1});
        QVERIFY(serializeOnnx(graph) == serializeOnnx(parseOnnx(bytes)));
        QVERIFY(Session::fromBytes(serializeOnnx(graph), plain).run({inputs.front()}) == expected);
    }

    void whatALargeWeightLacksIsSaid()
    {
        const TemporaryFolder folder;
        const auto file = folder.path() / "model.onnx";
        Building b;
        b.weight(T::FLOAT).set_raw_data(std::string(6396, '\0'));
        std::ofstream(file, std::ios::binary) << b.finish(false).SerializeAsString();
        QCOMPARE(thrownBy([&] { readOnnx(file); }), std::string("ModelInvalid"));
    }

    void aModelThatIsWrittenAgainInPlaceKeepsWhatWasRead()
    {
        const TemporaryFolder folder;
        const auto file = folder.path() / "model.onnx";
        Building b;
        b.weight(T::FLOAT).set_raw_data(rawOf([](float v) { return v; }));
        const auto bytes = b.finish(false).SerializeAsString();
        std::ofstream(file, std::ios::binary) << bytes;
        const auto graph = readOnnx(file);
        const auto before = serializeOnnx(graph);
        std::ofstream(file, std::ios::binary) << "gone";
        QVERIFY(serializeOnnx(graph) == before);
    }
};

QTEST_GUILESS_MAIN(TestOnnxInitializers)
#include "test_onnx_initializers.moc"
