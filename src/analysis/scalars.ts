import type { LayerTable } from '../record/layers.js';
import { gradientsTable } from '../record/tables/gradients.js';
import { metricsTable } from '../record/tables/metrics.js';
import type { TextTable } from '../record/tables/texts.js';
import type { StudyRun } from './groups.js';

/** A number of an epoch. */
export interface Scalar {
  /** `metrics/<column>`, or of a layer `grad_std/<layer>` and `update_std/<layer>`. */
  readonly tag: string;
  readonly value: number;
}

/** What became known at the end of an epoch. */
export interface EpochScalars {
  readonly epoch: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly scalars: readonly Scalar[];
}

/** What a run's CSV files say. */
export interface RunTables {
  readonly metrics: TextTable;
  readonly layers: LayerTable | undefined;
}

const METRICS = 'metrics';
const GRADIENT = 'grad_std';
const UPDATE = 'update_std';

/** They say which epoch a row is of, and are no curves. */
const PLACES = ['epoch', 'step'];

/** All numbers of a run by epoch, those that a transform of a plug-in reports among them. */
export function scalarsOf(run: StudyRun, { metrics, layers }: RunTables): EpochScalars[] {
  // A study has millions of numbers: each is put where it belongs, and nothing else is made of it.
  const found = new Map<number, Scalar[]>(run.metrics.map(({ epoch }) => [epoch, []]));
  addCurves(found, metrics);
  if (layers !== undefined) addLayers(found, layers);
  const times = endTimes(run);
  return [...found].map(([epoch, scalars], index) => ({ epoch, wallTime: times[index] ?? 0, scalars }));
}

/** What was found so far of the epochs that are wanted. */
type Found = ReadonlyMap<number, Scalar[]>;

function addCurves(found: Found, { columns, rows }: TextTable): void {
  const epoch = columns.indexOf('epoch');
  const curves = [...columns.entries()]
    .filter(([, name]) => !PLACES.includes(name))
    .map(([place, name]) => ({ place, tag: `${METRICS}/${name}` }));
  for (const row of rows) {
    const scalars = found.get(Number(row[epoch]));
    for (const { place, tag } of curves) addNumber(scalars, tag, row[place]);
  }
}

function addLayers(found: Found, { layers, global }: LayerTable): void {
  for (const { layer, gradStd, updateStd } of [...layers, global]) {
    const curves = [
      { tag: `${GRADIENT}/${layer}`, values: gradStd },
      { tag: `${UPDATE}/${layer}`, values: updateStd },
    ];
    for (const { tag, values } of curves)
      for (const [index, value] of values.entries()) found.get(index + 1)?.push({ tag, value });
  }
}

function addNumber(scalars: Scalar[] | undefined, tag: string, text = ''): void {
  const value = Number(text);
  if (text === '' || (Number.isNaN(value) && text !== 'NaN')) return;
  scalars?.push({ tag, value });
}

/**
 * When each epoch ended: the start of the attempt that it was trained in, and the seconds of the epochs since. What a
 * resumed run had trained of an epoch before it was stopped is not counted. Without a manifest it is told from 1970.
 */
function endTimes({ manifest, metrics }: StudyRun): number[] {
  let attempt: number | undefined;
  let time = 0;
  return metrics.map(({ step, epoch_seconds }) => {
    const current = manifest?.attempts.findLastIndex(({ fromStep }) => fromStep < step);
    const startedAt = manifest?.attempts[current ?? -1]?.startedAt ?? manifest?.startedAt;
    if (current !== attempt && startedAt !== undefined) time = Date.parse(startedAt) / 1000;
    attempt = current;
    return (time += epoch_seconds);
  });
}

/** The mean over runs that are added one after another, so that one at a time is in memory. */
export class ScalarMean {
  #runs = 0;
  readonly #epochs = new Map<number, { wallTime: number; sums: Map<string, Sum> }>();

  /** How many were added. */
  get runs(): number {
    return this.#runs;
  }

  add(run: readonly EpochScalars[]): void {
    this.#runs++;
    for (const { epoch, wallTime, scalars } of run) {
      const { sums } = entryOf(this.#epochs, epoch, () => ({ wallTime, sums: new Map<string, Sum>() }));
      for (const { tag, value } of scalars) {
        const sum = entryOf(sums, tag, () => ({ total: 0, count: 0 }));
        sum.total += value;
        sum.count++;
      }
    }
  }

  /** Arithmetic means of what every run has, at the times of the first. */
  epochs(): EpochScalars[] {
    return [...this.#epochs]
      .map(([epoch, { wallTime, sums }]) => {
        const scalars = [...sums].filter(([, { count }]) => count === this.#runs);
        return {
          epoch,
          wallTime,
          scalars: scalars.map(([tag, { total }]) => ({ tag, value: total / this.#runs })),
        };
      })
      .filter(({ scalars }) => scalars.length > 0);
  }
}

interface Sum {
  total: number;
  count: number;
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const there = map.get(key);
  if (there !== undefined) return there;
  const made = make();
  map.set(key, made);
  return made;
}

/** What a tag is, in the words of its column; undefined where nobody said. */
export function describeScalar(tag: string): string | undefined {
  const [group = '', name] = tag.split('/', 2);
  const { fields } = group === METRICS ? metricsTable : gradientsTable;
  const field = fields.find((each) => each.name === (group === METRICS ? name : group));
  if (field === undefined || field.meaning === '') return undefined;
  return field.unit === undefined ? field.meaning : `${field.meaning} Unit: ${field.unit}.`;
}
