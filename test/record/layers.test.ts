import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLayerTable } from '../../src/record/layers.js';
import { gradientsTable } from '../../src/record/tables/gradients.js';
import { readTable } from '../../src/record/tables/read.js';
import { csvRecorder } from '../../src/record/recorders.js';
import { epochEvent, REFERENCE, runStarted, temporaryFolder, userErrorOf } from './helpers.js';

/** Two epochs of `stem.kernel` and `global`. */
async function twoEpochs(): Promise<string> {
  const folder = await temporaryFolder();
  const recorder = csvRecorder(folder, { everySteps: 0 });
  for (const event of [runStarted(), epochEvent(1), epochEvent(2)]) await recorder.on(event);
  return join(folder, 'gradients.csv');
}

describe('readLayerTable', () => {
  it('reads back what the recorder wrote, a curve for each layer', async () => {
    const updateStd = [0.1 + 0.2, 0.1 + 0.2];
    expect(await readLayerTable(await twoEpochs())).toEqual({
      layers: [{ layer: 'stem.kernel', elements: 432, gradStd: [1 / 3, 1 / 3], updateStd }],
      global: { layer: 'global', elements: 432, gradStd: [2 / 3, 2 / 3], updateStd },
    });
  });

  it('says the same as the rows of a real run', async () => {
    const file = `${REFERENCE}/gradients.csv`;
    const [table, rows] = [await readLayerTable(file), await readTable(file, gradientsTable)];
    expect(table?.layers).toHaveLength(20);
    for (const curves of [...(table?.layers ?? []), ...(table ? [table.global] : [])]) {
      const ofLayer = rows.filter(({ layer }) => layer === curves.layer);
      expect(curves.gradStd).toEqual(ofLayer.map(({ grad_std }) => grad_std));
      expect(curves.updateStd).toEqual(ofLayer.map(({ update_std }) => update_std));
    }
  });

  it('passes over a torn last line, and an epoch that is not whole', async () => {
    const file = await twoEpochs();
    const whole = await readLayerTable(file);
    await writeFile(file, '3,stem.kernel,432,0,0,0', { flag: 'a' });
    expect(await readLayerTable(file)).toEqual(whole);
    await writeFile(file, ',0\n', { flag: 'a' });
    expect(await readLayerTable(file)).toEqual(whole);
  });

  it('reads as many epochs as are whole, wherever the file ends', async () => {
    const file = await twoEpochs();
    const text = await readFile(file, 'utf8');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: text.length }), async (length) => {
        await writeFile(file, text.slice(0, length));
        const ends = [...text.slice(0, length).matchAll(/global.*\n/g)].length;
        expect((await readLayerTable(file))?.global.gradStd.length ?? 0).toBe(ends);
      }),
    );
  });

  it('has nothing of a file that is missing, or in which nothing is whole', async () => {
    const file = join(await temporaryFolder(), 'gradients.csv');
    expect(await readLayerTable(file)).toBeUndefined();
    await writeFile(file, 'epoch,lay');
    expect(await readLayerTable(file)).toBeUndefined();
    await writeFile(file, `${gradientsTable.columns.join(',')}\n1,stem.kernel,432,0,1,0,1\n`);
    expect(await readLayerTable(file)).toBeUndefined();
  });

  it('reads vanished gradients, and what is no number', async () => {
    const file = await twoEpochs();
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace(/1,stem.*\n/, '1,stem.kernel,432,0,0,0,NaN\n'),
    );
    expect((await readLayerTable(file))?.layers[0]).toMatchObject({
      gradStd: [0, 1 / 3],
      updateStd: [NaN, 0.1 + 0.2],
    });
  });

  it.each([
    ['a first line of its own', (text: string) => text.replace('epoch,', 'time,'), 'is not a gradients.csv'],
    [
      'columns apart by semicolons',
      (text: string) => text.replaceAll(',', ';'),
      'has no column epoch, it is "epoch;layer;',
    ],
    [
      'an epoch out of order',
      (text: string) => text.replace('\n2,', '\n3,'),
      'line 4: epoch is "3", expected 2',
    ],
    [
      'an epoch that begins anew',
      (text: string) => text.replace('2,global', '1,global'),
      'line 5: epoch is "1", expected 2',
    ],
    [
      'another layer',
      (text: string) => text.replace('2,stem', '2,head'),
      'line 4: layer is "head.kernel", expected stem.kernel',
    ],
    [
      'a field too few',
      (text: string) => text.replace('2,stem.kernel,', '2,'),
      'line 4: has 6 fields, expected 7',
    ],
    [
      'a line of nothing',
      (text: string) => text.replace('\n2,stem', '\n\n2,stem'),
      'line 4: has 1 field, expected 7',
    ],
    [
      'a word',
      (text: string) => text.replaceAll('0.6666666666666666', 'low'),
      'line 3: grad_std is "low", expected a number',
    ],
  ])('refuses %s', async (_, damage, message) => {
    const file = await twoEpochs();
    await writeFile(file, damage(await readFile(file, 'utf8')));
    const error = await userErrorOf(readLayerTable(file), 'io');
    expect(error.message).toContain(file);
    expect(error.message).toContain(message);
  });
});
