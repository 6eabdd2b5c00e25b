// SPDX-License-Identifier: GPL-3.0-or-later
// A camera: lens, sensor, colour and compression between the light and the picture file. Internal to this room.
#pragma once

#include "data/road_signs.h"
#include "data/sign_scene.h"
#include "preprocess/preprocess.h"

namespace hone
{

// Lengths in pixels of the picture, brightness from 0 to 1. Low and high of what one picture draws.
struct CameraTraits
{
    struct Range
    {
        double low = 0, high = 0;
    };
    Range defocus; // standard deviation of the blur
    Range motion;  // length of a straight smear
    double motionChance = 0;
    Range exposure;
    Range gamma;
    Range redGain, blueGain; // against green
    Range noise;             // standard deviation
    double chromaNoise = 0;  // share of it that differs between the colours
    Range vignette;          // darkening at the corners
    Range quantization;      // step of the compression's tables, 0: none
};

CameraTraits cameraTraits(SampleCondition condition);

// scene: a multiple of `side` pixels a side.
Picture photograph(const SceneImage& scene, int side, const CameraTraits& camera, Random& random);

} // namespace hone
