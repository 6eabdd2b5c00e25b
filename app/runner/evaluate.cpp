// SPDX-License-Identifier: GPL-3.0-or-later
#include "arguments.h"
#include "core/file.h"
#include "deploy/bundle.h"
#include "deploy/sample_stream.h"
#include "deploy/smoke_input.h"
#include "failure.h"
#include "preprocess/raw_input.h"
#include "runner_model.h"
#include "scores.h"
#include "verbs.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace hone::runner
{

void evaluate(const Words& words)
{
    const auto arguments = Arguments::parse(words, {"--threads"}, {});
    if (arguments.positional.size() > 1)
        throw Failure(Failure::Kind::Usage, "One stream at a time.");
    const auto bundle = readBundle(besideProgram(bundlefile::bundle));
    if (!bundle.preprocess)
        throw Failure(Failure::Kind::Input, "Nothing says what this model takes.");
    Model model(besideProgram(bundlefile::model), arguments.number("--threads", 1, 1, 256));
    const bool fromFile = !arguments.positional.empty() && arguments.positional.front() != "-";
    std::ifstream file;
    if (fromFile)
        file = openForReading(arguments.positional.front());
    const FrontEnd frontEnd(*bundle.preprocess);
    SampleStreamReader reader(fromFile ? static_cast<std::istream&>(file) : std::cin,
                              fromFile ? arguments.positional.front() : "standard input", frontEnd.preprocess().kind());
    // One sample at a time: however long the stream is, the memory needed is that of one.
    for (std::size_t sample = 0; const auto read = reader.next(); ++sample) {
        const auto scores = scoresOf(model.run({asTaken(inputOf(frontEnd, *read), model.inputs().at(0).dtype)}));
        const auto output = highest(scores);
        const Json json{{"sample", sample}, {"output", output}, {"score", scores[output]}};
        std::cout << json.dump() << "\n" << std::flush;
    }
}

} // namespace hone::runner
