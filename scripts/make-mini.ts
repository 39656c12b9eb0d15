/**
 * Makes the embedded subset data/cifar100-mini from the official CIFAR-100 files:
 *
 *     npm run build && node dist/scripts/make-mini.js <folder that holds cifar-100-binary/>
 *
 * The first 10 training and 5 test images of each fine class in file order, as unchanged records in their original
 * order, and the two lists of label names. The same input always gives the same bytes.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { type DatasetFormat, DATASETS, recordBytes, recordsOf } from '../src/data/formats.js';
import { datasetDirectory } from '../src/data/paths.js';
import { classLabels, readRecords } from '../src/data/records.js';
import { balancedSubset } from '../src/data/subset.js';
import { verifyDataset } from '../src/data/verify.js';
import { messageOf } from '../src/errors.js';

async function makeMini(root: string): Promise<void> {
  const source = DATASETS.cifar100;
  const from = datasetDirectory('cifar100', root);
  const into = datasetDirectory('cifar100-mini', root);
  await mkdir(into, { recursive: true });
  for (const file of source.files) {
    const { bytes } = await readRecords(source, from, file);
    const count = recordsOf(DATASETS['cifar100-mini'], file.split);
    await writeFile(join(into, file.name), selectRecords(source, bytes, count));
  }
  for (const name of ['coarse_label_names.txt', 'fine_label_names.txt'])
    await writeFile(join(into, name), await readFile(join(from, name)));
  const report = await verifyDataset('cifar100-mini', root);
  if (!report.ok) throw new Error(report.problems.join('; '));
  if (report.comparison !== 'official') throw new Error('other bytes than those that are committed');
  for (const file of report.files) console.log(`${file.sha256}  ${join(into, file.name)}`);
}

function selectRecords(format: DatasetFormat, bytes: Uint8Array, count: number): Uint8Array {
  const size = recordBytes(format);
  const chosen = balancedSubset(classLabels(format, bytes), format.classes, count);
  return Buffer.concat(Array.from(chosen, (record) => bytes.subarray(record * size, (record + 1) * size)));
}

const root = process.argv[2];
if (root === undefined) {
  console.error('usage: node dist/scripts/make-mini.js <folder that holds cifar-100-binary/>');
  process.exitCode = 2;
} else {
  await makeMini(root).catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
}
