// Writes the two files that derive from the configuration schema: `npm run build && node dist/scripts/generate-docs.js`.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { configurationMarkdown, jsonSchema } from '../src/config/index.js';

const files = {
  'schema/gan-bench.schema.json': JSON.stringify(jsonSchema()),
  'docs/configuration.md': configurationMarkdown(),
};

for (const [file, text] of Object.entries(files)) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
  console.log(`wrote ${file}`);
}
