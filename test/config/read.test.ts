import { describe, expect, it } from 'vitest';
import { complaints, folderWith } from './folder.js';

describe('a configuration file that cannot be read', () => {
  it.each([
    ['gone.json', undefined, 'gone.json: cannot be read: no such file; give the path of a JSON or YAML file'],
    ['c.toml', 'x', 'c.toml: found the extension ".toml"; allowed: .json, .yaml, .yml'],
    ['c.json', '', 'c.json:1:1: JSON syntax: Unexpected end of JSON input'],
    [
      'c.yaml',
      '',
      'c.yaml: found nothing; allowed: an object of configuration keys, such as {"model": "resnet20"}',
    ],
    [
      'c.json',
      '[1]',
      'c.json: found a list; allowed: an object of configuration keys, such as {"model": "resnet20"}',
    ],
    [
      'c.yaml',
      'hello',
      'c.yaml: found a single value; allowed: an object of configuration keys, such as {"model": "resnet20"}',
    ],
  ])('%s with %j', async (file, text, line) => {
    const folder = await folderWith(text === undefined ? {} : { [file]: text });
    expect(await complaints(folder, file)).toStrictEqual([line]);
  });

  it('may be a folder', async () => {
    const folder = await folderWith({ 'c.json/x': '' });
    expect((await complaints(folder, 'c.json'))[0]).toMatch(/^c\.json: cannot be read: it is a folder/);
  });

  it.each([
    [
      'a comma too many in an object',
      '{\n  "model": "resnet20",\n}',
      'c.json:2:22: JSON syntax: no comma after the last item',
    ],
    [
      'a comma too many in a list',
      '{"model": "resnet20",\n "seeds": [1,]}',
      'c.json:2:13: JSON syntax: no comma after the last item',
    ],
    [
      'a comment',
      '{"model": "resnet20", # small\n"epochs": 1}',
      'c.json:1:23: JSON syntax: JSON has no comments',
    ],
    ['single quotes', '{\n "model": \'resnet20\'}', 'c.json:2:11: JSON syntax: text stands in double quotes'],
    ['a bare word', '{\n "model": resnet20}', 'c.json:2:11: JSON syntax: Unresolved plain scalar "resnet20"'],
    [
      'a key given twice',
      '{"epochs": 1,\n "epochs": 2}',
      'c.json:2:2: JSON syntax: the key "epochs" is given twice',
    ],
    ['a brace too few', '{"epochs": 1', 'c.json:1:13: JSON syntax: Flow map must end with a }'],
  ])('JSON with %s', async (_, text, line) => {
    expect(await complaints(await folderWith({ 'c.json': text }), 'c.json')).toStrictEqual([line]);
  });

  it.each([
    ['a tab', 'model: resnet20\nlog:\n\teverySteps: 1\n', /^c\.yaml:3:1: YAML syntax: /],
    ['an unknown tag', 'model: !!js/function resnet20\n', /^c\.yaml:1:8: YAML syntax: Unresolved tag/],
    ['an unknown alias', 'model: *x\n', /^c\.yaml:1:8: YAML syntax: no anchor &x stands before this alias$/],
    [
      'two documents',
      'model: resnet20\n---\nmodel: resnet20\n',
      /^c\.yaml:\d:\d: YAML syntax: a second document; a file holds one configuration$/,
    ],
  ])('YAML with %s', async (_, text, line) => {
    const lines = await complaints(await folderWith({ 'c.yaml': text }), 'c.yaml');
    expect(lines[0]).toMatch(line);
  });

  it('YAML whose aliases explode', async () => {
    const bomb = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
    const folder = await folderWith({ 'c.yaml': ['a0: &a0 [x]', ...bomb].join('\n') });
    const lines = await complaints(folder, 'c.yaml');
    expect(lines[0]).toMatch(/^c\.yaml:\d+:\d+: YAML syntax: aliases stand for more than 65536 characters$/);
  });
});
