// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX's own test vectors through GraphModule. Cases left out are listed, each with its reason, in conformance_left_out.txt; a case there
// that passes and a case elsewhere that fails are both failures. Where a vector contradicts the specification, the list says so, and
// ONNX Runtime is the oracle. What passed is counted in conformance.txt beside the tests.
#include "autograd/graph_module.h"
#include "core/error.h"
#include "core/file.h"
#include "onnx_io/external_data.h"
#include "onnx_io/onnx_io.h"
#include "onnx_io/tensor_proto.h"
#include "runtime/session.h"

#include <onnx/onnx_pb.h>

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

using namespace hone;
namespace fs = std::filesystem;

namespace
{

struct Group
{
    std::string name;
    fs::path folder;
    std::int64_t lowestOpset; // a case of an older one is in another group already
    std::size_t least;        // cases that there are and that pass
};

// ONNX's backend test: |a - b| <= absolute + relative * |b|; the absolute part grows with the largest |b|, since vectors that went
// through a transform in float32 carry its rounding.
constexpr double relativeTolerance = 1e-3;
constexpr double absoluteTolerance = 1e-7;
// One unit in the last place of bfloat16: its vectors were cut short, where the specification rounds.
constexpr double bfloat16Tolerance = 1.0 / 128;

std::vector<Group> groups()
{
    const fs::path installed = HONE_ONNX_TESTDATA;
    const fs::path newer = HONE_ONNX_TESTDATA_1_17;
    return {{"node", installed / "node", 1, 780},
            {"pytorch-converted", installed / "pytorch-converted", 1, 82},
            {"pytorch-operator", installed / "pytorch-operator", 1, 35},
            {"simple", installed / "simple", 1, 1},
            {"node-1.17", newer / "node", 18, 500}};
}

constexpr std::string_view runtimeInstead = "against ONNX Runtime: "; // how such a case's reason begins

enum class Oracle
{
    Vectors,
    Runtime
};

// "group/case: reason" a line; # begins a comment.
std::map<std::string, std::string> leftOut()
{
    std::map<std::string, std::string> reasons;
    std::ifstream file(HONE_SOURCE_DIR "/tests/engine/conformance_left_out.txt");
    for (std::string line; std::getline(file, line);)
        if (const auto colon = line.find(": "); !line.empty() && line[0] != '#' && colon != std::string::npos)
            reasons[line.substr(0, colon)] = line.substr(colon + 2);
    return reasons;
}

Tensor readVector(const fs::path& path)
{
    onnx::TensorProto proto;
    if (!proto.ParseFromString(readFile(path)))
        throw Error(MessageCode::ModelInvalid, {{"path", path.string()}, {"detail", "no tensor"}});
    ExternalData none({}, {});
    return readTensor(proto, none, path.filename().string());
}

// ONNX's vectors hold bfloat16 as the bits of uint16.
Tensor asDeclared(const Tensor& vector, DType declared)
{
    if (declared != DType::BFloat16 || vector.dtype() != DType::UInt16)
        return vector;
    Tensor half(declared, vector.shape());
    std::ranges::copy(vector.bytes(), half.mutableBytes().begin());
    return half;
}

struct Tolerance
{
    double absolute, relative;
};

bool isClose(double ours, double theirs, const Tolerance& tolerance)
{
    if (std::isnan(theirs) || std::isinf(theirs))
        return std::isnan(theirs) ? std::isnan(ours) : ours == theirs;
    return std::abs(ours - theirs) <= tolerance.absolute + tolerance.relative * std::abs(theirs);
}

std::vector<double> numbersOf(const Tensor& tensor)
{
    if (tensor.dtype() == DType::Float64) {
        const auto values = tensor.data<double>();
        return {values.begin(), values.end()};
    }
    const auto values = toFloats(tensor);
    return {values.begin(), values.end()};
}

// Empty where they agree.
std::string difference(const Tensor& ours, const Tensor& theirs)
{
    if (ours.dtype() != theirs.dtype() || ours.shape() != theirs.shape())
        return std::string(name(ours.dtype())) + toText(ours.shape()) + " instead of " + std::string(name(theirs.dtype())) +
               toText(theirs.shape());
    if (ours == theirs)
        return {};
    if (!isFloatingPoint(theirs.dtype()) || elementBits(theirs.dtype()) < 16)
        return "other " + std::string(name(theirs.dtype()));
    const auto a = numbersOf(ours), b = numbersOf(theirs);
    double largest = 1;
    for (const double number : b)
        largest = std::isfinite(number) ? std::max(largest, std::abs(number)) : largest;
    const Tolerance tolerance{absoluteTolerance * largest, theirs.dtype() == DType::BFloat16 ? bfloat16Tolerance : relativeTolerance};
    for (std::size_t i = 0; i < b.size(); ++i)
        if (!isClose(a[i], b[i], tolerance))
            return QString("element %1 is %2 instead of %3").arg(i).arg(a[i]).arg(b[i]).toStdString();
    return {};
}

DType typeOf(const Graph& graph, ValueId id)
{
    return graph.value(id).type.dtype;
}

// Empty where the case passes, else why it doesn't.
std::string runCase(const fs::path& folder, Oracle oracle)
{
    try {
        const Graph graph = readOnnx(folder / "model.onnx");
        GraphModule module(graph);
        for (int set = 0; fs::exists(folder / ("test_data_set_" + std::to_string(set))); ++set) {
            const fs::path data = folder / ("test_data_set_" + std::to_string(set));
            std::vector<Tensor> inputs;
            for (std::size_t i = 0; i < graph.inputs.size(); ++i)
                inputs.push_back(asDeclared(readVector(data / ("input_" + std::to_string(i) + ".pb")), typeOf(graph, graph.inputs[i])));
            const auto outputs = module.forward(inputs);
            const auto theirs = oracle == Oracle::Runtime ? Session(folder / "model.onnx").run(inputs) : std::vector<Tensor>();
            for (std::size_t i = 0; i < outputs.size(); ++i) {
                const auto vector = oracle == Oracle::Runtime ? theirs.at(i)
                                                              : asDeclared(readVector(data / ("output_" + std::to_string(i) + ".pb")),
                                                                           typeOf(graph, graph.outputs[i]));
                if (const auto text = difference(outputs[i], vector); !text.empty())
                    return "output " + std::to_string(i) + ": " + text;
            }
        }
        return {};
    } catch (const std::exception& error) {
        return error.what();
    }
}

std::int64_t opsetOf(const fs::path& folder)
{
    onnx::ModelProto model;
    if (!model.ParseFromString(readFile(folder / "model.onnx")))
        return 0;
    for (const auto& import : model.opset_import())
        if (import.domain().empty() || import.domain() == "ai.onnx")
            return import.version();
    return 0;
}

std::vector<fs::path> casesOf(const Group& group)
{
    std::vector<fs::path> cases;
    for (const auto& entry : fs::directory_iterator(group.folder))
        if (fs::exists(entry.path() / "model.onnx") && (group.lowestOpset <= 1 || opsetOf(entry.path()) >= group.lowestOpset))
            cases.push_back(entry.path());
    std::ranges::sort(cases);
    return cases;
}

} // namespace

