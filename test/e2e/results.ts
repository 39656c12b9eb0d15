import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { runPaths } from '../../src/record/directory.js';
import { type Manifest, readManifest } from '../../src/record/manifest.js';
import { metricsTable } from '../../src/record/tables/metrics.js';
import { measuredColumns } from '../../src/record/tables/table.js';

/** All that two runs of one seed have in common: CSV texts without timings, and checksums of the final tensors. */
export async function resultsOf(run: string): Promise<Record<string, string>> {
  const { metrics, gradients, steps, checkpoints } = runPaths(run);
  const last = (await readdir(checkpoints)).sort().at(-1) ?? 'none';
  const checksum = async (name: string): Promise<string> => {
    const bytes = await readFile(path.join(checkpoints, last, name));
    return createHash('sha256').update(bytes).digest('hex');
  };
  return {
    metrics: withoutMeasured(await readFile(metrics, 'utf8')),
    gradients: await readFile(gradients, 'utf8'),
    steps: await readFile(steps, 'utf8'),
    last,
    weights: await checksum('weights.safetensors'),
    optimizer: await checksum('optimizer.safetensors'),
  };
}

/** metrics.csv less the columns that no two runs share. */
function withoutMeasured(csv: string): string {
  const measured = measuredColumns(metricsTable);
  const rows = csv.split('\n').map((line) => line.split(','));
  const kept = (rows[0] ?? []).map((column) => !measured.includes(column));
  return rows.map((row) => row.filter((_, index) => kept[index] === true).join(',')).join('\n');
}

/** The rows of a CSV file, each by column. */
export async function readCsv(file: string): Promise<Record<string, string>[]> {
  const [header = '', ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const columns = header.split(',');
  return lines.map((line) => {
    const fields = line.split(',');
    return Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? '']));
  });
}

export async function manifestOf(run: string): Promise<Manifest> {
  const manifest = await readManifest(run);
  if (manifest === undefined) throw new Error(`${run} has no manifest`);
  return manifest;
}

/** Names in a run's checkpoint folder, oldest first; none when there is no such folder. */
export async function checkpointsOf(run: string): Promise<string[]> {
  return (await readdir(runPaths(run).checkpoints).catch(() => [])).sort();
}

/** Every file under a folder, with its content's checksum and the time it was changed. */
export async function inventory(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true });
  const found: Record<string, string> = {};
  for (const name of names.sort()) {
    const file = path.join(folder, name);
    const { mtimeMs, size } = await stat(file);
    found[name] = `${size} ${mtimeMs}`;
  }
  return found;
}
