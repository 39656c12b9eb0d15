// Writes what derives from the schemas of configurations and sweeps and from the tables of the CSV files: `npm run docs`.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { configurationMarkdown, jsonSchema } from '../src/config/index.js';
import { allReports } from '../src/optim/registry.js';
import { insertColumns } from '../src/record/tables/markdown.js';
import { insertKeys } from '../src/sweep/markdown.js';
import { sweepJsonSchema } from '../src/sweep/schema.js';

const outputs = 'docs/outputs.md';
const sweeps = 'docs/sweeps.md';

const files = {
  'schema/gan-bench.schema.json': JSON.stringify(jsonSchema()),
  'schema/gan-bench-sweep.schema.json': JSON.stringify(sweepJsonSchema()),
  'docs/configuration.md': configurationMarkdown(),
  [sweeps]: insertKeys(await readFile(sweeps, 'utf8')),
  [outputs]: insertColumns(await readFile(outputs, 'utf8'), allReports()),
};

for (const [file, text] of Object.entries(files)) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
  console.log(`wrote ${file}`);
}
