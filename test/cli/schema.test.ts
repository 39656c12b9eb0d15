import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { schemaCommand } from '../../src/cli/schema.js';
import { capturePrinted } from './printed.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('gan-bench schema', () => {
  it('prints the committed schema', async () => {
    const printed = capturePrinted();
    await schemaCommand().parseAsync([], { from: 'user' });
    const committed: unknown = JSON.parse(await readFile('schema/gan-bench.schema.json', 'utf8'));
    expect(JSON.parse(printed.out)).toStrictEqual(committed);
  });
});
