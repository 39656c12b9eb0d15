import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventFile } from '../../src/report/tensorboard/event-file.js';
import { folderNames } from '../../src/report/tensorboard/folders.js';
import { crc32c, readEvents } from './event-reader.js';

const undescribed = (): undefined => undefined;

it('the reader of these tests has the check value of CRC-32C', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

it('begins with the record that TensorFlow begins with', async () => {
  const file = await eventFile([{ epoch: 1, wallTime: 1.5, scalars: [] }], undescribed);
  // 24 bytes: wall_time (field 1, 64 bits) is 1.5, file_version (field 3) is a text of 13 bytes. The checksum of the
  // length is the one that stands in every event file of TensorFlow.
  const expected = '1800000000000000a37f4b22' + '09000000000000f83f1a0d' + '627261696e2e4576656e743a32';
  expect(Buffer.from(file).toString('hex').slice(0, expected.length)).toBe(expected);
});

it('says of a tag what it is with its first value only', async () => {
  const scalars = [{ tag: 'metrics/test_accuracy', value: 0.5 }];
  const epochs = [1, 2].map((epoch) => ({ epoch, wallTime: epoch / 4, scalars }));
  expect(readEvents(await eventFile(epochs, (tag) => `of ${tag}`))).toEqual([
    { wallTime: 0.25, step: 0, version: 'brain.Event:2', values: [] },
    {
      wallTime: 0.25,
      step: 1,
      values: [{ ...scalars[0], plugin: 'scalars', description: 'of metrics/test_accuracy' }],
    },
    { wallTime: 0.5, step: 2, values: scalars },
  ]);
});

const anyEpochs = fc
  .array(
    fc.record({
      wallTime: fc.double({ min: 0, max: 4e9, noNaN: true }),
      scalars: fc.array(fc.record({ tag: fc.string({ unit: 'grapheme' }), value: fc.double() }), {
        maxLength: 5,
      }),
    }),
    { maxLength: 5 },
  )
  .map((epochs) => epochs.map((each, index) => ({ ...each, epoch: index + 1 })));

it('reads back what was written, in single precision; of a longer run the bytes go on', async () => {
  await fc.assert(
    fc.asyncProperty(anyEpochs, async (epochs) => {
      const file = await eventFile(epochs, undescribed);
      const [, ...events] = readEvents(file);
      expect(events.map(({ step, wallTime }) => ({ epoch: step, wallTime }))).toEqual(
        epochs.map(({ epoch, wallTime }) => ({ epoch, wallTime })),
      );
      expect(events.map(({ values }) => values.map(({ tag, value }) => ({ tag, value })))).toEqual(
        epochs.map(({ scalars }) => scalars.map(({ tag, value }) => ({ tag, value: Math.fround(value) }))),
      );
      const shorter = await eventFile(epochs.slice(0, -1), undescribed);
      if (epochs.length > 1) expect(Buffer.from(file).subarray(0, shorter.length).equals(shorter)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

it('names folders for labels', () => {
  expect(folderNames(['adamw', 'resnet20 gan learningRate=0.001', '../up', 'a/b', 'a b', 'A_B', ''])).toEqual(
    ['adamw', 'resnet20_gan_learningRate=0.001', '__up', 'a_b', 'a_b_2', 'A_B_3', '_'],
  );
});

it('no label leads elsewhere, and no two share a folder', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary-ascii', size: 'small' })), (labels) => {
      const names = folderNames(labels);
      expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(labels.length);
      for (const name of names) expect(name).toMatch(/^[\w=+-][\w.=+-]*$/);
    }),
  );
});
