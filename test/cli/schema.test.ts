import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { schemaCommand } from '../../src/cli/schema.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('gan-bench schema', () => {
  it('prints the committed schema', async () => {
    const out: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void out.push(line));
    await schemaCommand().parseAsync([], { from: 'user' });
    const committed: unknown = JSON.parse(await readFile('schema/gan-bench.schema.json', 'utf8'));
    expect(JSON.parse(out.join('\n'))).toStrictEqual(committed);
  });
});
