import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  configDifferences,
  experimentKey,
  foreignNode,
  loadConfig,
  nodesAt,
  RunConfigSchema,
  trainedKeys,
  type PluginReference,
  type ProvidePlugin,
  type Vocabulary,
} from '../../src/config/index.js';
import { UserError } from '../../src/errors.js';
import { folderWith } from './folder.js';

const MINE: Vocabulary = {
  identity: { from: '/home/me/mine.ts', name: 'mine', version: '1.0.0', sha256: 'a'.repeat(64) },
  transforms: new Map([
    ['sign', z.strictObject({ scale: z.number().positive().default(1).describe('A factor.') })],
    ['plain', z.strictObject({})],
  ]),
  optimizers: new Map([['lion', z.strictObject({ beta: z.number().min(0).lt(1).default(0.9) })]]),
  models: new Map([['cnn', z.strictObject({ channels: z.int().min(1).default(16) })]]),
  schedules: new Map([['poly', z.strictObject({ power: z.number().default(2) })]]),
};

const EMPTY = { transforms: new Map(), optimizers: new Map(), models: new Map(), schedules: new Map() };

/** Knows ./mine.ts and ./other.ts, and remembers what it was asked for. */
function provider(): { readonly asked: PluginReference[]; readonly provide: ProvidePlugin } {
  const asked: PluginReference[] = [];
  return {
    asked,
    provide: (reference) => {
      asked.push(reference);
      if (reference.from.endsWith('mine.ts')) return Promise.resolve(MINE);
      if (reference.from.endsWith('other.ts'))
        return Promise.resolve({
          ...EMPTY,
          identity: { ...MINE.identity, from: '/home/me/other.ts', name: 'other' },
        });
      if (reference.from.endsWith('twin.ts'))
        return Promise.resolve({ ...EMPTY, identity: { ...MINE.identity, from: '/home/me/twin.ts' } });
      return Promise.reject(new UserError('config', `the plug-in ${reference.from}: Could not resolve it`));
    },
  };
}

async function load(config: object, set: readonly string[] = []) {
  const folder = await folderWith({ 'c.json': { model: 'resnet20', plugins: ['./mine.ts'], ...config } });
  return await loadConfig(join(folder, 'c.json'), { set }, provider().provide);
}

async function complaint(config: object, set: readonly string[] = []): Promise<string> {
  const error: unknown = await load(config, set).catch((reason: unknown) => reason);
  if (!(error instanceof UserError)) throw new Error('expected a UserError');
  return (error.message.split('\n')[1] ?? '').replace(/^ *(\S*\/)?c\.json(:\d+:\d+)?: /, '').trim();
}

