import { GLOBAL_LAYER } from '../train/global-layer.js';
import { gradientsTable } from './tables/gradients.js';
import { CsvText } from './tables/read.js';

/** The spread of the gradients and updates of a run: a curve for each layer. */
export interface LayerTable {
  /** In model order. */
  readonly layers: readonly LayerCurves[];
  /** Of all together. */
  readonly global: LayerCurves;
}

export interface LayerCurves {
  readonly layer: string;
  readonly elements: number;
  /** Standard deviations by epoch, from the first. */
  readonly gradStd: readonly number[];
  readonly updateStd: readonly number[];
}

/**
 * Reads the curves of a gradients.csv. A torn last line is passed over, and so is a last epoch of which layers are missing.
 * @returns undefined when there is no such file, or no whole epoch in it
 * @throws UserError `io` naming the file, line and column when it is not a gradients.csv
 */
export async function readLayerTable(file: string): Promise<LayerTable | undefined> {
  const csv = await CsvText.open(file, gradientsTable);
  if (csv === undefined) return undefined;
  const rows = rowsOf(csv);
  const curves = rows.firstEpoch();
  const global = curves.at(-1);
  if (global?.layer !== GLOBAL_LAYER) return undefined;
  while (rows.nextEpoch(curves));
  const epochs = global.gradStd.length;
  for (const { gradStd, updateStd } of curves) gradStd.length = updateStd.length = epochs;
  return { layers: curves.slice(0, -1), global };
}

interface GrowingCurves extends LayerCurves {
  readonly gradStd: number[];
  readonly updateStd: number[];
}

/** The rows of a gradients.csv, of which every epoch has the same layers in the same order. */
function rowsOf(csv: CsvText) {
  const { shape } = gradientsTable;
  const [expectEpoch, expectLayer] = [csv.expecting('epoch'), csv.expecting('layer')];
  const layerOf = csv.column('layer', shape.layer);
  const elementsOf = csv.column('elements', shape.elements);
  const gradStdOf = csv.column('grad_std', shape.grad_std);
  const updateStdOf = csv.column('update_std', shape.update_std);
  let epoch = 1;
  return {
    /** Up to the row of all layers together; where that is missing, to the end. */
    firstEpoch(): GrowingCurves[] {
      const curves: GrowingCurves[] = [];
      while (curves.at(-1)?.layer !== GLOBAL_LAYER && csv.next()) {
        expectEpoch('1');
        curves.push({
          ...{ layer: layerOf(), elements: elementsOf() },
          ...{ gradStd: [gradStdOf()], updateStd: [updateStdOf()] },
        });
      }
      return curves;
    },
    /** @returns whether there was a row for each layer */
    nextEpoch(curves: readonly GrowingCurves[]): boolean {
      const expected = String(++epoch);
      return curves.every(({ layer, gradStd, updateStd }) => {
        if (!csv.next()) return false;
        expectEpoch(expected);
        expectLayer(layer);
        gradStd.push(gradStdOf());
        updateStd.push(updateStdOf());
        return true;
      });
    },
  };
}