class TestConformance : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void everyCaseAgreesWithItsVectors_data();
    void everyCaseAgreesWithItsVectors();
    void everyCaseLeftOutExists();
    void cleanupTestCase();

private:
    std::map<std::string, std::string> m_leftOut;
    std::set<std::string> m_seen;
    std::ostringstream m_counts;
};

void TestConformance::initTestCase()
{
    m_leftOut = leftOut();
    QVERIFY(!m_leftOut.empty());
    fs::remove(HONE_BINARY_DIR "/tests/conformance.txt");
}

void TestConformance::everyCaseAgreesWithItsVectors_data()
{
    QTest::addColumn<int>("index");
    const auto all = groups();
    for (std::size_t i = 0; i < all.size(); ++i)
        QTest::newRow(all[i].name.c_str()) << static_cast<int>(i);
}

void TestConformance::everyCaseAgreesWithItsVectors()
{
    QFETCH(int, index);
    const Group group = groups().at(static_cast<std::size_t>(index));
    if (!fs::exists(group.folder))
        QSKIP(("no ONNX test vectors in '" + group.folder.string() + "'; packaging/setup.sh brings them").c_str());
    const auto cases = casesOf(group);
    std::size_t passed = 0, left = 0;
    std::string wrong;
    std::size_t wrongCount = 0;
    for (const auto& folder : cases) {
        const std::string key = group.name + "/" + folder.filename().string();
        m_seen.insert(key);
        const auto listed = m_leftOut.find(key);
        const bool isContradicted = listed != m_leftOut.end() && listed->second.starts_with(runtimeInstead);
        const bool isLeft = listed != m_leftOut.end() && !isContradicted;
        const std::string why = runCase(folder, isContradicted ? Oracle::Runtime : Oracle::Vectors);
        passed += why.empty() && !isLeft ? 1 : 0;
        left += !why.empty() && isLeft ? 1 : 0;
        if (why.empty() == isLeft) {
            ++wrongCount;
            wrong += "\n" + key + ": " + (isLeft ? "passes, and is listed as left out" : why);
        }
    }
    char line[160];
    std::snprintf(line, sizeof line, "%-18s %4zu cases: %4zu passed, %3zu failed, %3zu left out\n", group.name.c_str(), cases.size(),
                  passed, wrongCount, left);
    m_counts << line;
    std::fputs(wrong.c_str(), stderr); // a message of Qt Test would be cut short
    QCOMPARE(wrongCount, std::size_t{0});
    QVERIFY2(passed >= group.least, line);
}

void TestConformance::everyCaseLeftOutExists()
{
    const auto all = groups();
    for (const auto& [key, reason] : m_leftOut) {
        QVERIFY2(!reason.empty(), key.c_str());
        const auto group = std::ranges::find(all, key.substr(0, key.find('/')), &Group::name);
        QVERIFY2(group != all.end(), key.c_str());
        QVERIFY2(!fs::exists(group->folder) || m_seen.contains(key), key.c_str());
    }
}

void TestConformance::cleanupTestCase()
{
    const std::string counts = "ONNX test vectors through GraphModule\n" + m_counts.str();
    std::fputs(counts.c_str(), stdout);
    std::ofstream(HONE_BINARY_DIR "/tests/conformance.txt") << counts;
}

QTEST_GUILESS_MAIN(TestConformance)
#include "test_conformance.moc"
