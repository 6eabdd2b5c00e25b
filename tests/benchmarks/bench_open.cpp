// SPDX-License-Identifier: GPL-3.0-or-later
// Opens a model, tidies it and costs its layers: what a user waits for until the layer table is full. Prints one JSON line a round.
//   hone_bench_open MODEL [ROUNDS]
#include "graph/cost.h"
#include "onnx_io/onnx_io.h"
#include "tidy/tidy.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

using namespace hone;

namespace
{

double secondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void openOnce(const char* model)
{
    const auto start = std::chrono::steady_clock::now();
    const auto graph = readOnnx(model);
    const auto opened = secondsSince(start);
    const auto tidied = tidy(graph, {}, JobContext());
    const auto tidy = secondsSince(start) - opened;
    const auto table = cost(tidied.graph);
    const auto seconds = secondsSince(start);
    std::printf("{\"seconds\": %.4f, \"open\": %.4f, \"tidy\": %.4f, \"layers\": %zu, \"parameters\": %lld}\n", seconds, opened, tidy,
                table.nodes.size(), static_cast<long long>(table.parameters));
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s MODEL [ROUNDS]\n", argv[0]);
        return 2;
    }
    try {
        for (int round = argc > 2 ? std::atoi(argv[2]) : 1; round > 0; --round)
            openOnce(argv[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
