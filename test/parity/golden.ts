import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { Layout } from '../../src/tensor/layout.js';
import { readSafetensors } from '../../src/train/safetensors.js';
import type { HostTensor } from '../../src/train/safetensors.js';
import { sizeOf } from '../support/values.js';

/** The tensors of one file that `make_golden.py` wrote. */
export interface Golden {
  /** The values of a tensor that must be there. */
  values(name: string): Float32Array;
  /** The single value of a scalar. */
  scalar(name: string): number;
  /** Class ids, the one tensor of whole numbers. */
  labels(): Int32Array;
  /** Tensors whose names start with `<group>/`, by the rest of their names; at least one. */
  group(group: string): Map<string, HostTensor>;
}

export async function loadGolden(name: string): Promise<Golden> {
  const file = fileURLToPath(new URL(`golden/${name}.safetensors`, import.meta.url));
  const tensors = readSafetensors(withoutIntegers(await readFile(file)), file);
  const values = (tensor: string): Float32Array => {
    const found = tensors.get(tensor);
    if (found === undefined) throw new Error(`${file} has no tensor named ${tensor}`);
    return found.data;
  };
  return {
    values,
    scalar: (tensor) => values(tensor)[0] ?? NaN,
    labels: () => new Int32Array(values('labels').slice().buffer),
    group: (group) => {
      const found = [...tensors].filter(([tensor]) => tensor.startsWith(`${group}/`));
      if (found.length === 0) throw new Error(`${file} has no tensors in ${group}/`);
      return new Map(found.map(([tensor, value]) => [tensor.slice(group.length + 1), value]));
    },
  };
}

/** The flat vector of a layout, from tensors of the same names and shapes. */
export function flatten(layout: Layout, tensors: ReadonlyMap<string, HostTensor>): Float32Array {
  const flat = new Float32Array(layout.size);
  for (const [name, view] of layout.views(flat)) {
    const tensor = tensors.get(name);
    const shape = layout.entries.find((entry) => entry.name === name)?.shape;
    if (tensor === undefined || tensor.shape.join() !== shape?.join() || sizeOf(shape) !== view.length) {
      throw new Error(`no golden tensor ${name} of shape [${shape?.join(', ') ?? ''}]`);
    }
    view.set(tensor.data);
  }
  return flat;
}

/** Declares integers as floats of as many bytes, since the project's reader takes floats alone; the bits stay. */
function withoutIntegers(bytes: Buffer): Uint8Array {
  const end = 8 + Number(bytes.readBigUInt64LE());
  const header = bytes.toString('latin1', 8, end).replaceAll('"I32"', '"F32"');
  return Uint8Array.from(
    Buffer.concat([bytes.subarray(0, 8), Buffer.from(header, 'latin1'), bytes.subarray(end)]),
  );
}
