// SPDX-License-Identifier: GPL-3.0-or-later
// Model-local functions (ONNX's FunctionProto) are written out where they are called, so that nobody else needs to know of them.
#pragma once

namespace onnx
{
class ModelProto;
}

namespace hone
{

// Every node that calls one of the model's functions, at any depth of sub-graphs and of other functions, becomes that
// function's nodes: attributes that refer to the call's get its values, else the function's defaults, else they go; omitted optional
// inputs stay omitted; names are made unique. The model then holds no functions, and imports the opsets that they did.
// Throws Error(ModelInvalid) where a function calls itself or reads what nothing makes, Error(ModelTooLarge) where written out
// it would be absurdly large.
void inlineFunctions(onnx::ModelProto& model);

} // namespace hone
