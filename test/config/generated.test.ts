import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { configurationMarkdown, jsonSchema } from '../../src/config/index.js';
import { insertKeys } from '../../src/sweep/markdown.js';
import { sweepJsonSchema } from '../../src/sweep/schema.js';

describe('generated files', () => {
  it.each([
    ['schema/gan-bench.schema.json', JSON.stringify(jsonSchema())],
    ['schema/gan-bench-sweep.schema.json', JSON.stringify(sweepJsonSchema())],
    ['docs/configuration.md', configurationMarkdown()],
    ['docs/sweeps.md', insertKeys(readFileSync('docs/sweeps.md', 'utf8'))],
  ])(
    '%s is what the schema gives (else: npm run build && node dist/scripts/generate-docs.js)',
    async (file, text) => {
      const formatted = await format(text, { ...(await resolveConfig(file)), filepath: file });
      expect(await readFile(file, 'utf8')).toBe(formatted);
    },
  );
});

describe('the JSON Schema', () => {
  const schema = z.fromJSONSchema(jsonSchema());

  it('accepts every file in configs/', async () => {
    const files = (await readdir('configs', { recursive: true })).filter((file) =>
      /^(?!sweeps\/).*\.(json|ya?ml)$/.test(file),
    );
    expect(files).toContain('base/recipe.json');
    for (const file of files) {
      const content: unknown = parse(await readFile(`configs/${file}`, 'utf8'));
      expect(schema.safeParse(content), file).toMatchObject({ success: true });
    }
  });

  it.each([
    { model: 'resnet21' },
    { modle: 'resnet20' },
    { optimizer: 'sgd' },
    { optimizer: { lr: 1 } },
    { schedule: { decay: { step: {}, cosine: {} } } },
    { seeds: [] },
    { name: '../up' },
    { epochs: null },
  ])('rejects %j', (content) => {
    expect(schema.safeParse(content)).toMatchObject({ success: false });
  });

  it('accepts null just where it takes an optional key away', () => {
    expect(schema.safeParse({ regularization: { cutmix: null }, maxSteps: null })).toMatchObject({
      success: true,
    });
    expect(schema.safeParse({ extends: null })).toMatchObject({ success: false });
  });

  it.each([
    ['configurations', jsonSchema()],
    ['sweeps', sweepJsonSchema()],
  ])('of %s describes every key, for the help that editors show', (_, root) => {
    const undescribed: string[] = [];
    const visit = (node: z.core.JSONSchema.BaseSchema, path: string) => {
      for (const [key, child] of Object.entries(node.properties ?? {})) {
        if (typeof child === 'boolean') continue;
        if (child.description === undefined) undescribed.push(`${path}${key}`);
        visit(child, `${path}${key}.`);
      }
      for (const alternative of node.anyOf ?? []) visit(alternative, path);
    };
    visit(root, '');
    expect(undescribed).toStrictEqual([]);
  });
});

describe('the JSON Schema of sweeps', () => {
  const schema = z.fromJSONSchema(sweepJsonSchema());

  it('accepts every file in configs/sweeps/', async () => {
    const files = (await readdir('configs/sweeps', { recursive: true })).filter((file) =>
      file.endsWith('.yaml'),
    );
    expect(files).toContain('gan-stages.yaml');
    for (const file of files) {
      const content: unknown = parse(await readFile(`configs/sweeps/${file}`, 'utf8'));
      expect(schema.safeParse(content), file).toMatchObject({ success: true });
    }
  });

  it('accepts keys dotted and nested', () => {
    const content = {
      base: { model: 'resnet20' },
      grid: { optimizer: { learningRate: [1e-3, 3e-4] }, 'optimizer.gan': { center: [true, false] } },
      zip: { 'schedule.decay': ['constant', { cosine: {} }], 'regularization.cutmix': [null, 1] },
      cases: [{ name: 'sgd', optimizer: { base: 'sgd' }, 'optimizer.momentum': 0 }],
      exclude: [{ 'optimizer.learningRate': 3e-4 }],
    };
    expect(schema.safeParse(content).error).toBeUndefined();
  });

  it.each([
    {},
    { base: { modle: 'resnet20' } },
    { base: { name: 'inner' } },
    { base: {}, grid: { optimzer: ['gan'] } },
    { base: {}, grid: { optimizer: [] } },
    { base: {}, grid: { optimizer: ['sgd'] } },
    { base: {}, grid: { epochs: 3 } },
    { base: {}, grid: { seeds: [[1], [2]] } },
    { base: {}, zip: { optimizer: { lr: [1] } } },
    { base: {}, cases: [{ epochs: 3 }] },
    { base: {}, exclude: [{ 'optimizer.learningRate': 0 }] },
    { base: {}, compare: { baseline: { optimizer: 'sgd' } } },
    { base: {}, workers: 2 },
    { base: {}, slurm: { extra: { nice: false } } },
  ])('rejects %j', (content) => {
    expect(schema.safeParse(content)).toMatchObject({ success: false });
  });
});
