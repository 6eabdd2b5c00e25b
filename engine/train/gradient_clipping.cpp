// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/gradient_clipping.h"

#include <ATen/ATen.h>

#include <cmath>

namespace hone
{

double clipGradients(const std::vector<at::Tensor>& parameters, double longest)
{
    double squares = 0;
    for (const at::Tensor& parameter : parameters) {
        if (!parameter.grad().defined())
            continue;
        const double norm = at::linalg_vector_norm(parameter.grad()).item<double>();
        squares += norm * norm;
    }
    const double norm = std::sqrt(squares);
    if (!std::isfinite(norm) || norm <= longest)
        return norm;
    for (const at::Tensor& parameter : parameters)
        if (parameter.grad().defined())
            parameter.grad().mul_(longest / norm);
    return norm;
}

} // namespace hone
