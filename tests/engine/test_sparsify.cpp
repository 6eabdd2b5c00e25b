// SPDX-License-Identifier: GPL-3.0-or-later
// Weights set to zero, and kept there; channels pulled to zero before they are pruned.
#include "autograd/parameters.h"
#include "autograd/training_module.h"
#include "bars_data.h"
#include "prune/sparsify.h"
#include "prune/sparsity_groups.h"
#include "pruning_net.h"
#include "train/trainer.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <memory>

using namespace hone;
using namespace hone::testing;

namespace
{

std::int64_t zerosOf(const Tensor& tensor)
{
    const auto values = tensor.data<float>();
    return std::ranges::count(values, 0.0F);
}

Graph twoLayers(Tensor first, Tensor second)
{
    PruningNet net;
    net.input("x", {-1, first.shape()[1]});
    net.constant("w1", std::move(first));
    net.constant("w2", std::move(second));
    net.op("Gemm", "one", {"x", "w1"}, {{"transB", std::int64_t{1}}});
    net.op("MatMul", "two", {"one", "w2"});
    net.output("two");
    return net.graph();
}

std::vector<float> valuesOf(const Graph& graph, const std::string& name)
{
    const Tensor tensor = initializer(graph, name);
    const auto values = tensor.data<float>();
    return {values.begin(), values.end()};
}

} // namespace

class TestSparsify : public QObject
{
    Q_OBJECT

private slots:
    void theSmallestOfAllLayersGo()
    {
        const Graph graph = twoLayers(Tensor::of<float>({2, 2}, {1, -2, 3, -4}), Tensor::of<float>({2, 2}, {0.1F, -5, 6, 0.2F}));
        const auto result = sparsify(graph, {.sparsity = 0.5});
        // Magnitudes 0.1, 0.2, 1 and 2 are the smaller half.
        QCOMPARE(valuesOf(result.graph, "w1"), (std::vector<float>{0, 0, 3, -4}));
        QCOMPARE(valuesOf(result.graph, "w2"), (std::vector<float>{0, -5, 6, 0}));
        QCOMPARE(result.layers.size(), std::size_t{2});
        QCOMPARE(result.layers[0].name, std::string("one"));
        QCOMPARE(result.layers[1].zerosAfter, std::int64_t{2});
        QCOMPARE(valuesOf(graph, "w1"), (std::vector<float>{1, -2, 3, -4})); // the step changes no input
    }

    void eachLayerLosesItsShare()
    {
        const Graph graph = twoLayers(Tensor::of<float>({2, 2}, {1, -2, 3, -4}), Tensor::of<float>({2, 2}, {10, -50, 60, 20}));
        const auto result = sparsify(graph, {.sparsity = 0.25, .scope = SparsityScope::Layer});
        QCOMPARE(valuesOf(result.graph, "w1"), (std::vector<float>{0, -2, 3, -4}));
        QCOMPARE(valuesOf(result.graph, "w2"), (std::vector<float>{0, -50, 60, 20}));
    }

    void ofEqualWeightsTheFirstGo()
    {
        const auto result =
            sparsify(twoLayers(Tensor::of<float>({2, 2}, {1, 1, 1, 1}), Tensor::of<float>({2, 2}, {1, 1, 1, 1})), {.sparsity = 0.5});
        QCOMPARE(valuesOf(result.graph, "w1"), (std::vector<float>{0, 0, 0, 0}));
        QCOMPARE(valuesOf(result.graph, "w2"), (std::vector<float>{1, 1, 1, 1}));
    }

    // 2:4 runs along what a layer sums over: rows of Gemm's transposed weight, columns of MatMul's.
    void twoOfFourStayAlongTheInputs()
    {
        const Graph graph = twoLayers(Tensor::of<float>({4, 4}, {1, 2, 3, 4, 8, 7, 6, 5, -1, 9, -9, 1, 0, 0, 0, 1}),
                                      Tensor::of<float>({4, 2}, {1, 4, 2, 3, 3, 2, 4, 1}));
        const auto result = sparsify(graph, {.pattern = SparsityPattern::TwoOfFour});
        QCOMPARE(valuesOf(result.graph, "w1"), (std::vector<float>{0, 0, 3, 4, 8, 7, 0, 0, 0, 9, -9, 0, 0, 0, 0, 1}));
        QCOMPARE(valuesOf(result.graph, "w2"), (std::vector<float>{0, 4, 0, 3, 3, 0, 4, 0}));
    }

