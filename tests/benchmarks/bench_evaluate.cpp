// SPDX-License-Identifier: GPL-3.0-or-later
// How near evaluating comes to what decoding and inference allow. Measured in one run, several times in turn:
//   decode     every sample decoded and preprocessed by the loader, nothing computed
//   inference  the same batches, already in memory, through ONNX Runtime (the faster of two ways to use the cores)
//   evaluate   both together, as `hone evaluate` does it
// The ratio is evaluate's samples a second times (decode + inference) seconds a sample, from the medians. Decoding and
// inference each use all cores when alone, so that 1 is what a program reaches that wastes nothing.
#include "data/loader.h"
#include "evaluate/batch_run.h"
#include "evaluate/evaluation.h"
#include "onnx_io/onnx_io.h"
#include "runtime/session.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

namespace
{

using namespace hone;

struct Setting
{
    std::filesystem::path model;
    Graph graph;
    Dataset data;
    Split split = Split::Test;
    std::size_t limit = 0;
    int threads = 1;
};

double secondsOf(const auto& work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

std::vector<Batch> decoded(const Setting& setting)
{
    LoaderOptions options;
    options.batch = batchOf(setting.graph);
    options.limit = setting.limit;
    options.threads = setting.threads;
    Loader loader(setting.data, setting.split, pairCompletely(setting.graph, setting.data), options);
    std::vector<Batch> batches;
    while (auto batch = loader.next({}))
        batches.push_back(std::move(*batch));
    return batches;
}

// Each thread takes a batch of its own, or all of them share each batch.
double inferenceSeconds(const Setting& setting, const std::vector<Batch>& batches, int takers, int threadsEach)
{
    Session session(setting.model, {.threads = threadsEach, .optimization = Optimization::All, .profilePrefix = {}});
    session.run({batches.front().inputs});
    return secondsOf([&] {
        std::atomic<std::size_t> next = 0;
        std::vector<std::jthread> threads;
        for (int i = 0; i < takers; ++i)
            threads.emplace_back([&] {
                for (auto at = next++; at < batches.size(); at = next++)
                    session.run({batches[at].inputs});
            });
    });
}

int measure(const Setting& setting, int repeats)
{
    std::vector<double> decode;
    std::vector<double> inference;
    std::vector<double> whole;
    std::size_t samples = 0;
    for (int i = 0; i < repeats; ++i) {
        std::vector<Batch> batches;
        decode.push_back(secondsOf([&] { batches = decoded(setting); }));
        const auto& shape = setting.graph.value(setting.graph.inputs.at(0)).type.shape;
        if (shape && !shape->empty() && shape->front().isFixed() && batches.back().inputs.shape()[0] != shape->front().extent)
            batches.pop_back(); // a short last batch that the model can't take
        inference.push_back(
            std::min(inferenceSeconds(setting, batches, setting.threads, 1), inferenceSeconds(setting, batches, 1, setting.threads)));
        batches.clear();
        EvaluateOptions options{.split = setting.split, .limit = setting.limit, .threads = setting.threads, .latency = false};
        whole.push_back(secondsOf([&] { samples = evaluate(setting.model, &setting.data, options, {}).accuracy->samples; }));
    }
    const auto count = static_cast<double>(samples);
    const double allowed = count / (median(decode) + median(inference));
    const double reached = count / median(whole);
    std::printf("samples %zu, threads %d, medians of %d\n", samples, setting.threads, repeats);
    std::printf("decode alone     %9.1f samples/s\n", count / median(decode));
    std::printf("inference alone  %9.1f samples/s\n", count / median(inference));
    std::printf("allowed          %9.1f samples/s = 1 / (decode + inference)\n", allowed);
    std::printf("evaluate         %9.1f samples/s\n", reached);
    std::printf("ratio            %9.3f (at least 0.9 wanted)\n", reached / allowed);
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 3) {
        std::fprintf(stderr, "usage: hone_bench_evaluate MODEL DATA [LIMIT [REPEATS [THREADS]]]\n");
        return 2;
    }
    try {
        Setting setting{argv[1], readOnnx(argv[1]), Dataset::open(argv[2])};
        setting.limit = argc > 3 ? std::stoul(argv[3]) : 0;
        const int repeats = argc > 4 ? std::max(1, std::stoi(argv[4])) : 5;
        setting.threads = argc > 5 ? std::stoi(argv[5]) : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
        return measure(setting, repeats);
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "%s\n", exception.what());
        return 1;
    }
}
