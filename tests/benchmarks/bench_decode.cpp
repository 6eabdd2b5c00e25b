// SPDX-License-Identifier: GPL-3.0-or-later
// Decoding and resizing by the loader, as training's first epoch does it: batches of normalized pictures, nothing computed on them.
//   bench_decode DATA SIZE PICTURES [PIXELS]
// Prints pictures and processor seconds as JSON. With PIXELS, the resized pixels of 64 pictures are written there with their names, for a
// comparison with another program's.
#include "data/loader.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <string>

namespace
{

using namespace hone;

PicturePreprocess preprocessOf(int size)
{
    return {.width = size, .height = size, .mean = {0.485, 0.456, 0.406}, .std = {0.229, 0.224, 0.225}};
}

double processorSeconds()
{
    timespec time = {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

void measure(const Dataset& data, int size, std::size_t pictures)
{
    Pairing pairing;
    pairing.preprocess = preprocessOf(size);
    pairing.outputOfClass.resize(data.classes().size());
    const auto start = std::chrono::steady_clock::now();
    const double before = processorSeconds();
    Loader loader(data, Split::Train, pairing, {.batch = 32, .limit = pictures});
    std::size_t count = 0;
    while (const auto batch = loader.next({}))
        count += batch->indices.size();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::printf("{\"pictures\": %zu, \"seconds\": %.4f, \"processorSeconds\": %.4f}\n", count, seconds.count(),
                processorSeconds() - before);
}

void writePixels(const Dataset& data, int size, const std::string& path)
{
    constexpr std::size_t most = 64;
    const auto all = data.size(Split::Train), count = std::min(all, most);
    std::ofstream pixels(path, std::ios::binary), names(path + ".txt");
    for (std::size_t i = 0; i < count; ++i) {
        const auto picture = data.picture(Split::Train, i * all / count);
        if (!picture)
            continue;
        const auto small = fitted(preprocessOf(size), *picture).pixels;
        pixels.write(reinterpret_cast<const char*>(small.data()), std::streamsize(small.size()));
        names << (data.folder() / data.sampleName(Split::Train, i * all / count)).string() << "\n";
    }
}

} // namespace

int main(int argc, char** argv)
try {
    if (argc < 4) {
        std::fprintf(stderr, "usage: bench_decode DATA SIZE PICTURES [PIXELS]\n");
        return 2;
    }
    const auto data = Dataset::open(argv[1]);
    const int size = std::stoi(argv[2]);
    measure(data, size, std::stoul(argv[3]));
    if (argc > 4)
        writePixels(data, size, argv[4]);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