    void aConvolutionsPatternHoldsAtEveryPlaceOfItsWindow()
    {
        PruningNet net;
        net.input("x", {-1, 8, 6, 6});
        net.conv("conv", "x", {.from = 8, .to = 3});
        net.output("conv");
        const auto result = sparsify(net.graph(), {.pattern = SparsityPattern::TwoOfFour});
        const auto before = valuesOf(net.graph(), "conv.w");
        const auto after = valuesOf(result.graph, "conv.w");
        for (std::size_t o = 0; o < 3; ++o)
            for (std::size_t first : {0u, 4u})
                for (std::size_t place = 0; place < 9; ++place) {
                    std::vector<float> was, is;
                    for (std::size_t k = first; k < first + 4; ++k) {
                        was.push_back(std::abs(before[(o * 8 + k) * 9 + place]));
                        is.push_back(std::abs(after[(o * 8 + k) * 9 + place]));
                    }
                    std::ranges::sort(was);
                    std::ranges::sort(is);
                    QCOMPARE(is, (std::vector<float>{0, 0, was[2], was[3]}));
                }
        QCOMPARE(valuesOf(result.graph, "conv.b"), valuesOf(net.graph(), "conv.b"));
    }

    void layersThatAPatternDoesNotDivideAreLeft()
    {
        PruningNet net;
        net.input("x", {-1, 3, 6, 6});
        net.conv("first", "x", {.from = 3, .to = 8});
        net.conv("depthwise", "first", {.from = 8, .to = 8, .groups = 8});
        net.conv("last", "depthwise", {.from = 8, .to = 2, .kernel = 1});
        net.output("last");
        const auto result = sparsify(net.graph(), {.pattern = SparsityPattern::TwoOfFour});
        QCOMPARE(result.layers.size(), std::size_t{1});
        QCOMPARE(result.layers[0].name, std::string("last"));
        QCOMPARE(result.left.size(), std::size_t{2});
        QCOMPARE(result.left[0].reason, std::string("its 3 input channels can't be divided by 4"));
        QCOMPARE(valuesOf(result.graph, "first.w"), valuesOf(net.graph(), "first.w"));
    }

    void nothingToDoIsTold()
    {
        PruningNet net;
        net.input("x", {-1, 3, 6, 6});
        net.op("Relu", "relu", {"x"});
        net.output("relu");
        QCOMPARE(codeOf([&] { sparsify(net.graph(), {}); }), MessageCode::NothingToSparsify);
        PruningNet odd;
        odd.input("x", {-1, 3, 6, 6});
        odd.conv("only", "x", {.from = 3, .to = 8});
        odd.output("only");
        QCOMPARE(codeOf([&] { sparsify(odd.graph(), {.pattern = SparsityPattern::TwoOfFour}); }), MessageCode::NothingToSparsify);
        for (const double sparsity : {0.0, 1.0, -0.5, std::nan("")})
            QCOMPARE(codeOf([&] { sparsify(odd.graph(), {.sparsity = sparsity}); }), MessageCode::BadOption);
    }

    void zerosStayThroughFineTuning()
    {
        QTemporaryDir folder;
        const Dataset bars = drawBars(folder.path().toStdString());
        const auto sparse = sparsify(smallNetwork(classCount), {.sparsity = 0.8});
        TrainOptions options = fewEpochs();
        options.epochs = 2;
        options.emaDecay = 0.9;
        const auto result = train({.graph = sparse.graph, .dataset = bars, .options = options, .zeros = Zeros::Stay}, {});
        QVERIFY(result.epochs.back().trainLoss < result.epochs.front().trainLoss);
        std::int64_t zeros = 0, weights = 0, changed = 0;
        for (const auto& layer : sparse.layers) {
            const std::string name = layer.name + ".weight";
            const auto before = valuesOf(sparse.graph, name), after = valuesOf(result.graph, name);
            for (std::size_t i = 0; i < before.size(); ++i) {
                QVERIFY(before[i] != 0 || after[i] == 0);
                changed += before[i] != after[i] ? 1 : 0;
            }
            zeros += layer.zerosAfter;
            weights += layer.weights;
        }
        QCOMPARE(zeros, std::llround(0.8 * static_cast<double>(weights)));
        QVERIFY(changed > (weights - zeros) / 2);
        // Where they may learn they do.
        const auto free = train({.graph = sparse.graph, .dataset = bars, .options = options}, {});
        QVERIFY(zerosOf(initializer(free.graph, "conv1.weight")) < sparse.layers.front().zerosAfter);
    }

