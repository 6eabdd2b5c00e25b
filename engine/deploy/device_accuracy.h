// SPDX-License-Identifier: GPL-3.0-or-later
// A dataset's test split through the model on the device and through the same model here, sample by sample.
#pragma once

#include "data/pairing.h"
#include "deploy/device_runner.h"
#include "deploy/laptop_answers.h"

namespace hone
{

struct DeviceAccuracy
{
    std::size_t samples = 0;
    double top1 = 0;
    double agreement = 0; // share of samples with this machine's answer
};

struct AccuracyRequest
{
    const Dataset& dataset;
    const Pairing& pairing;
    std::size_t samples = 0; // of the test split, spread evenly; 0: all
    int threads = 1;
};

// Throws Cancelled, what DeviceRunner::evaluate throws, and Error(PicturesUnreadable) once more than 1 % (at least 5) can't be read.
DeviceAccuracy measureAccuracy(DeviceRunner& device, LaptopAnswers& laptop, const AccuracyRequest& request, const JobContext& job);

} // namespace hone
