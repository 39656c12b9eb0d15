import { gradientsTable } from './tables/gradients.js';
import { readTable } from './tables/read.js';

/** Spread of the gradients and updates of a run: a curve for each layer. */
export interface LayerTable {
  /** In model order; `global` is the last. */
  readonly layers: readonly LayerCurves[];
}

export interface LayerCurves {
  /** Name of the tensor, or `global`. */
  readonly layer: string;
  readonly elements: number;
  /** Standard deviations by epoch, from the first. */
  readonly gradStd: Float64Array;
  readonly updateStd: Float64Array;
}

/**
 * Reads a gradients.csv. A torn last line is passed over, and so is an epoch of which layers are missing.
 * @returns undefined when there is no such file, or no whole epoch in it
 * @throws UserError `io` naming the file, line and column when it is not a gradients.csv
 */
export async function readLayerTable(file: string): Promise<LayerTable | undefined> {
  const rows = await readTable(file, gradientsTable);
  const first = rows.filter(({ epoch }) => epoch === 1);
  const epochs = Math.floor(rows.length / first.length);
  if (!(epochs > 0)) return undefined;
  const curve = (layer: string, column: 'grad_std' | 'update_std'): Float64Array =>
    Float64Array.from(
      rows
        .filter((row) => row.layer === layer)
        .slice(0, epochs)
        .map((row) => row[column]),
    );
  return {
    layers: first.map(({ layer, elements }) => ({
      layer,
      elements,
      gradStd: curve(layer, 'grad_std'),
      updateStd: curve(layer, 'update_std'),
    })),
  };
}
