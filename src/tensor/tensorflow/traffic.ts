import type { Tensor, Traffic } from '../engine.js';
import type { NativeBackend } from './native-backend.js';

/** Every element of a tensor takes four bytes; one of int32 may hold two numbers of bfloat16. */
const BYTES = 4;

/** Counts the operations that some work asks of TensorFlow's library, and what they move. */
export async function trafficOf(backend: NativeBackend, work: () => Promise<unknown>): Promise<Traffic> {
  const executeSingleOutput = backend.executeSingleOutput.bind(backend);
  const executeMultipleOutputs = backend.executeMultipleOutputs.bind(backend);
  let operations = 0;
  let bytes = 0;
  const count = (inputs: readonly Tensor[], outputs: readonly Tensor[]) => {
    operations++;
    for (const { size } of new Set([...inputs, ...outputs])) bytes += BYTES * size;
  };
  backend.executeSingleOutput = (name, attributes, inputs) => {
    const output = executeSingleOutput(name, attributes, inputs);
    count(inputs, [output]);
    return output;
  };
  backend.executeMultipleOutputs = (name, attributes, inputs, wanted) => {
    const outputs = executeMultipleOutputs(name, attributes, inputs, wanted);
    count(inputs, outputs);
    return outputs;
  };
  try {
    await work();
  } finally {
    Object.assign(backend, { executeSingleOutput, executeMultipleOutputs });
  }
  return { operations, bytes };
}
