import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { compareTables, type TableComparison } from '../../src/record/tables/differences.js';
import { metricsTable } from '../../src/record/tables/metrics.js';
import { stepsTable } from '../../src/record/tables/steps.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-differences-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const STEPS = 'epoch,step,loss,learning_rate,grad_global_std,autoscale_alpha';
const rows = ['1,1,4,0.1,2,', '1,2,5,0.1,2,', '1,3,8,0.1,2,'];

async function compare(
  original: readonly string[] | undefined,
  here: readonly string[] | undefined,
  {
    isWhole = true,
    table = stepsTable,
  }: { isWhole?: boolean; table?: typeof stepsTable | typeof metricsTable } = {},
): Promise<TableComparison> {
  const files = { original: path.join(folder, 'original.csv'), here: path.join(folder, 'here.csv') };
  if (original !== undefined) await writeFile(files.original, `${original.join('\n')}\n`);
  if (here !== undefined) await writeFile(files.here, `${here.join('\n')}\n`);
  return await compareTables(table, { ...files, isWhole });
}

describe('the comparison of a CSV file of two runs', () => {
  it('finds equal bytes the same', async () => {
    expect(await compare([STEPS, ...rows], [STEPS, ...rows])).toEqual({
      ...{ file: 'steps.csv', rows: 3, rowsOfOriginal: 3, rowsHere: 3, uncompared: [] },
      ...{ first: undefined, largest: undefined, isSame: true },
    });
  });

  it('names the first difference and the largest, by the larger of both values', async () => {
    // |4 − 5| / 5 = 0.2 comes first, |8 − 2| / 8 = 0.75 is the largest, |0.1 − 0.2| / 0.2 = 0.5 lies between.
    const here = ['1,1,5,0.1,2,', '1,2,5,0.2,2,', '1,3,2,0.1,2,'];
    const { first, largest, isSame } = await compare([STEPS, ...rows], [STEPS, ...here]);
    expect(first).toEqual({ line: 2, column: 'loss', original: '4', here: '5', relative: 0.2 });
    expect(largest).toEqual({ line: 4, column: 'loss', original: '8', here: '2', relative: 0.75 });
    expect(isSame).toBe(false);
  });

  it('takes other signs for 2 at most, and another spelling for no difference of value', async () => {
    const here = ['1,1,-4,0.1,2.0,', ...rows.slice(1)];
    const { first, largest } = await compare([STEPS, ...rows], [STEPS, ...here]);
    expect(first).toMatchObject({ column: 'loss', relative: 2 });
    expect(largest).toBe(first);
    const spelling = await compare([STEPS, ...rows], [STEPS, '1,1,4.0,0.1,2,', ...rows.slice(1)]);
    expect(spelling).toMatchObject({ first: { here: '4.0', relative: 0 }, isSame: false });
  });

  it('takes what is no number for the largest difference of all', async () => {
    const here = ['1,1,-4,0.1,2,1', '1,2,NaN,0.1,2,', rows[2] ?? ''];
    const { largest } = await compare([STEPS, ...rows], [STEPS, ...here]);
    expect(largest).toEqual({
      ...{ line: 2, column: 'autoscale_alpha', original: '', here: '1', relative: undefined },
    });
  });

  it('leaves out what is measured', async () => {
    const header = metricsTable.columns.filter((_, index) => index < 13).join(',');
    const row = (seconds: number): string => `1,10,0.1,4,0.5,4,0.5,1,1,,,${seconds},${1000 / seconds}`;
    const found = await compare([header, row(2)], [header, row(3)], { table: metricsTable });
    expect(found).toMatchObject({ rows: 1, uncompared: [], isSame: true });
  });

  it('finds a row too few or too many', async () => {
    const [two, three] = [
      [STEPS, ...rows.slice(0, 2)],
      [STEPS, ...rows],
    ];
    expect(await compare(three, two)).toMatchObject({
      rows: 2,
      rowsOfOriginal: 3,
      rowsHere: 2,
      isSame: false,
    });
    expect(await compare(two, three)).toMatchObject({
      rows: 2,
      rowsOfOriginal: 2,
      rowsHere: 3,
      isSame: false,
    });
  });

  it('lets what is not whole have fewer rows, but none more', async () => {
    const [two, three] = [
      [STEPS, ...rows.slice(0, 2)],
      [STEPS, ...rows],
    ];
    expect(await compare(three, two, { isWhole: false })).toMatchObject({ rows: 2, isSame: true });
    expect(await compare(two, three, { isWhole: false })).toMatchObject({ rows: 2, isSame: false });
  });

  it('names columns that only one has, wherever they stand, and compares the others', async () => {
    const here = ['epoch,step,mine,loss,learning_rate,grad_global_std,autoscale_alpha', '1,1,9,4,0.1,2,'];
    const original = [`${STEPS},autoscale_sigma`, '1,1,4,0.1,2,,3'];
    const { uncompared, isSame } = await compare(original, here);
    expect(uncompared).toEqual(['autoscale_sigma', 'mine']);
    expect(isSame).toBe(true);
  });

  it('takes a missing file for one without rows', async () => {
    expect(await compare([STEPS, ...rows], undefined)).toMatchObject({
      ...{ rows: 0, rowsOfOriginal: 3, rowsHere: 0, uncompared: [], isSame: false },
    });
    await rm(path.join(folder, 'original.csv'));
    expect(await compare(undefined, undefined)).toMatchObject({ rowsOfOriginal: 0, isSame: true });
  });
});
