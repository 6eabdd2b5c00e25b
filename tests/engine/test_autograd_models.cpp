// SPDX-License-Identifier: GPL-3.0-or-later
// GraphModule on whole models, held against ONNX Runtime.
#include "autograd/graph_module.h"
#include "core/random.h"
#include "engine/shared_models.h"
#include "onnx_io/onnx_io.h"
#include "runtime/session.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <filesystem>

using namespace hone;

namespace
{

// Largest |a - b| over largest |b|.
double relativeError(const Tensor& a, const Tensor& b)
{
    const auto x = toFloats(a);
    const auto y = toFloats(b);
    double difference = 0;
    double scale = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        difference = std::max(difference, static_cast<double>(std::abs(x.at(i) - y[i])));
        scale = std::max(scale, static_cast<double>(std::abs(y[i])));
    }
    return difference / scale;
}

std::vector<Tensor> randomInputs(const Graph& graph, std::int64_t batch)
{
    std::vector<Tensor> inputs;
    for (const ValueId id : graph.inputs) {
        Tensor tensor(DType::Float32, withFreeAs(*graph.value(id).type.shape, batch));
        Random random(7);
        for (float& value : tensor.mutableData<float>())
            value = static_cast<float>(random.normal());
        inputs.push_back(tensor);
    }
    return inputs;
}

} // namespace

class TestAutogradModels : public QObject
{
    Q_OBJECT

private slots:
    void outputsEqualOnnxRuntimes_data();
    void outputsEqualOnnxRuntimes();
    void initializersComeBackUnderTheirNames();
};

void TestAutogradModels::outputsEqualOnnxRuntimes_data()
{
    hone::test::addSharedModelRows();
}

void TestAutogradModels::outputsEqualOnnxRuntimes()
{
    QFETCH(QString, file);
    HONE_NEEDS_SHARED_MODEL(file.toStdString());
    const Graph graph = readOnnx(file.toStdString());
    QCOMPARE(unsupportedOperators(graph), std::vector<std::string>{});
    GraphModule module(graph);
    Session session(file.toStdString());
    const auto inputs = randomInputs(graph, 3);
    const auto ours = module.forward(inputs);
    const auto theirs = session.run(inputs);
    QCOMPARE(ours.size(), theirs.size());
    for (std::size_t i = 0; i < ours.size(); ++i) {
        QCOMPARE(ours[i].shape(), theirs[i].shape());
        QVERIFY2(relativeError(ours[i], theirs[i]) <= 1e-4, qPrintable(QString::number(relativeError(ours[i], theirs[i]))));
    }
}

void TestAutogradModels::initializersComeBackUnderTheirNames()
{
    const auto path = hone::test::sharedModel("resnet20_cifar10.onnx");
    HONE_NEEDS_SHARED_MODEL(path);
    const Graph graph = readOnnx(path);
    const Graph back = GraphModule(graph).graph();
    QCOMPARE(serializeOnnx(back), serializeOnnx(graph));
}

QTEST_GUILESS_MAIN(TestAutogradModels)
#include "test_autograd_models.moc"