describe('a configuration that names plug-ins', () => {
  it('has their methods, and the options of these with defaults', async () => {
    const config = await load({
      model: 'mine/cnn',
      optimizer: { gradient: 'mine/sign', base: 'mine/lion', options: { beta: 0.5 } },
      schedule: { decay: 'mine/poly' },
    });
    expect(config).toMatchObject({
      plugins: [MINE.identity],
      model: 'mine/cnn',
      modelOptions: { channels: 16 },
      optimizer: { gradient: 'mine/sign', base: 'mine/lion', options: { scale: 1, beta: 0.5 } },
      schedule: { warmupEpochs: 5, decay: { 'mine/poly': { power: 2 } } },
    });
    expect(RunConfigSchema.parse(config)).toStrictEqual(config);
  });

  it('takes them from the folder of the file that says so, and from the current one for an option', async () => {
    const { asked, provide } = provider();
    const folder = await folderWith({
      'bases/base.json': { abstract: true, plugins: ['./mine.ts'], optimizer: { gradient: 'mine/plain' } },
      'c.json': { extends: 'bases/base.json', model: 'resnet20' },
    });
    await loadConfig(join(folder, 'c.json'), {}, provide);
    await loadConfig(join(folder, 'c.json'), { set: ['plugins=[other.ts, mine.ts]'] }, provide);
    expect(asked.map(({ from, folder: where }) => [from, where.replace(folder, '')])).toEqual([
      ['./mine.ts', '/bases'],
      ['./mine.ts', '/bases'],
      ['other.ts', '.'],
      ['mine.ts', '.'],
    ]);
  });

  it('has only those that it uses', async () => {
    expect(await load({ plugins: ['./mine.ts', './other.ts'], optimizer: 'gan' })).toStrictEqual(
      await load({ plugins: null, optimizer: 'gan' }),
    );
    const used = await load({ plugins: ['./other.ts', './mine.ts'], optimizer: { gradient: 'mine/plain' } });
    expect(used.plugins).toEqual([MINE.identity]);
  });

  it('may have been resolved before', async () => {
    const { asked, provide } = provider();
    const config = await load({ optimizer: { gradient: 'mine/sign' } });
    const folder = await folderWith({ 'again.json': config });
    expect(await loadConfig(join(folder, 'again.json'), {}, provide)).toStrictEqual(config);
    expect(asked).toMatchObject([{ from: '/home/me/mine.ts', pinned: MINE.identity }]);
  });

  it.each<[keys: object, told: string]>([
    [
      { optimizer: { gradient: 'mine/sing' } },
      'optimizer.gradient: found "mine/sing"; allowed: a transform of the plug-in mine, which has the transform sign, plain; did you mean "mine/sign"?',
    ],
    [
      { optimizer: { gradient: 'yours/sign' } },
      'optimizer.gradient: found "yours/sign"; allowed: that of a plug-in that plugins names; there is no yours (plugins has mine)',
    ],
    [
      { plugins: null, optimizer: { gradient: 'mine/sign' } },
      'optimizer.gradient: found "mine/sign"; allowed: that of a plug-in that plugins names; there is no mine (none is named in plugins)',
    ],
    [
      { optimizer: { gradient: 'mine/sign', options: { scael: 2 } } },
      'optimizer.options.scael: unknown key; allowed here: scale; did you mean "scale"?',
    ],
    [
      { optimizer: { gradient: 'mine/sign', options: { scale: 0 } } },
      'optimizer.options.scale: found 0; allowed: a number above 0',
    ],
    [
      { optimizer: { gradient: 'gan', options: { scale: 1 } } },
      'optimizer.options: found {"scale":1}; allowed: nothing, for only a plug-in\'s transform or base optimizer reads it and here is none; take the key out',
    ],
    [
      { modelOptions: { channels: 1 } },
      'modelOptions: found {"channels":1}; allowed: nothing, for the model resnet20 reads none; take the key out',
    ],
    [
      { model: 'mine/cnn', modelOptions: { channels: 0.5 } },
      'modelOptions.channels: found 0.5; allowed: a whole number of at least 1',
    ],
    [
      { schedule: { decay: { 'mine/poly': { power: 'two' } } } },
      'schedule.decay.mine/poly.power: found "two"; allowed: a number',
    ],
    [{ plugins: ['./absent.ts'] }, 'plugins.0: the plug-in ./absent.ts: Could not resolve it'],
    [
      { plugins: ['./mine.ts', './twin.ts'] },
      'plugins.1: /home/me/twin.ts and /home/me/mine.ts are both named mine; give one of them another meta.name',
    ],
    [
      { plugins: './mine.ts' },
      'plugins: found "./mine.ts"; allowed: a list, each item non-empty text, or an object with the keys from, name, version, sha256 or null',
    ],
  ])('that is wrong is told where, what was found and what is allowed: %j', async (keys, told) => {
    expect(await complaint(keys)).toBe(told);
  });

  it('is told of where an option on the command line is wrong', async () => {
    const optimizer = { gradient: 'mine/sign' };
    expect(await complaint({ optimizer }, ['optimizer.options.scale=-1'])).toBe(
      '--set optimizer.options.scale=-1: optimizer.options.scale: found -1; allowed: a number above 0',
    );
  });

  it('cannot be loaded where nobody loads plug-ins', async () => {
    const folder = await folderWith({ 'c.json': { model: 'resnet20', plugins: ['./mine.ts'] } });
    await expect(loadConfig(join(folder, 'c.json'))).rejects.toThrow(
      './mine.ts: plug-ins are not loaded here',
    );
  });
});

describe('what makes two configurations with plug-ins the same experiment', () => {
  it('is what the plug-in is, not where it lies', async () => {
    const config = await load({ optimizer: { gradient: 'mine/sign' } });
    const withIdentity = (changes: Partial<Vocabulary['identity']>) => ({
      ...config,
      plugins: [{ ...MINE.identity, ...changes }],
    });
    expect(experimentKey(withIdentity({ from: '/elsewhere.ts' }))).toBe(experimentKey(config));
    expect(configDifferences(withIdentity({ from: '/elsewhere.ts' }), config)).toEqual([]);
    expect(configDifferences(withIdentity({ sha256: 'b'.repeat(64) }), config)).toEqual([
      `plugins.mine: was 1.0.0, SHA-256 ${'b'.repeat(64)}, now 1.0.0, SHA-256 ${'a'.repeat(64)}`,
    ]);
    expect(trainedKeys(config).get('plugins.mine')).toBe(`1.0.0, SHA-256 ${'a'.repeat(64)}`);
    expect(trainedKeys(config).get('optimizer.options.scale')).toBe('1');
  });
});

describe('the JSON Schema with plug-ins', () => {
  it('names their methods and what these read', () => {
    const node = foreignNode([MINE]);
    const enumsAt = (...path: string[]) => nodesAt(path, node).flatMap((one) => one.enum ?? []);
    expect(enumsAt('model')).toEqual(expect.arrayContaining(['resnet20', 'mine/cnn']));
    expect(enumsAt('optimizer', 'gradient')).toEqual(
      expect.arrayContaining(['gan', 'mine/sign', 'mine/plain']),
    );
    expect(enumsAt('optimizer', 'base')).toEqual(['adamw', 'adam', 'sgd', 'mine/lion']);
    expect(nodesAt(['optimizer', 'options', 'scale'], node)).toMatchObject([
      { type: 'number', exclusiveMinimum: 0, default: 1, description: 'A factor.' },
    ]);
    expect(nodesAt(['modelOptions', 'channels'], node)).toMatchObject([{ type: 'integer', minimum: 1 }]);
    expect(nodesAt(['schedule', 'decay', 'mine/poly', 'power'], node)).toMatchObject([{ type: 'number' }]);
    expect(nodesAt(['schedule', 'decay', 'cosine', 'minimum'], node)).toHaveLength(1);
  });
});
