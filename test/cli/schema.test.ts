import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { schemaCommand } from '../../src/cli/schema.js';
import { capturePrinted } from './printed.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the command prints. */
async function schemaOf(...args: string[]): Promise<unknown> {
  const printed = capturePrinted();
  await schemaCommand().parseAsync(args, { from: 'user' });
  return JSON.parse(printed.out);
}

const STUDY = 'examples/plugins/study.yaml';

describe('gan-bench schema', () => {
  it.each([
    [[], 'gan-bench.schema.json'],
    [['config'], 'gan-bench.schema.json'],
    [['sweep'], 'gan-bench-sweep.schema.json'],
  ])('%j prints the committed %s', async (args, file) => {
    const committed: unknown = JSON.parse(await readFile(`schema/${file}`, 'utf8'));
    expect(await schemaOf(...args)).toStrictEqual(committed);
  });

  it('has the methods and options of the plug-ins that a sweep file names', async () => {
    const schema = z.fromJSONSchema(
      z.record(z.string(), z.json()).parse(await schemaOf('sweep', '--with', STUDY)),
    );
    const text = await readFile(STUDY, 'utf8');
    const fits = (changed: string) => schema.safeParse(parse(changed)).success;
    expect(fits(text)).toBe(true);
    const method = '{ gradient: mine/sign, base: sgd }';
    const replaced = (by: string) => text.replace(method, by);
    expect(fits(replaced('{ gradient: mine/sgn, base: sgd }'))).toBe(false);
    expect(fits(replaced('{ gradient: mine/sign, options: { scale: 2 } }'))).toBe(true);
    expect(fits(replaced('{ gradient: mine/sign, options: { scale: -2 } }'))).toBe(false);
    expect(fits(replaced('{ gradient: mine/sign, options: { scales: 2 } }'))).toBe(false);
  });

  it.each([
    [['--with', STUDY], `${STUDY} is a sweep file, whose schema is another: gan-bench schema sweep`],
    [['sweep', '--with', 'configs/smoke.json'], 'configs/smoke.json: it is a configuration'],
    [['sweep', '--with', 'no.yaml'], 'no.yaml'],
  ])('%j is told: %s', async (args, message) => {
    await expect(schemaCommand().parseAsync(args, { from: 'user' })).rejects.toThrow(message);
  });
});
