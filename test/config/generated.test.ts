import { readdir, readFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { configurationMarkdown, jsonSchema } from '../../src/config/index.js';

describe('generated files', () => {
  it.each([
    ['schema/gan-bench.schema.json', JSON.stringify(jsonSchema())],
    ['docs/configuration.md', configurationMarkdown()],
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
      /\.(json|ya?ml)$/.test(file),
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

  it('describes every key, for the help that editors show', () => {
    const undescribed: string[] = [];
    const visit = (node: z.core.JSONSchema.BaseSchema, path: string) => {
      for (const [key, child] of Object.entries(node.properties ?? {})) {
        if (typeof child === 'boolean') continue;
        if (child.description === undefined) undescribed.push(`${path}${key}`);
        visit(child, `${path}${key}.`);
      }
      for (const alternative of node.anyOf ?? []) visit(alternative, path);
    };
    visit(jsonSchema(), '');
    expect(undescribed).toStrictEqual([]);
  });
});
