import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { checkConfig, loadConfig, type Check, type Overrides } from '../../src/config/index.js';
import { parseText } from '../../src/config/parse.js';
import { UserError } from '../../src/errors.js';
import { someConfig } from './some-config.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gan-bench-fuzz-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Checks that a file with this content loads, or is refused with words that fit on a line each. */
async function survives(name: string, content: string | Uint8Array, overrides?: Overrides): Promise<void> {
  const file = join(folder, name);
  await writeFile(file, content);
  const error: unknown = await loadConfig(file, overrides).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return;
  if (!(error instanceof UserError)) throw new Error('expected a UserError', { cause: error });
  expect(error).toMatchObject({ code: 'config', exitCode: 2 });
  const { message } = error;
  expect(message.split('\n').length).toBeLessThan(25);
  expect(message.replaceAll('\n', '')).not.toMatch(/\p{Cc}|Maximum call stack|is not a function|undefined/u);
}

/** Keys and values that a configuration could have, in the wrong places. */
const likely = fc.constantFrom<unknown[]>(
  ...[
    'model',
    'optimizer',
    'schedule',
    'decay',
    'step',
    'seeds',
    'extends',
    'abstract',
    '$schema',
    '__proto__',
  ],
  ...['resnet20', 'gan', 'constant', '<<', 'constructor', 'toString', '', null, true, -1, 0, 42, 1e300, []],
);
const tree = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    likely,
    fc.jsonValue({ maxDepth: 2 }),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(likely.map(String), tie('tree'), { maxKeys: 6 }),
  ),
})).tree;
/** Pieces of YAML and JSON in any order: most are wrong, and each in its own way. */
const pieces = fc
  .array(
    fc.constantFrom(
      ...[
        'model: resnet20',
        '\n',
        '  ',
        '- ',
        '? ',
        ': ',
        '&a ',
        '*a',
        '!!set ',
        '!x ',
        '{',
        '}',
        '[',
        ']',
        ',',
        '#',
      ],
      ...[
        '"',
        "'",
        '|',
        '>-',
        '---',
        '...',
        '%YAML 1.1',
        '<<',
        '.nan',
        '0x1f',
        '\t',
        '\u0000',
        '\ufeff',
        '\ud800',
      ],
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

const options = { numRuns: 150, interruptAfterTimeLimit: 10_000, markInterruptAsFailure: false };

describe('whatever is given, the answer is a configuration or a UserError', () => {
  it('for any bytes', async () => {
    const name = fc.constantFrom('c.json', 'c.yaml');
    await fc.assert(
      fc.asyncProperty(name, fc.uint8Array({ maxLength: 200 }), (file, bytes) => survives(file, bytes)),
      options,
    );
  });

  it('for any text made of pieces of YAML', async () => {
    const name = fc.constantFrom('c.json', 'c.yaml');
    await fc.assert(
      fc.asyncProperty(name, pieces, (file, text) => survives(file, text)),
      options,
    );
  });

  it('for any values, as JSON and as YAML', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (value) => {
        await survives('c.json', JSON.stringify(value));
        await survives('c.yaml', stringify(value));
      }),
      options,
    );
  });

  it('for any overrides', async () => {
    const key = fc.array(likely.map(String), { minLength: 1, maxLength: 5 }).map((path) => path.join('.'));
    const value = fc.oneof(
      pieces,
      tree.map((found) => JSON.stringify(found)),
      fc.string(),
    );
    const assignment = fc.oneof(
      fc.tuple(key, value).map(([path, text]) => `${path}=${text}`),
      fc.string(),
    );
    const overrides = fc.record(
      { set: fc.array(assignment, { maxLength: 4 }), backend: fc.string(), output: fc.string() },
      { requiredKeys: ['set'] },
    );
    await fc.assert(
      fc.asyncProperty(overrides, (laidOver) => survives('c.json', '{"model": "resnet20"}', laidOver)),
      options,
    );
  });
});

describe('what is read', () => {
  it('of a JSON file is what JSON.parse reads', () => {
    const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constant('\u2028\u0085\ud83d\ude00'),
    );
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.oneof(numbers, fc.integer(), fc.boolean(), fc.constant(null), text),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).value;
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2, '\t'), (original, indent) => {
        const written = JSON.stringify(original, undefined, indent);
        expect(parseText(written, 'JSON')).toMatchObject({
          mistakes: [],
          tree: JSON.parse(written) as unknown,
        });
      }),
    );
  });

  it('of a resolved configuration, in JSON or YAML, is itself', async () => {
    const read = async (name: string, text: string): Promise<Check> => {
      await writeFile(join(folder, name), text);
      return checkConfig(join(folder, name));
    };
    await fc.assert(
      fc.asyncProperty(someConfig, async (written) => {
        const json = JSON.stringify(written);
        const config: unknown = JSON.parse(json);
        expect(await read('r.json', json)).toStrictEqual({ outcome: 'right', config });
        expect(await read('r.yaml', stringify(config))).toStrictEqual({ outcome: 'right', config });
      }),
      options,
    );
  });
});
