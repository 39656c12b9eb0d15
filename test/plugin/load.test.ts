import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadPlugin } from '../../src/plugin/load.js';
import { folderWith } from '../config/folder.js';

const BEGIN = `import { definePlugin, defineTransform, NO_OPTIONS, perTensor } from 'gan-bench';\n`;
const META = `meta: { name: 'mine', version: '1.0.0', apiVersion: 1 }`;
const PLUGIN = `${BEGIN}export const plugin = definePlugin({ ${META} });\n`;

async function load(files: Readonly<Record<string, string>>, from = './mine.ts') {
  const folder = await folderWith(files);
  return { folder, ...(await loadPlugin({ from, folder })) };
}

describe('loading a plug-in', () => {
  it('reads TypeScript, with the files that it imports and values of other packages', async () => {
    const { folder, plugin, identity, sources, file } = await load({
      'mine.ts': `${BEGIN}import { double } from './lib/double.js';
        import numbers from './lib/numbers.json';
        import { two } from 'other';
        enum Kind { Twice = 'twice' }
        const named: Record<string, unknown> = { [Kind.Twice]: double(numbers.one satisfies number, two) };
        const twice = defineTransform({ options: NO_OPTIONS, reports: [], create: () => perTensor((g) => g) });
        export const plugin = definePlugin({ ${META}, transforms: Object.fromEntries(Object.keys(named).map((key) => [key, twice])) });`,
      'lib/double.ts': 'export const double = (a: number, b: number): number => a * b;',
      'lib/numbers.json': '{ "one": 1 }',
      'node_modules/other/package.json': '{ "name": "other", "type": "module", "exports": "./index.js" }',
      'node_modules/other/index.js': 'export const two = 2;',
    });
    expect(Object.keys(plugin.transforms)).toEqual(['twice']);
    expect(file).toBe(path.join(folder, 'mine.ts'));
    expect(identity).toMatchObject({ from: file, name: 'mine', version: '1.0.0' });
    // Another package's files are not its own.
    expect([...sources.keys()]).toEqual(['lib/double.ts', 'lib/numbers.json', 'mine.ts']);
    expect(sources.get('lib/numbers.json')?.toString()).toBe('{ "one": 1 }');
  });

  it('knows it by its files, wherever they lie', async () => {
    const one = await load({ 'mine.ts': PLUGIN });
    const elsewhere = await load({ 'deep/mine.ts': PLUGIN }, './deep/mine.ts');
    const other = await load({ 'mine.ts': `${PLUGIN}// changed\n` });
    const renamed = await load({ 'yours.ts': PLUGIN }, './yours.ts');
    expect(elsewhere.identity.sha256).toBe(one.identity.sha256);
    expect(other.identity.sha256).not.toBe(one.identity.sha256);
    expect(renamed.identity.sha256).not.toBe(one.identity.sha256);
    const { folder, identity } = one;
    await expect(loadPlugin({ from: './mine.ts', folder, pinned: identity })).resolves.toMatchObject({
      identity,
    });
    await writeFile(path.join(folder, 'mine.ts'), `${PLUGIN}// changed\n`);
    await expect(loadPlugin({ from: './mine.ts', folder, pinned: identity })).rejects.toThrow(
      /it is not the one that was begun with: that was mine 1\.0\.0, SHA-256 [0-9a-f]{64}, this is mine 1\.0\.0, SHA-256 [0-9a-f]{64}\. Put its files back/,
    );
  });

  it('does not read what lies beside it', async () => {
    const plain = await load({ 'mine.ts': PLUGIN });
    const beside = await load({ 'mine.ts': PLUGIN, 'tsconfig.json': '{ "extends": "./nowhere.json", ' });
    expect(beside.identity.sha256).toBe(plain.identity.sha256);
  });

  it('takes a package by its name', async () => {
    const { plugin, file, folder } = await load(
      {
        'node_modules/gan-bench-mine/package.json':
          '{ "name": "gan-bench-mine", "type": "module", "exports": { "import": "./main.js" } }',
        'node_modules/gan-bench-mine/main.js': PLUGIN,
      },
      'gan-bench-mine',
    );
    expect(plugin.meta.name).toBe('mine');
    expect(file).toBe(path.join(folder, 'node_modules/gan-bench-mine/main.js'));
  });

  it.each<[what: string, files: Readonly<Record<string, string>>, message: RegExp]>([
    [
      'is not there',
      {},
      /^the plug-in \.\/mine\.ts: Could not resolve "\.\/mine\.ts" from \S+; allowed: a path that begins with \.\/ or \/, or an installed package$/,
    ],
    ['is no program', { 'mine.ts': 'const x = ;' }, /mine\.ts:1:11: Unexpected ";"$/],
    [
      'imports what is not there',
      { 'mine.ts': `${PLUGIN}import { a } from './a.js';\nconsole.log(a);` },
      /mine\.ts:3:19: Could not resolve "\.\/a\.js"$/,
    ],
    [
      'imports a package that is not installed',
      { 'mine.ts': `${PLUGIN}import { a } from 'not-there';\nconsole.log(a);` },
      /mine\.ts:3:19: Could not resolve "not-there"$/,
    ],
    ['throws', { 'mine.ts': 'throw new Error("not today");' }, /mine\.ts: it cannot be loaded: not today$/],
    [
      'exports no plug-in',
      { 'mine.ts': 'export const plugin = { meta: {} };' },
      /it exports no plug-in; it has to say/,
    ],
    [
      'draws numbers that no seed repeats',
      { 'mine.ts': `const seed = Math.random();\n${PLUGIN}export const it = seed;` },
      /it cannot be loaded: it uses Math\.random, whose numbers no seed repeats/,
    ],
    [
      'is written for another version of the program',
      { 'mine.ts': PLUGIN.replace('apiVersion: 1', 'apiVersion: 2') },
      /definePlugin: meta\.apiVersion: found 2; allowed: 1, which is what this version of gan-bench works with$/,
    ],
    [
      'has a name that cannot be one',
      { 'mine.ts': PLUGIN.replace("'mine'", "'../up'") },
      /definePlugin: meta\.name: found "\.\.\/up"; allowed: lower-case letters, digits and "-"/,
    ],
    [
      'has a method without a function',
      {
        'mine.ts': `${BEGIN}export const plugin = definePlugin({ ${META}, transforms: { a: { options: NO_OPTIONS, reports: [] } } });`,
      },
      /definePlugin: transforms\.a\.create: found nothing; allowed: a function$/,
    ],
    [
      'has a part that there is not',
      { 'mine.ts': `${BEGIN}export const plugin = definePlugin({ ${META}, transform: {} });` },
      /definePlugin: found transform; allowed: nothing of that name$/,
    ],
  ])('says so when it %s', async (_, files, message) => {
    const folder = await folderWith(files);
    const { random } = Math;
    const loading = loadPlugin({ from: './mine.ts', folder });
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toMatchObject({ code: 'config' });
    expect(Math.random).toBe(random);
  });

  it('reads no folder, no device and no other kind of file in its place', async () => {
    const folder = await folderWith({ 'mine.css': 'a {}' });
    await mkdir(path.join(folder, 'folder.ts'));
    await symlink('/dev/zero', path.join(folder, 'zero.ts'));
    const refused = (from: string) => expect(loadPlugin({ from, folder })).rejects;
    await refused('./folder.ts').toThrow(/folder\.ts/);
    await refused('./zero.ts').toThrow(/zero/);
    await refused('./mine.css').toThrow('mine.css; allowed: .ts, .mts, .js, .mjs, .json');
  });
});
