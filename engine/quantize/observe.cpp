// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/observe.h"

#include "data/pairing.h"
#include "evaluate/batch_run.h"
#include "layerwise/activations.h"

namespace hone
{

void observeValues(const Graph& prepared, const std::vector<ValueId>& values, const Dataset& dataset, const CalibrationOptions& options,
                   const JobContext& job, const SeeValues& see)
{
    Activations activations(prepared, values, options.threads);
    const auto loading = calibrationLoading(prepared, options);
    Loader loader(dataset, splitToCalibrateOn(dataset), pairForInput(prepared, dataset), loading);
    while (const auto batch = loader.next(job)) {
        job.checkStop();
        const auto inputs = isBatchFixed(prepared) ? padded(batch->inputs, loading.batch) : batch->inputs;
        see(activations.run(inputs), batch->indices.size());
    }
}

} // namespace hone
