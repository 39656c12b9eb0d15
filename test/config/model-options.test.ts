import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  configDifferences,
  foreignNode,
  loadConfig,
  nodesAt,
  trainedKeys,
  uncheckedConfig,
} from '../../src/config/index.js';
import { complaints, folderWith } from './folder.js';

async function load(config: object, set: readonly string[] = []) {
  const folder = await folderWith({ 'c.json': config });
  return await loadConfig(join(folder, 'c.json'), { set });
}

async function complaint(config: object, set: readonly string[] = []): Promise<string | undefined> {
  const [line] = await complaints(await folderWith({ 'c.json': config }), 'c.json', { set });
  return line;
}

describe('the options of a built-in model', () => {
  it('have their defaults', async () => {
    expect((await load({ model: 'vit-tiny' })).modelOptions).toStrictEqual({ pool: 'class' });
    expect((await load({ model: 'vit-tiny', modelOptions: {} })).modelOptions).toStrictEqual({
      pool: 'class',
    });
  });

  it('are set in a file, in what it extends, and on the command line', async () => {
    const folder = await folderWith({
      'base.json': { abstract: true, model: 'vit-tiny', modelOptions: { pool: 'mean' } },
      'c.json': { extends: 'base.json' },
    });
    const poolOf = async (...set: string[]) =>
      (await loadConfig(join(folder, 'c.json'), { set })).modelOptions;
    expect(await poolOf()).toStrictEqual({ pool: 'mean' });
    expect(await poolOf('modelOptions.pool=class')).toStrictEqual({ pool: 'class' });
    expect(await poolOf('modelOptions=null')).toStrictEqual({ pool: 'class' });
  });

  it('are absent where it reads none', async () => {
    expect(await load({ model: 'resnet20' })).not.toHaveProperty('modelOptions');
  });

  it.each<[keys: object, told: string]>([
    [
      { model: 'vit-tiny', modelOptions: { pool: 'max' } },
      'c.json:4:13: modelOptions.pool: found "max"; allowed: class, mean',
    ],
    [
      { model: 'vit-tiny', modelOptions: { pol: 'mean' } },
      'c.json:4:5: modelOptions.pol: unknown key; allowed here: pool; did you mean "pool"?',
    ],
    [
      { model: 'resnet20', modelOptions: { pool: 'mean' } },
      'c.json:3:19: modelOptions: found {"pool":"mean"}; allowed: nothing, for the model resnet20 reads none; take the key out',
    ],
    [
      { model: 'vit-tiny', pool: 'mean' },
      expect.stringMatching(/^c\.json:3:3: pool: unknown key; .*did you mean "modelOptions\.pool"\?$/),
    ],
  ])('are checked: %j', async (keys, told) => {
    expect(await complaint(keys)).toEqual(told);
  });

  it('are checked on the command line', async () => {
    expect(await complaint({ model: 'vit-small' }, ['modelOptions.pool=max'])).toBe(
      '--set modelOptions.pool=max: modelOptions.pool: found "max"; allowed: class, mean',
    );
  });
});

describe('options of models and what is trained', () => {
  it('another option is another experiment, and one not stored had its default', async () => {
    const config = await load({ model: 'vit-tiny' });
    expect(configDifferences({ ...config, modelOptions: { pool: 'mean' } }, config)).toEqual([
      'modelOptions.pool: was "mean", now "class"',
    ]);
    expect(configDifferences({ ...config, modelOptions: undefined }, config)).toEqual([]);
    expect(trainedKeys(config).get('modelOptions.pool')).toBe('"class"');
  });

  it('stay as they are where they are wrong and nobody has checked them yet', () => {
    expect(uncheckedConfig({ model: 'vit-tiny', modelOptions: { pool: 'max' } })).toMatchObject({
      modelOptions: { pool: 'max' },
    });
  });

  it('are in the JSON Schema, beside those of plug-ins', () => {
    const pool = [{ type: 'string', enum: ['class', 'mean'], default: 'class' }];
    expect(nodesAt(['modelOptions', 'pool'])).toMatchObject(pool);
    expect(nodesAt(['modelOptions', 'pool'], foreignNode([]))).toMatchObject(pool);
  });
});