    // One proximal step at rate 0.1 and strength 0.5 on channels of three numbers, worked out in Python:
    // w_c max(0, 1 - 0.05 sqrt(3) / |w_c|).
    void aGroupsChannelsShrinkTogether()
    {
        Chain chain(13, {Dim::free("N"), Dim::fixed(2), Dim::fixed(1), Dim::fixed(1)});
        const ValueId w = chain.constant("w", Tensor::of<float>({2, 2, 1, 1}, {-0.2F, 0.5F, 0.1F, -0.3F}));
        const ValueId b = chain.constant("b", Tensor::of<float>({2}, {0, -0.4F}));
        chain.then("Conv", {w, b}).then("Flatten");
        const Graph graph = chain.finish();
        TrainerSettings settings;
        settings.momentum = 0;
        settings.threads = 1;
        settings.loss = Loss::None;
        settings.scoresValue = graph.outputs[0];
        settings.distillation = {.weight = 1};
        settings.distillation.values = {{.value = graph.outputs[0], .comparison = Comparison::MeanSquared, .factor = 0}};
        settings.penalty = 0.5;
        settings.penaltyGroups = {{2, {{w, 0, {0, 1}}, {b, 0, {0, 1}}}}};
        const std::unique_ptr<Trainer> trainer(trainingFunction<CreateTrainer>(createTrainerSymbol)(graph, settings));
        Answers answers{.labels = {0}, .others = {}};
        answers.teacherValues = {Tensor::of<float>({1, 2}, {1, 1})};
        trainer->addGradients(Tensor::of<float>({1, 2, 1, 1}, {1, 1}), answers, 1);
        QVERIFY(trainer->update(0.1));
        const auto weights = trainer->weights(Weights::Trained);
        const std::vector<double> wanted = {-0.167836621, 0.419591546, 0.0830158517, -0.249047548};
        for (std::size_t i = 0; i < wanted.size(); ++i)
            QVERIFY(std::abs(weights.at("w").data<float>()[i] - wanted[i]) < 1e-6);
        QVERIFY(std::abs(weights.at("b").data<float>()[1] + 0.332063407) < 1e-6);
        trainer->addGradients(Tensor::of<float>({1, 2, 1, 1}, {1, 1}), answers, 1);
        QVERIFY(trainer->update(100)); // far enough for all to be gone
        QCOMPARE(zerosOf(trainer->weights(Weights::Trained).at("w")), std::int64_t{4});
    }

    void groupsAreAllThatAChannelTouches()
    {
        PruningNet net;
        net.input("x", {-1, 3, 6, 6});
        net.conv("a", "x", {.from = 3, .to = 4});
        net.batchNorm("bn", "a", 4);
        net.op("Relu", "relu", {"bn"});
        net.head("relu", 4);
        const auto groups = sparsityGroups(net.graph());
        QCOMPARE(groups.size(), std::size_t{1});
        QCOMPARE(groups[0].channels, std::int64_t{4});
        std::map<std::string, int> axisOf;
        for (const auto& part : groups[0].parts) {
            axisOf[net.graph().value(part.value).name] = part.axis;
            QCOMPARE(part.channelOf, (std::vector<std::int64_t>{0, 1, 2, 3}));
        }
        for (const auto& [name, axis] : std::map<std::string, int>{{"a.w", 0}, {"a.b", 0}, {"bn.scale", 0}, {"bn.bias", 0}, {"fc.w", 1}}) {
            QVERIFY2(axisOf.contains(name), name.c_str());
            QCOMPARE(axisOf[name], axis);
        }
    }

    void trainingPullsWholeChannelsToZero()
    {
        QTemporaryDir folder;
        const Dataset bars = drawBars(folder.path().toStdString());
        TrainOptions options = fewEpochs();
        options.epochs = 10;
        options.keepBest = false;
        const auto silent = [&](double strength) {
            const GroupPenalty penalty{strength, [](const Graph& graph) { return sparsityGroups(graph); }};
            const auto result = train({.graph = plainNetwork(), .dataset = bars, .options = options, .penalty = penalty}, {});
            const auto groups = sparsityGroups(result.graph);
            int count = 0;
            for (const auto& group : groups)
                for (std::int64_t channel = 0; channel < group.channels; ++channel)
                    count += isSilent(result.graph, group, channel) ? 1 : 0;
            return std::pair(count, result.epochs.back().validationTop1);
        };
        QCOMPARE(silent(0).first, 0);
        const auto [count, accuracy] = silent(0.05);
        QVERIFY2(count > 0 && count < 8 && accuracy > 0.9, qPrintable(QString("%1 silent, accuracy %2").arg(count).arg(accuracy)));
    }

private:
    static bool isSilent(const Graph& graph, const PenaltyGroup& group, std::int64_t channel)
    {
        const auto roles = findParameters(graph);
        for (const auto& part : group.parts) {
            const auto role = roles.find(part.value);
            if (role == roles.end() || role->second == ParameterRole::Statistic)
                continue;
            const Tensor& tensor = graph.value(part.value).constant;
            const auto values = tensor.data<float>();
            std::int64_t inner = 1;
            for (std::size_t axis = static_cast<std::size_t>(part.axis) + 1; axis < tensor.rank(); ++axis)
                inner *= tensor.shape()[axis];
            const auto extent = static_cast<std::int64_t>(part.channelOf.size());
            for (std::int64_t i = 0; i < tensor.size(); ++i)
                if (part.channelOf[static_cast<std::size_t>(i / inner % extent)] == channel && values[static_cast<std::size_t>(i)] != 0)
                    return false;
        }
        return true;
    }
};

QTEST_GUILESS_MAIN(TestSparsify)
#include "test_sparsify.moc"
