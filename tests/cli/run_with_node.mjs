// SPDX-License-Identifier: GPL-3.0-or-later
// Runs an ONNX file in another program than Hone: Node with the package onnxruntime-node.
//   node run_with_node.mjs MODEL.onnx [...]
// Prints for each model a line of JSON: its outputs' names, shapes and first values for an input whose values rise evenly
// from 0 to 1, free extents 1. Exit codes: 0 ran, 1 refused, 77 the package isn't found (through NODE_PATH or beside this file).
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";

function loadRuntime() {
  const places = (process.env.NODE_PATH ?? "").split(delimiter).filter(Boolean).map((folder) => join(folder, "any.js"));
  for (const place of [import.meta.url, ...places]) {
    try {
      return createRequire(place)("onnxruntime-node");
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  console.error("onnxruntime-node is not here: set NODE_PATH to the folder that holds it");
  process.exit(77);
}

const runtime = loadRuntime();
const models = process.argv.slice(2);
if (models.length === 0) {
  console.error("usage: node run_with_node.mjs MODEL.onnx [...]");
  process.exit(2);
}

function madeUpInput(facts) {
  const shape = facts.shape.map((extent) => (typeof extent === "number" && extent > 0 ? extent : 1));
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size }, (_, i) => i / size);
  return new runtime.Tensor("float32", data, shape);
}

let failed = false;
for (const model of models) {
  try {
    const session = await runtime.InferenceSession.create(model, { intraOpNumThreads: 1 });
    const feeds = Object.fromEntries(session.inputMetadata.map((facts) => [facts.name, madeUpInput(facts)]));
    const results = await session.run(feeds);
    const outputs = Object.entries(results).map(([name, tensor]) => ({
      name,
      shape: tensor.dims,
      first: Array.from(tensor.data.slice(0, 10)),
      finite: Array.from(tensor.data).every(Number.isFinite),
    }));
    failed ||= outputs.some((output) => !output.finite);
    console.log(JSON.stringify({ model, outputs }));
  } catch (error) {
    failed = true;
    console.error(`${model}: ${error.message}`);
  }
}
process.exit(failed ? 1 : 0);
