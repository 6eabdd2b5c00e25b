// SPDX-License-Identifier: GPL-3.0-or-later
// bundle.json: what the runner must know of the model beside it.
#pragma once

#include "core/json.h"
#include "preprocess/preprocess.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

// The names of a release's files.
namespace bundlefile
{
constexpr auto model = "model.onnx";
constexpr auto bundle = "bundle.json";
constexpr auto labels = "labels.txt";
constexpr auto runner = "hone-runner";
constexpr auto runtime = "libonnxruntime.so.1";
} // namespace bundlefile

struct Bundle
{
    static constexpr int schema = 1;

    std::optional<Preprocess> preprocess;     // none: nothing says what the model takes
    std::vector<std::string> labels;          // by output index; as many as the model has scores, or none
    std::map<std::string, std::string> files; // name -> sha256; bundle.json itself left out
};

Json toJson(const Bundle& bundle);
// Throws Error(DataConfigInvalid) with `source` as its path.
Bundle bundleFromJson(const Json& json, const std::string& source);
// Throws Error(FileNotFound, FileUnreadable, DataConfigInvalid).
Bundle readBundle(const std::string& path);

} // namespace hone
