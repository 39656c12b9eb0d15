import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configDifferences } from '../../src/config/index.js';
import { loadSweep } from '../../src/sweep/load.js';
import { memberKey, type Member } from '../../src/sweep/sweep.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gan-bench-sweep-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Keys that may vary, each with values that all differ; none contradicts another. */
const pool = {
  optimizer: ['adamw', 'zscore', 'gan'],
  'optimizer.learningRate': [1e-4, 3e-4, 1e-3, 1e-2],
  'optimizer.gan.autoscale': [true, false],
  'schedule.decay': ['constant', { cosine: {} }, { step: { every: 10, factor: 0.5 } }],
  'regularization.cutmix': [null, 0.5, 1],
  'dataset.shuffle': [true, false],
  batchSize: [64, 128, 256],
  epochs: [1, 2, 200],
} as const;

type Lists = Readonly<Record<string, readonly unknown[]>>;

/** Some of the keys with some of their values each. */
const grids: fc.Arbitrary<Lists> = fc
  .record(
    Object.fromEntries(
      Object.entries(pool).map(([key, values]) => [key, fc.shuffledSubarray([...values], { minLength: 1 })]),
    ),
    { requiredKeys: [] },
  )
  .map((grid) => {
    const lists = Object.entries(grid).flatMap(([key, values]) =>
      values === undefined ? [] : [[key, values] as const],
    );
    return Object.fromEntries(lists.slice(0, 4));
  });

const seedLists = fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 });

async function membersOf(content: object): Promise<readonly Member[]> {
  const file = join(folder, 'sweep.json');
  await writeFile(file, JSON.stringify({ base: { model: 'resnet20' }, seeds: [1], ...content }));
  return (await loadSweep(file)).members;
}

/** The members by their folders, as text: the same just when the runs are the same. */
function asMap(members: readonly Member[]): Map<string, string> {
  return new Map(members.map((member) => [memberKey(member), JSON.stringify(member.config)]));
}

/** Every combination, worked out without the program. */
function product(grid: Lists): (readonly (readonly [string, unknown])[])[] {
  return Object.entries(grid).reduce<(readonly (readonly [string, unknown])[])[]>(
    (rows, [key, values]) => rows.flatMap((row) => values.map((value) => [...row, [key, value] as const])),
    [[]],
  );
}

/** The same keys in another order, some nested in place of dotted. */
function rewritten(grid: Lists, order: readonly string[], nested: readonly string[]): object {
  const keys = Object.keys(grid).toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
  const written = new Map<string, unknown>();
  for (const key of keys) {
    const [first = '', ...rest] = key.split('.');
    const isNested =
      nested.includes(key) && rest.length > 0 && !Object.hasOwn(grid, first) && !written.has(first);
    written.set(isNested ? first : key, isNested ? { [rest.join('.')]: grid[key] } : grid[key]);
  }
  return Object.fromEntries(written);
}

const options = { numRuns: 30 };

