// SPDX-License-Identifier: GPL-3.0-or-later
// Which operators can be trained, known without LibTorch. A test holds it against the executors themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hone
{

struct OperatorVersion
{
    std::string domain; // "" is ONNX's own
    std::string opType;
    std::int64_t since = 0; // the opset from which this meaning holds, until the next entry of the same operator

    auto operator<=>(const OperatorVersion&) const = default;
};

// Sorted.
const std::vector<OperatorVersion>& trainableOperators();
// The entry with the highest `since` that is not above the opset.
std::optional<OperatorVersion> findTrainableOperator(std::string_view domain, std::string_view opType, std::int64_t opset);
// "domain.OpType", the domain left out for ONNX's own.
std::string qualifiedName(std::string_view domain, std::string_view opType);

} // namespace hone
