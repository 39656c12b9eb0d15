import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { schemaCommand } from '../../src/cli/schema.js';
import { capturePrinted } from './printed.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('gan-bench schema', () => {
  it.each([
    [[], 'gan-bench.schema.json'],
    [['config'], 'gan-bench.schema.json'],
    [['sweep'], 'gan-bench-sweep.schema.json'],
  ])('%j prints the committed %s', async (args, file) => {
    const printed = capturePrinted();
    await schemaCommand().parseAsync(args, { from: 'user' });
    const committed: unknown = JSON.parse(await readFile(`schema/${file}`, 'utf8'));
    expect(JSON.parse(printed.out)).toStrictEqual(committed);
  });
});