describe('whatever varies,', () => {
  it('the grid is every combination with every seed, no two the same and no two of one name', async () => {
    await fc.assert(
      fc.asyncProperty(grids, seedLists, async (grid, seeds) => {
        const members = await membersOf({ grid, seeds });
        const rows = product(grid);
        expect(members).toHaveLength(rows.length * seeds.length);
        expect(asMap(members).size).toBe(members.length);
        const asked = rows.map((row) => JSON.stringify(row.toSorted(([a], [b]) => (a < b ? -1 : 1))));
        const made = members.map(({ settings }) =>
          JSON.stringify(
            settings
              .map(({ path, value }) => [path.join('.'), value])
              .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
          ),
        );
        expect(new Set(made)).toStrictEqual(new Set(asked));
        const [first, ...others] = members.filter(({ seed }) => seed === seeds[0]);
        for (const other of others)
          expect(configDifferences(first?.config, other.config)).not.toStrictEqual([]);
      }),
      options,
    );
  });

  it('names and configurations do not depend on the order of keys, nor on dots', async () => {
    const order = fc.shuffledSubarray(Object.keys(pool), { minLength: Object.keys(pool).length });
    await fc.assert(
      fc.asyncProperty(grids, order, fc.subarray(Object.keys(pool)), async (grid, keys, nested) => {
        const one = asMap(await membersOf({ grid }));
        const other = asMap(await membersOf({ grid: rewritten(grid, keys, nested) }));
        expect(new Map([...other].toSorted())).toStrictEqual(new Map([...one].toSorted()));
      }),
      options,
    );
  });

  it('more values, seeds, cases and keys with the value of the base rename nobody', async () => {
    await fc.assert(
      fc.asyncProperty(grids, seedLists, async (grid, seeds) => {
        const before = asMap(await membersOf({ grid }));
        const whole = Object.fromEntries(
          Object.keys(grid).map((key) => [key, Object.entries(pool).find(([name]) => name === key)?.[1]]),
        );
        const after = asMap(
          await membersOf({
            // 5e-5 is the default.
            grid: { ...whole, 'optimizer.weightDecay': [1e-4, 5e-5] },
            seeds: [...new Set([...seeds, 1])],
            cases: [{ name: 'besides', maxSteps: 3 }],
          }),
        );
        for (const [key, config] of before) expect(after.get(key)).toBe(config);
        expect(after.size).toBeGreaterThan(before.size);
      }),
      options,
    );
  });

  it('what a pattern excludes and what it leaves are all, each once', async () => {
    await fc.assert(
      fc.asyncProperty(grids, fc.nat(), fc.nat(), async (grid, which, part) => {
        const rows = product(grid);
        const row = rows[which % rows.length] ?? [];
        // A pattern of no keys matches all.
        fc.pre(rows.length > 1 && row.length > 0);
        const pattern = Object.fromEntries(
          row.filter((_, index) => index === part % row.length || (part >> index) % 2 === 1),
        );
        const all = await membersOf({ grid });
        const matches = (member: Member) =>
          Object.entries(pattern).every(([key, value]) =>
            member.settings.some(
              (setting) =>
                setting.path.join('.') === key && JSON.stringify(setting.value) === JSON.stringify(value),
            ),
          );
        const left = all.filter((member) => !matches(member));
        fc.pre(left.length > 0);
        expect(asMap(await membersOf({ grid, exclude: [pattern] }))).toStrictEqual(asMap(left));
      }),
      options,
    );
  });

  it('zip pairs what stands at the same place, once with each combination of the grid', async () => {
    const zips = fc.integer({ min: 1, max: 3 }).map((length) => ({
      batchSize: pool.batchSize.slice(0, length),
      epochs: pool.epochs.slice(0, length),
    }));
    await fc.assert(
      fc.asyncProperty(grids, zips, async (some, zip) => {
        const grid = Object.fromEntries(Object.entries(some).filter(([key]) => !Object.hasOwn(zip, key)));
        const members = await membersOf({ grid, zip });
        expect(members).toHaveLength(product(grid).length * zip.batchSize.length);
        for (const { config } of members) {
          expect(zip.epochs.findIndex((epochs) => epochs === config.epochs)).toBe(
            zip.batchSize.findIndex((batchSize) => batchSize === config.batchSize),
          );
        }
        expect(asMap(members).size).toBe(members.length);
      }),
      options,
    );
  });

  it('cases leave grid and zip as they are', async () => {
    await fc.assert(
      fc.asyncProperty(grids, async (grid) => {
        const alone = await membersOf({ grid: { ...grid, 'loss.labelSmoothing': [0] } });
        const beside = await membersOf({
          grid: { ...grid, 'loss.labelSmoothing': [0] },
          cases: [
            { name: 'one', maxSteps: 1 },
            { name: 'two', maxSteps: 2 },
          ],
        });
        expect(asMap(beside.slice(0, -2))).toStrictEqual(asMap(alone));
        expect(beside.slice(-2).map(({ name }) => name)).toStrictEqual(['one', 'two']);
      }),
      { numRuns: 20 },
    );
  });
});
