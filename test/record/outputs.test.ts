import { readFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';

import { allReports } from '../../src/optim/registry.js';
import { insertColumns } from '../../src/record/tables/markdown.js';

const file = 'docs/outputs.md';

it('docs/outputs.md has the columns of the tables (else: npm run docs)', async () => {
  const page = await readFile(file, 'utf8');
  const text = insertColumns(page, allReports());
  expect(page).toBe(await format(text, { ...(await resolveConfig(file)), filepath: file }));
});

it('a page without a place for a table is refused', () => {
  expect(() => insertColumns('# Outputs', [])).toThrow('no place for the columns of metrics.csv');
});
