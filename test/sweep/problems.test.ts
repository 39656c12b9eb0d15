import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig, loadConfig } from '../../src/config/index.js';
import { loadSweep } from '../../src/sweep/load.js';
import { folderWith } from '../config/folder.js';
import { complaintsOf, sweepOf } from './sweep-file.js';

describe('a wrong sweep file is told with line, key, what was found and what is allowed:', () => {
  it.each<[string, string, (string | RegExp)[]]>([
    [
      'a wrong value in the grid',
      'base: { model: resnet20 }\ngrid:\n  optimizer: [adamw, gna]',
      [
        /^study\.yaml:3:22: grid\.optimizer: found "gna"; allowed: adamw, zscore, gan, or an object .*; did you mean "gan"\?$/,
      ],
    ],
    [
      'a number out of range, deep in an object',
      'base: { model: resnet20 }\ngrid:\n  schedule.decay:\n    - constant\n    - { step: { every: 0 } }',
      ['study.yaml:5:24: grid.schedule.decay.step.every: found 0; allowed: a whole number of at least 1'],
    ],
    [
      'an unknown key, once for all of its values',
      'base: { model: resnet20 }\ngrid:\n  optimizer.lr: [1, 2]',
      [
        /^study\.yaml:3:3: grid\.optimizer\.lr: unknown key; allowed here: gradient, .*; did you mean "learningRate"\?$/,
      ],
    ],
    [
      'an unknown outer key, where it stands',
      'base: { model: resnet20 }\ngrid:\n  optimzer:\n    learningRate: [1, 2]',
      [
        /^study\.yaml:3:3: grid\.optimzer: unknown key; allowed here: plugins, model, modelOptions, dataset, .*; did you mean "optimizer"\?$/,
      ],
    ],
    [
      'an unknown key of the sweep',
      'base: { model: resnet20 }\nseed: [1]',
      [
        /^study\.yaml:2:1: seed: unknown key; allowed here: name, base, grid, .*, slurm; did you mean "seeds"\?$/,
      ],
    ],
    [
      'a key of the base at the top',
      'base: { model: resnet20 }\nepochs: 3',
      [/^study\.yaml:2:1: epochs: unknown key; .*; did you mean "base\.epochs"\?$/],
    ],
    [
      'a wrong value in the base',
      'base: { model: resnet20, epochs: none }',
      [/^study\.yaml:1:34: base\.epochs: found "none"; allowed: a whole number of at least 1/],
    ],
    [
      'a missing base',
      'grid: { model: [resnet20] }',
      [
        'study.yaml: base: missing; give an object with the keys extends, plugins, model, modelOptions, dataset, optimizer, schedule, loss, regularization, epochs, maxSteps, batchSize, evalBatchSize, seeds, backend, precision, log, checkpoint, output',
      ],
    ],
    [
      'a model that no part gives',
      'base: {}\ngrid: { optimizer: [adamw, gan] }',
      [
        /^study\.yaml: base\.model: missing; give resnet20, .*, vit-small, or that of a plug-in, such as mine\/sign \(in the member adamw\)$/,
      ],
    ],
    [
      'what is no list, an empty one, and lists of unequal lengths',
      'base: { model: resnet20 }\ngrid: { epochs: 3, batchSize: [] }\nzip:\n  maxSteps: [1, 2]\n  optimizer: [gan]',
      [
        "study.yaml:2:17: grid.epochs: found 3; allowed: a non-empty list of the key's values, such as [1e-3, 3e-4]",
        "study.yaml:2:31: grid.batchSize: found an empty list; allowed: a non-empty list of the key's values, such as [1e-3, 3e-4]",
        'study.yaml:5:14: zip.optimizer: found 1 value; allowed: as many as maxSteps has, which are 2, for those at the same place go together',
      ],
    ],
    [
      'a key that varies twice',
      'base: { model: resnet20 }\ngrid: { optimizer.momentum: [0, 0.5], optimizer: { momentum: [0.9] } }\nzip: { epochs: [1] , "epochs": [2] }',
      [/^study\.yaml:3:22: YAML syntax: the key "epochs" is given twice$/],
    ],
    [
      'a key in grid and zip, or dotted and nested',
      'base: { model: resnet20 }\ngrid: { optimizer.momentum: [0, 0.5], optimizer: { momentum: [0.9] } }\nzip: { optimizer.momentum: [0.3] }',
      [
        'study.yaml:2:62: grid.optimizer.momentum: the key varies in two places; give all of its values in one',
        'study.yaml:3:28: zip.optimizer.momentum: the key varies in two places; give all of its values in one',
      ],
    ],
    [
      'names, seeds and outputs of members',
      'base: { model: resnet20, name: a }\ngrid: { seeds: [[1], [2]] }\ncases: [{ name: b, output: there }]',
      [
        'study.yaml:1:26: base.name: it cannot be set here: the sweep is named by name, at the top of the file, and its members after what varies',
        'study.yaml:2:9: grid.seeds: it cannot be set here: every configuration is run with the same seeds: give them as seeds, at the top of the file',
        'study.yaml:3:20: cases.0.output: it cannot be set here: all members land in one folder: give it as output, at the top of the file',
      ],
    ],
    [
      'cases without a name, or with a wrong one',
      'base: { model: resnet20 }\ncases:\n  - { epochs: 3 }\n  - { name: ../up }\n  - { name: sweep.json }',
      [
        /^study\.yaml:3:5: cases\.0\.name: missing; it names the folder of the case: give 1 to 100 letters/,
        /^study\.yaml:4:13: cases\.1\.name: found "\.\.\/up"; allowed: 1 to 100 letters/,
        'study.yaml:5:13: cases.2.name: found "sweep.json"; allowed: any other name than sweep.json, which is a file beside it',
      ],
    ],
    [
      'a key inside of one that has a value',
      'base: { model: resnet20 }\ncases: [{ name: a, schedule.decay: constant, schedule.decay.step.every: 3 }]',
      [
        'study.yaml:2:46: cases.0.schedule.decay.step.every: schedule.decay is "constant" here, so it has no keys; give either',
      ],
    ],
    [
      'patterns that nothing has',
      'base: { model: resnet20 }\ngrid: { optimizer: [adamw, gan] }\nexclude: [{ optimizer.learningRate: 1e-4 }]\ncompare: { baseline: { optimizer: zscore } }',
      [
        'study.yaml:3:11: exclude.0: no member is like that; in grid and zip optimizer.learningRate is 0.001',
        'study.yaml:4:22: compare.baseline: no member is like that; in the sweep optimizer.gradient is "none" or "gan", optimizer.base is "adamw"',
      ],
    ],
    [
      'a pattern that only a case has',
      'base: { model: resnet20 }\ngrid: { optimizer: [adamw] }\ncases: [{ name: short, epochs: 3 }]\nexclude: [{ epochs: 3 }]',
      ['study.yaml:4:11: exclude.0: no member is like that; in grid and zip epochs is 200'],
    ],
    [
      'everything excluded',
      'base: { model: resnet20 }\ngrid: { optimizer: [adamw] }\nexclude: [{ model: resnet20 }]',
      [
        'study.yaml:3:1: exclude: it leaves out all that grid and zip make, and there are no cases; take a pattern out',
      ],
    ],
    [
      'members that would be one run',
      'base: { model: resnet20 }\ngrid: { optimizer: [adamw, gan, { gradient: gan }], log.everySteps: [0, 5] }',
      [
        'study.yaml:2:73: grid.log.everySteps: adamw-es5 would be the same run as adamw (grid.log.everySteps, line 2): they differ only in log, which changes nothing that is trained; take one of them out',
        'study.yaml:2:73: grid.log.everySteps: gan-es5 would be the same run as gan (grid.log.everySteps, line 2): they differ only in log, which changes nothing that is trained; take one of them out',
        'study.yaml:2:70: grid.log.everySteps: gan would be the same run as gan (grid.log.everySteps, line 2): both set the same; take one of them out',
        'study.yaml:2:73: grid.log.everySteps: gan-es5 would be the same run as gan (grid.log.everySteps, line 2): they differ only in log, which changes nothing that is trained; take one of them out',
      ],
    ],
    [
      'members of one name, whatever the case of its letters',
      'base: { model: resnet20 }\ngrid: { optimizer: [gan] }\ncases:\n  - { name: GAN, epochs: 3 }',
      [
        'study.yaml:4:5: cases.0: gan (grid.optimizer, line 2) would have the same folder, GAN; give one of them as a case with another name',
      ],
    ],
    [
      'a margin in points, and workers as a number',
      'base: { model: resnet20 }\ncompare: { equivalenceMargin: 5 }\nworkers: 2\nretries: -1',
      [
        'study.yaml:2:31: compare.equivalenceMargin: found 5; allowed: a number above 0 and below 1',
        'study.yaml:3:10: workers: found 2; allowed: "auto", or an object with the keys count, threads',
        'study.yaml:4:10: retries: found -1; allowed: a whole number from 0 to 100',
      ],
    ],
    [
      'lines for SLURM that are several',
      'base: { model: resnet20 }\nslurm: { partition: "a\\nb", extra: { --nice: 3 } }',
      [
        'study.yaml:2:21: slurm.partition: found "a\\nb"; allowed: non-empty text on one line',
        /^study\.yaml:2:\d+: slurm\.extra/,
      ],
    ],
    ['a list', '- base', [/^study\.yaml: found \["base"\]; allowed: an object/]],
  ])('%s', async (_, content, lines) => {
    const told = await complaintsOf(content);
    expect(told).toStrictEqual(
      lines.map((line): unknown => (typeof line === 'string' ? line : expect.stringMatching(line))),
    );
  });

  it('too many members', async () => {
    const values = Array.from({ length: 101 }, (_, index) => index + 1);
    const grid = { epochs: values, batchSize: values };
    expect(await complaintsOf({ base: { model: 'resnet20' }, grid })).toStrictEqual([
      'study.json: found 10201 configurations; allowed: at most 10000 members, a configuration and a seed each',
    ]);
  });

  it('options that make members the same', async () => {
    const content = 'base: { model: resnet20 }\ngrid: { optimizer.learningRate: [1e-3, 3e-4] }';
    expect(await complaintsOf(content, { set: ['optimizer.learningRate=5e-4'] })).toStrictEqual([
      'study.yaml:2:40: grid.optimizer.learningRate: lr3e-4 would be the same run as base (grid.optimizer.learningRate, line 2): the command line sets optimizer for both; take one of them out',
    ]);
    expect(await complaintsOf(content, { set: ['epochs=0'] })).toStrictEqual([
      '--set epochs=0: epochs: found 0; allowed: a whole number of at least 1',
    ]);
  });

  it('a base that cannot be read, or that is the sweep itself', async () => {
    expect(await complaintsOf('base: { extends: nope.json }')).toStrictEqual([
      'study.yaml:1:18: base.extends: its base nope.json cannot be used',
      'nope.json: cannot be read: no such file; give the path of a JSON or YAML file',
    ]);
    const [line] = await complaintsOf('base: { extends: study.yaml }');
    expect(line).toBe(
      'study.yaml:1:18: base.extends: the files extend each other in a circle: study.yaml → study.yaml',
    );
  });

  it('a file whose name cannot name a folder', async () => {
    const folder = await folderWith({ 'my study.yaml': 'base: { model: resnet20 }' });
    await expect(loadSweep(join(folder, 'my study.yaml'))).rejects.toThrow(
      /name: missing, and that of the file cannot be taken: give 1 to 100 letters/,
    );
  });
});

describe('the two kinds of file', () => {
  it('are told apart', async () => {
    const folder = await folderWith({
      'one.yaml': 'model: resnet20',
      'many.yaml': 'base: { model: resnet20 }',
    });
    await expect(loadConfig(join(folder, 'many.yaml'))).rejects.toThrow(
      /many\.yaml is a sweep, which makes many configurations: use "gan-bench sweep .*many\.yaml"$/,
    );
    await expect(loadSweep(join(folder, 'one.yaml'))).rejects.toThrow(
      /one\.yaml: it is a configuration, which "gan-bench run" trains; .*\{"base":\{"extends":"one\.yaml"\}/,
    );
    expect(await checkConfig(join(folder, 'many.yaml'))).toStrictEqual({ outcome: 'sweep' });
  });

  it('a sweep with a misplaced key stays a sweep for its own command', async () => {
    await expect(sweepOf('base: { model: resnet20 }\nmodel: resnet20')).rejects.toThrow('model: unknown key');
  });
});
