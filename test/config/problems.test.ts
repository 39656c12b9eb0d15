import { describe, expect, it } from 'vitest';
import { complaints, folderWith } from './folder.js';

/** The complaints about a configuration that is otherwise right. */
async function about(keys: object): Promise<string[]> {
  return complaints(await folderWith({ 'c.json': { model: 'resnet20', ...keys } }), 'c.json');
}

describe('wrong keys', () => {
  const gan = 'center, autoscale, adaptiveExponent';

  it('are shown with their place, what is allowed and the nearest key', async () => {
    expect(await about({ optimizer: { gan: { centre: true } } })).toStrictEqual([
      `c.json:5:7: optimizer.gan.centre: unknown key; allowed here: ${gan}; did you mean "center"?`,
    ]);
  });

  it.each([
    ['learning_rate', 'optimizer.learningRate'],
    ['learningRate', 'optimizer.learningRate'],
    ['labelSmoothing', 'loss.labelSmoothing'],
    ['epoch', 'epochs'],
    ['bacthSize', 'batchSize'],
  ])('%s at the top is taken for %s', async (key, meant) => {
    expect((await about({ [key]: 1 }))[0]).toMatch(
      new RegExp(`: ${key}: unknown key; .*did you mean "${meant}"\\?$`),
    );
  });

  it('cannot break out of their line', async () => {
    const lines = await about({ 'a\u001b[31m\nb': 1 });
    expect(lines).toStrictEqual([expect.stringMatching(/^c\.json:3:3: a\\u001b\[31m\\nb: unknown key/)]);
  });

  it('far from every key get no suggestion', async () => {
    expect((await about({ zzz: 1 }))[0]).not.toContain('did you mean');
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    '%s is as unknown as any, and pollutes nothing',
    async (key) => {
      for (const text of [`{"${key}": {"polluted": 1}}`, `{"dataset": {"${key}": {"polluted": 1}}}`]) {
        const lines = await complaints(await folderWith({ 'c.json': text }), 'c.json');
        expect(lines[0]).toMatch(new RegExp(`^c\\.json:1:\\d+: (dataset\\.)?${key}: unknown key`));
      }
      const folder = await folderWith({ 'c.json': { model: 'resnet20' } });
      const lines = await complaints(folder, 'c.json', {
        set: [`${key}.polluted=1`, `log.${key}.polluted=1`],
      });
      expect(lines).toHaveLength(2);
      expect({}).not.toHaveProperty('polluted');
    },
  );
});

describe('wrong values', () => {
  const seeds = 'a non-empty list, each item a whole number from 0 to 4294967295';
  const name =
    '1 to 100 letters, digits, "-", "_" and single inner dots, a letter or digit first (it names a folder)';
  const decays =
    '"constant", or an object with the key step, or an object with the key multistep, or an object with the key cosine, or that of a plug-in, such as mine/sign, or an object with that of a plug-in as its key';

  it.each([
    [
      { model: 'resnet21' },
      'model',
      '"resnet21"',
      'resnet20, resnet32, resnet44, resnet56, resnet110, vgg11bn, vgg13bn, vgg16bn, vgg19bn, vit-tiny, vit-small, or that of a plug-in, such as mine/sign; did you mean "resnet20"?',
    ],
    [
      { dataset: 'cifar10' },
      'dataset',
      '"cifar10"',
      'an object with the keys name, folder, format, size, trainSamples, testSamples, validation, shuffle, augmentation; did you mean {"name": "cifar10"}?',
    ],
    [
      { dataset: { trainSamples: 2.5 } },
      'dataset.trainSamples',
      '2.5',
      'a whole number of at least 1 or null',
    ],
    [{ dataset: { shuffle: 'yes' } }, 'dataset.shuffle', '"yes"', 'true or false'],
    [
      { optimizer: 'adamW' },
      'optimizer',
      '"adamW"',
      'adamw, zscore, gan, or an object with the keys gradient, eligible, base, learningRate, weightDecay, beta1, beta2, epsilon, momentum, nesterov, clipNorm, gan, options; did you mean "adamw"?',
    ],
    [
      { optimizer: null },
      'optimizer',
      'null',
      'adamw, zscore, gan, or an object with the keys gradient, eligible, base, learningRate, weightDecay, beta1, beta2, epsilon, momentum, nesterov, clipNorm, gan, options',
    ],
    [{ optimizer: { learningRate: 0 } }, 'optimizer.learningRate', '0', 'a number above 0'],
    [{ optimizer: { beta2: 1 } }, 'optimizer.beta2', '1', 'a number of at least 0 and below 1'],
    [
      { schedule: { decay: { step: { factor: 1.5 } } } },
      'schedule.decay.step.factor',
      '1.5',
      'a number above 0 and at most 1',
    ],
    [
      { schedule: { decay: 'cosine' } },
      'schedule.decay',
      '"cosine"',
      `${decays}; did you mean {"cosine": {}}?`,
    ],
    [
      { schedule: { decay: { steps: {} } } },
      'schedule.decay',
      '{"steps":{}}',
      `${decays}; did you mean "step"?`,
    ],
    [{ schedule: { decay: { step: {}, cosine: {} } } }, 'schedule.decay', '{"step":{},"cosine":{}}', decays],
    [
      { schedule: { decay: { multistep: { at: [5, 5] } } } },
      'schedule.decay.multistep.at',
      '[5,5]',
      'a list of increasing whole numbers',
    ],
    [{ loss: { labelSmoothing: 1 } }, 'loss.labelSmoothing', '1', 'a number of at least 0 and below 1'],
    [{ regularization: { cutmix: 0 } }, 'regularization.cutmix', '0', 'a number above 0 or null'],
    [{ seeds: [] }, 'seeds', '[]', seeds],
    [{ seeds: 42 }, 'seeds', '42', seeds],
    [{ seeds: [1, -1] }, 'seeds.1', '-1', 'a whole number from 0 to 4294967295'],
    [{ seeds: [4294967296] }, 'seeds.0', '4294967296', 'a whole number from 0 to 4294967295'],
    [{ seeds: [7, 7] }, 'seeds', '[7,7]', 'a list in which no seed occurs twice'],
    [{ name: '../up' }, 'name', '"../up"', name],
    [{ name: 'a..b' }, 'name', '"a..b"', name],
    [{ name: '' }, 'name', '""', name],
    [{ name: '.hidden' }, 'name', '".hidden"', name],
    [{ name: 'a\\b' }, 'name', '"a\\\\b"', name],
    [{ name: 'dot.' }, 'name', '"dot."', name],
    [{ extends: 5 }, 'extends', '5', 'non-empty text'],
    [
      { epochs: 2 ** 53 },
      'epochs',
      '9007199254740992',
      'a whole number of at least 1 and at most 9007199254740991',
    ],
  ])('%j', async (keys, key, found, allowed) => {
    const [line, ...others] = await about(keys);
    expect(others).toStrictEqual([]);
    expect(line?.replace(/^c\.json:\d+:\d+: /, '')).toBe(`${key}: found ${found}; allowed: ${allowed}`);
  });

  it('are shown where they stand', async () => {
    const folder = await folderWith({
      'c.yaml': 'model: resnet20\nschedule:\n  decay:\n    step: { every: 0 }\n',
    });
    expect(await complaints(folder, 'c.yaml')).toStrictEqual([
      'c.yaml:4:20: schedule.decay.step.every: found 0; allowed: a whole number of at least 1',
    ]);
  });

  it('are shown in YAML’s own words where JSON has none', async () => {
    const folder = await folderWith({
      'c.yaml': 'model: resnet20\noptimizer: { learningRate: .inf, epsilon: .nan }\n',
    });
    expect(await complaints(folder, 'c.yaml')).toStrictEqual([
      'c.yaml:2:28: optimizer.learningRate: found Infinity; allowed: a number above 0',
      'c.yaml:2:43: optimizer.epsilon: found NaN; allowed: a number above 0',
    ]);
  });

  it('are all reported at once', async () => {
    const lines = await about({
      epochs: 0,
      sedes: [1],
      optimizer: { beta1: 2, base: 'sgdd' },
      log: { everyStep: 1 },
    });
    expect(lines.map((line) => line.split(': ')[1]).toSorted()).toStrictEqual([
      'epochs',
      'log.everyStep',
      'optimizer.base',
      'optimizer.beta1',
      'sedes',
    ]);
  });
});

describe('missing keys', () => {
  it('are asked for once all files are read', async () => {
    const folder = await folderWith({ 'c.json': { schedule: { decay: { multistep: {} } } } });
    expect(await complaints(folder, 'c.json')).toStrictEqual([
      'c.json: model: missing; give resnet20, resnet32, resnet44, resnet56, resnet110, vgg11bn, vgg13bn, vgg16bn, vgg19bn, vit-tiny, vit-small, or that of a plug-in, such as mine/sign, or say "abstract": true in a file that others extend',
      'c.json: schedule.decay.multistep.at: missing; give a non-empty list, each item a whole number of at least 1',
    ]);
  });

  it('include a name when that of the file cannot serve', async () => {
    const folder = await folderWith({ 'my run.json': { model: 'resnet20' } });
    expect((await complaints(folder, 'my run.json'))[0]).toMatch(
      /^my run\.json: name: found "my run"; allowed: 1 to 100 letters/,
    );
  });
});
