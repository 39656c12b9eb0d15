import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { temporaryFolder } from './e2e/support.js';

it('docs/api/README.md says what the docstrings of the library say (else: npm run docs)', async () => {
  const out = await temporaryFolder();
  await promisify(execFile)('npx', ['typedoc', '--out', out]);
  const made = await readFile(path.join(out, 'README.md'), 'utf8');
  expect(made).toBe(await readFile('docs/api/README.md', 'utf8'));
  for (const name of ['loadConfig', 'openEngine', 'train', 'sweep', 'compare', 'report', 'definePlugin'])
    expect(made).toContain(`### ${name}()`);
}, 180_000);
