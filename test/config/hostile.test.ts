import { execFile } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkConfig } from '../../src/config/index.js';
import { complaints, folderWith } from './folder.js';

/** The complaints about one file. */
async function about(name: string, text: string | object): Promise<string[]> {
  return complaints(await folderWith({ [name]: text }), name);
}

describe('a configuration that is too much', () => {
  it('is refused by its size before it is read', async () => {
    const text = `{"model": "resnet20"${' '.repeat(64 * 1024)}}`;
    expect(await about('c.json', text)).toStrictEqual([
      'c.json: cannot be read: it has 65557 bytes or more, at most 65536 are read; give the path of a JSON or YAML file',
    ]);
  });

  it.each([
    ['lists in a YAML file', 'c.yaml', '['.repeat(60_000), 'c.yaml:1:65'],
    ['objects in a JSON file', 'c.json', '{"a":'.repeat(12_000), 'c.json:1:321'],
    ['dashes', 'c.yaml', '- '.repeat(30_000), 'c.yaml:1:129'],
    ['explicit keys', 'c.yaml', '? '.repeat(30_000), 'c.yaml:1:129'],
    [
      'lines',
      'c.yaml',
      Array.from({ length: 200 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'c.yaml:65:66',
    ],
    [
      'aliases of aliases',
      'c.yaml',
      ['a0: &a0 1', ...Array.from({ length: 70 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`)].join('\n'),
      'c.yaml:65:12',
    ],
  ])('is refused where it has too many levels: %s', async (_, name, text, place) => {
    const [line] = await about(name, text);
    const format = name.endsWith('json') ? 'JSON' : 'YAML';
    expect(line).toBe(`${place}: ${format} syntax: lists and objects lie more than 64 deep in each other`);
  });

  it('is refused where an alias never ends', async () => {
    expect(await about('c.yaml', 'model: resnet20\nlog: &a\n  everySteps: [*a]\n')).toStrictEqual([
      'c.yaml:3:16: YAML syntax: *a stands inside of what it stands for',
    ]);
  });

  it('is told its first 20 problems, and how many more there are', async () => {
    const keys = Array.from({ length: 4000 }, (_, index) => [`key${index}`, index]);
    const lines = await about('c.json', JSON.stringify(Object.fromEntries(keys)));
    expect(lines).toHaveLength(21);
    expect(lines[0]).toMatch(/^c\.json:1:2: key0: unknown key; allowed here: /);
    expect(lines.at(-1)).toBe('… and 3980 more');
  });

  it('is told as many syntax mistakes', async () => {
    const lines = await about('c.yaml', `a: 1\n${'}\n'.repeat(1000)}`);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toMatch(/^… and \d+ more$/);
  });

  it('is refused on the command line, too', async () => {
    const deep = `${'a.'.repeat(5000)}b=1`;
    const nested = `log=${'['.repeat(5000)}`;
    const long = `name=${'x'.repeat(64 * 1024)}`;
    const lines = await complaints(process.cwd(), 'configs/smoke.json', { set: [deep, nested, long] });
    expect(lines.map((line) => line.slice(line.indexOf('…: ')))).toStrictEqual([
      '…: the key has 5001 levels, at most 64 are read',
      '…: the value cannot be read (lists and objects lie more than 64 deep in each other); quote text that has special characters',
      '…: it has 65541 characters, at most 65536 are read',
    ]);
  });
});

describe('a path that is no file of text', () => {
  it('may be a pipe, a device or a folder behind a right name', async () => {
    const folder = await folderWith({ 'folder.json/x': '' });
    await promisify(execFile)('mkfifo', [join(folder, 'pipe.json')]);
    await symlink('/dev/zero', join(folder, 'zero.yaml'));
    const after = '; give the path of a JSON or YAML file';
    for (const [name, found] of [
      ['pipe.json', 'a pipe'],
      ['zero.yaml', 'a device'],
      ['folder.json', 'a folder'],
    ] as const) {
      expect(await complaints(folder, name)).toStrictEqual([
        `${name}: cannot be read: it is ${found}, not a file${after}`,
      ]);
    }
  });

  it('may hold bytes that are no text', async () => {
    const folder = await folderWith({});
    await writeFile(join(folder, 'c.yaml'), Buffer.from('model: resnet20\n', 'utf16le').subarray(1));
    await writeFile(join(folder, 'd.yaml'), Buffer.from([0xff, 0xfe, 0x6d, 0x00]));
    expect(await complaints(folder, 'd.yaml')).toStrictEqual([
      'd.yaml: it is not text in UTF-8; save it as that',
    ]);
    expect(await complaints(folder, 'c.yaml')).not.toHaveLength(0);
  });
});

describe('YAML beyond a configuration', () => {
  it.each([
    ['a tag of its own', 'model: !mine resnet20', 'c.yaml:1:8: YAML syntax: Unresolved tag: !mine'],
    [
      'binary data',
      'name: !!binary aGk=',
      'c.yaml:1:7: YAML syntax: Unresolved tag: tag:yaml.org,2002:binary',
    ],
    [
      'a key that is a list',
      '? [a]\n: 1',
      'c.yaml:1:3: YAML syntax: With stringKeys, all keys must be strings',
    ],
    ['a key given twice', 'log: {}\nlog: {}', 'c.yaml:2:1: YAML syntax: the key "log" is given twice'],
    [
      'a key given twice, quoted',
      'log: {"everySteps": 1, everySteps: 2}',
      'c.yaml:1:24: YAML syntax: the key "everySteps" is given twice',
    ],
    [
      'an unknown directive',
      '%MINE\n---\nmodel: resnet20',
      'c.yaml:1:1: YAML syntax: Unknown directive %MINE',
    ],
  ])('is refused where it stands: %s', async (_, text, line) => {
    expect(await about('c.yaml', text)).toStrictEqual([line]);
  });

  it.each([
    [
      '<<: {model: resnet20}',
      /^c\.yaml:1:1: <<: unknown key; .*; YAML's merge keys are not read: use "extends"$/,
    ],
    ['1: a', /^c\.yaml:1:1: 1: unknown key/],
    ['true: a', /^c\.yaml:1:1: true: unknown key/],
    [': a', /^c\.yaml:1:1: unknown key/],
    ['dataset: {__proto__: {polluted: 1}}', /^c\.yaml:1:11: dataset\.__proto__: unknown key/],
    [
      '%YAML 1.1\n---\nmodel: resnet20\ndataset: {shuffle: yes}',
      /^c\.yaml:4:20: dataset\.shuffle: found "yes"/,
    ],
    ['%YAML 1.1\n---\nname: 2001-01-01\nmodel: no', /^c\.yaml:4:8: model: found "no"/],
  ])('is no more than an unknown key or a wrong value: %j', async (text, line) => {
    expect((await about('c.yaml', text))[0]).toMatch(line);
    expect({}).not.toHaveProperty('polluted');
  });

  it('may use anchors and aliases, and is shown where their value stands', async () => {
    const folder = await folderWith({
      'c.yaml': 'model: resnet20\nloss: &loss {labelSmoothing: 0.1}\n',
      'd.yaml': 'model: resnet20\nepochs: &n 0\nbatchSize: *n\nlog: &l {everySteps: -1}\ncheckpoint: *l\n',
    });
    expect(await checkConfig(join(folder, 'c.yaml'))).toMatchObject({
      outcome: 'right',
      config: { loss: { labelSmoothing: 0.1 } },
    });
    expect((await complaints(folder, 'd.yaml')).map((line) => line.split(': ').slice(0, 2))).toStrictEqual([
      ['d.yaml:2:12', 'epochs'],
      ['d.yaml:3:12', 'batchSize'],
      ['d.yaml:4:22', 'log.everySteps'],
      ['d.yaml:4:10', 'checkpoint.everySteps'],
    ]);
  });

  it('prints no warnings of the library', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    onTestFinished(() => {
      warn.mockRestore();
    });
    await about('c.yaml', '? [a]\n: !mine 1');
    await complaints(process.cwd(), 'configs/smoke.json', { set: ['name=!mine 1', 'log={[a]: 1}'] });
    expect(warn).not.toHaveBeenCalled();
  });
});

describe('numbers', () => {
  it.each([
    ['optimizer: {learningRate: 1e999}', 'optimizer.learningRate: found Infinity; allowed: a number above 0'],
    [
      'optimizer: {beta1: -.inf}',
      'optimizer.beta1: found -Infinity; allowed: a number of at least 0 and below 1',
    ],
    ['epochs: 1_000', 'epochs: found "1_000"; allowed: a whole number of at least 1'],
    ['seeds: [4294967296]', 'seeds.0: found 4294967296; allowed: a whole number from 0 to 4294967295'],
    [
      'seeds: [123456789012345678901234567890]',
      'seeds.0: found 1.2345678901234568e+29; allowed: a whole number from 0 to 4294967295',
    ],
    ['epochs: -1e300', 'epochs: found -1e+300; allowed: a whole number of at least 1'],
    ['seeds: [0.5]', 'seeds.0: found 0.5; allowed: a whole number from 0 to 4294967295'],
    ['seeds: [.nan]', 'seeds.0: found NaN; allowed: a whole number from 0 to 4294967295'],
  ])('that do not fit: %s', async (text, said) => {
    const lines = await about('c.yaml', `model: resnet20\n${text}`);
    expect(lines.map((line) => line.replace(/^c\.yaml:\d+:\d+: /, ''))).toStrictEqual([said]);
  });

  it('may be written as YAML 1.2 does', async () => {
    const folder = await folderWith({
      'c.yaml': 'model: resnet20\nseeds: [0x10, 0o17, 017, 1e3, 4294967295]\n',
    });
    expect(await checkConfig(join(folder, 'c.yaml'))).toMatchObject({
      config: { seeds: [16, 15, 17, 1000, 4294967295] },
    });
  });
});

it('what others wrote reaches the terminal escaped and cut', async () => {
  const escape = '\u001b[2J\u009b1m\u202e';
  const folder = await folderWith({
    'c.json': { model: `x${escape}`, extends: `${escape}.json`, [escape]: 1 },
    'd.yaml': `a: !${'t'.repeat(3000)} 1`,
  });
  const lines = [
    ...(await complaints(folder, 'c.json')),
    ...(await complaints(folder, 'd.yaml')),
    ...(await complaints(folder, 'd.yaml', {
      set: [`name=${escape}${'x'.repeat(500)}`, `output="${escape}`],
    })),
  ];
  expect(lines.length).toBeGreaterThanOrEqual(5);
  for (const line of lines) {
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(line.length).toBeLessThan(1500);
  }
});
