import { describe, expect, it } from 'vitest';

import {
  extraRequirements,
  type Machine,
  pipDownloadArguments,
  platformTags,
  tensorflowRequirements,
  wheelKey,
  wheelObstacle,
} from '../../src/setup/wheels.js';

const linux: Machine = { platform: 'linux', arch: 'x64', glibc: '2.36' };
const arm: Machine = { ...linux, arch: 'arm64' };

describe('wheelObstacle', () => {
  it('finds none on Linux with a new enough C library', () => {
    expect(wheelObstacle(linux, 'cpu')).toBeUndefined();
    expect(wheelObstacle(linux, 'gpu')).toBeUndefined();
    expect(wheelObstacle(arm, 'cpu')).toBeUndefined();
    expect(wheelObstacle({ ...linux, glibc: '2.27' }, 'cpu')).toBeUndefined();
  });

  it.each([
    ['another system', { ...linux, platform: 'darwin' }, 'cpu', /Linux only, not for darwin/],
    ['another processor', { ...linux, arch: 'riscv64' }, 'cpu', /no TensorFlow package for riscv64/],
    ['GPUs on arm64', arm, 'gpu', /only on x64/],
    ['an old C library', { ...linux, glibc: '2.26' }, 'cpu', /2\.27 or newer; here is 2\.26/],
    ['musl', { ...linux, glibc: undefined }, 'cpu', /here is another C library/],
  ] as const)('names %s', (_, machine, variant, message) => {
    expect(wheelObstacle(machine, variant)).toMatch(message);
  });
});

describe('platformTags', () => {
  it('lists every tag that the C library satisfies, newest first', () => {
    const tags = platformTags({ ...linux, glibc: '2.28' });
    expect(tags.slice(0, 2)).toEqual(['manylinux_2_28_x86_64', 'manylinux_2_27_x86_64']);
    expect(tags).toContain('manylinux_2_5_x86_64');
    expect(tags.slice(-2)).toEqual(['manylinux2014_x86_64', 'manylinux1_x86_64']);
  });

  it('starts at glibc 2.17 on arm64, where nothing older exists', () => {
    expect(platformTags({ ...arm, glibc: '2.18' })).toEqual([
      'manylinux_2_18_aarch64',
      'manylinux_2_17_aarch64',
      'manylinux2014_aarch64',
    ]);
  });
});

describe('tensorflowRequirements', () => {
  it('pins the hash of the wheel that was tested', () => {
    expect(tensorflowRequirements(linux, 'cpu')).toEqual([
      {
        line: 'tensorflow-cpu==2.21.0 --hash=sha256:2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
        hashed: true,
      },
    ]);
  });

  it('asks for one version without a hash elsewhere', () => {
    expect(tensorflowRequirements(linux, 'gpu')).toEqual([{ line: 'tensorflow==2.21.0', hashed: false }]);
    expect(tensorflowRequirements(arm, 'cpu').map(({ line }) => line)).toEqual([
      'tensorflow-cpu==2.21.0',
      'tensorflow==2.21.0',
    ]);
  });
});

describe('wheelKey', () => {
  const cudnn = { line: 'nvidia-cudnn-cu12<10.0,>=9.3.0.75', hashed: false };

  it('begins with the name of the package', () => {
    expect(wheelKey(linux, cudnn)).toMatch(/^nvidia-cudnn-cu12-[0-9a-f]{12}$/);
  });

  it('is another for another requirement, and where other wheels run', () => {
    const keys = [
      wheelKey(linux, cudnn),
      wheelKey(linux, { ...cudnn, line: 'nvidia-cudnn-cu12<11.0,>=9.3.0.75' }),
      wheelKey({ ...linux, glibc: '2.28' }, cudnn),
      wheelKey(arm, cudnn),
    ];
    expect(new Set(keys).size).toBe(4);
    expect(wheelKey({ ...linux }, { ...cudnn })).toBe(keys[0]);
  });

  it('never leads out of its folder', () => {
    expect(wheelKey(linux, { line: '../../x', hashed: false })).toMatch(/^package-/);
  });
});

describe('pipDownloadArguments', () => {
  const of = (hashed: boolean, pip: string) =>
    pipDownloadArguments(linux, { hashed }, pip, '/t/requirements.txt', '/t/wheels').join(' ');

  it('downloads wheels only, without what they depend on', () => {
    const args = of(true, '23.2.1');
    expect(args).toMatch(/^-m pip download /);
    expect(args).toContain('--no-deps --only-binary=:all: --implementation cp --python-version 3.11');
    expect(args).toContain('--platform manylinux_2_27_x86_64');
    expect(args).toMatch(/--require-hashes --requirement \/t\/requirements\.txt --dest \/t\/wheels$/);
  });

  it('requires hashes only where there are some', () => {
    expect(of(false, '23.2.1')).not.toContain('--require-hashes');
  });

  it.each([
    ['23.2.1', false],
    ['25.0.1', false],
    ['25.1', true],
    ['26.2.1', true],
    ['0', false],
  ])('has pip %s go on with broken downloads: %s', (pip, resumes) => {
    expect(of(false, pip).includes('--resume-retries 20')).toBe(resumes);
  });
});

describe('extraRequirements', () => {
  const metadata = [
    'Metadata-Version: 2.4',
    'Requires-Dist: numpy>=1.26.0',
    'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
    "Requires-Dist: nvidia-nccl-cu12<3.0,>=2.27.7 ; extra == 'and-cuda'",
    'Requires-Dist: tensorflow-io-gcs-filesystem>=0.23.1; (sys_platform != "win32") and extra == "gcs-filesystem"',
    '',
    'Requires-Dist: is only text here',
  ].join('\r\n');

  it('takes the lines of one extra, without their markers', () => {
    expect(extraRequirements(metadata, 'and-cuda')).toEqual([
      { line: 'nvidia-cublas-cu12<13.0,>=12.5.3.2', hashed: false },
      { line: 'nvidia-nccl-cu12<3.0,>=2.27.7', hashed: false },
    ]);
  });

  it('is empty for an extra that is not there', () => {
    expect(extraRequirements(metadata, 'cuda')).toEqual([]);
  });
});
