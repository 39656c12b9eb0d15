import { describe, expect, it } from 'vitest';

import {
  extraRequirements,
  type Machine,
  pipDownloadArguments,
  platformTags,
  tensorflowRequirements,
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
        lines: [
          'tensorflow-cpu==2.21.0 --hash=sha256:2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
        ],
        hashed: true,
      },
    ]);
  });

  it('asks for one version without a hash elsewhere', () => {
    expect(tensorflowRequirements(linux, 'gpu')).toEqual([{ lines: ['tensorflow==2.21.0'], hashed: false }]);
    expect(tensorflowRequirements(arm, 'cpu').map(({ lines }) => lines)).toEqual([
      ['tensorflow-cpu==2.21.0'],
      ['tensorflow==2.21.0'],
    ]);
  });
});

describe('pipDownloadArguments', () => {
  it('downloads wheels only, without what they depend on', () => {
    const args = pipDownloadArguments(linux, { hashed: true }, '/t/requirements.txt', '/t/wheels').join(' ');
    expect(args).toMatch(/^-m pip download /);
    expect(args).toContain('--no-deps --only-binary=:all: --implementation cp --python-version 3.11');
    expect(args).toContain('--platform manylinux_2_27_x86_64');
    expect(args).toMatch(/--require-hashes --requirement \/t\/requirements\.txt --dest \/t\/wheels$/);
  });

  it('requires hashes only where there are some', () => {
    expect(pipDownloadArguments(linux, { hashed: false }, 'r', 'd')).not.toContain('--require-hashes');
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
      'nvidia-cublas-cu12<13.0,>=12.5.3.2',
      'nvidia-nccl-cu12<3.0,>=2.27.7',
    ]);
  });

  it('is empty for an extra that is not there', () => {
    expect(extraRequirements(metadata, 'cuda')).toEqual([]);
  });
});
