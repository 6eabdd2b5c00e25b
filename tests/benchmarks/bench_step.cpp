// SPDX-License-Identifier: GPL-3.0-or-later
// hone_bench_step MODEL [batch=32] [steps=20] [rounds=1] [precision=float32]
// A training step alone (forward, cross-entropy, backward, SGD with Nesterov's momentum) on random inputs that are there already.
// One JSON object a round: pictures a second, and seconds of processor time a step.
#include "autograd/training_module.h"
#include "core/error.h"
#include "core/random.h"
#include "onnx_io/onnx_io.h"
#include "train/scores.h"
#include "train/trainer.h"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

using namespace hone;

namespace
{

double processorSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Wanted
{
    std::string model;
    int batch = 32;
    int steps = 20;
    int rounds = 1;
    Precision precision = Precision::Float32;
};

void measure(const Wanted& wanted)
{
    const Graph graph = readOnnx(wanted.model);
    TrainerSettings settings;
    settings.weightDecay = 5e-4;
    settings.precision = wanted.precision;
    settings.scoresValue = findScores(graph).value;
    std::unique_ptr<Trainer> trainer(trainingFunction<CreateTrainer>(createTrainerSymbol)(graph, settings));

    Dimensions shape = withFreeAs(graph.value(graph.inputs.at(0)).type.shape.value(), wanted.batch);
    shape[0] = wanted.batch;
    Tensor inputs(DType::Float32, shape);
    Random random(1);
    for (float& value : inputs.mutableData<float>())
        value = static_cast<float>(random.normal());
    Answers answers;
    for (int i = 0; i < wanted.batch; ++i)
        answers.labels.push_back(i % 10);

    const auto step = [&] {
        trainer->addGradients(inputs, answers, 1);
        trainer->update(0.001);
    };
    for (int i = 0; i < 3; ++i)
        step();
    for (int round = 0; round < wanted.rounds; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        const double processor = processorSeconds();
        for (int i = 0; i < wanted.steps; ++i)
            step();
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        std::printf("{\"picturesPerSecond\": %.2f, \"processorSecondsPerStep\": %.6f}\n", wanted.batch * wanted.steps / seconds.count(),
                    (processorSeconds() - processor) / wanted.steps);
        std::fflush(stdout);
    }
}

} // namespace

int main(int count, char** arguments)
{
    if (count < 2) {
        std::fprintf(stderr, "usage: hone_bench_step MODEL [batch] [steps] [rounds] [float32|bf16]\n");
        return 2;
    }
    const auto number = [&](int i, int fallback) { return count > i ? std::atoi(arguments[i]) : fallback; };
    Wanted wanted{arguments[1], number(2, 32), number(3, 20), number(4, 1)};
    if (count > 5 && std::string(arguments[5]) == "bf16")
        wanted.precision = Precision::Bf16;
    try {
        measure(wanted);
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
