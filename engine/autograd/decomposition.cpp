// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/decomposition.h"

#include "autograd/training_module.h"

namespace hone
{

SingularValues singularValues(const Tensor& matrix)
{
    auto* decompose = trainingFunction<void(const Tensor&, SingularValues&)>("honeSingularValues");
    SingularValues result;
    decompose(matrix, result);
    return result;
}

PrincipalAxes principalAxes(const Tensor& samples)
{
    auto* decompose = trainingFunction<void(const Tensor&, PrincipalAxes&)>("honePrincipalAxes");
    PrincipalAxes result;
    decompose(samples, result);
    return result;
}

} // namespace hone
