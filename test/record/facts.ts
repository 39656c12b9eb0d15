import type { RunFacts } from '../../src/record/manifest.js';

/** What a run was made with. */
export const facts: RunFacts = {
  seed: 42,
  commandLine: ['run', 'configs/smoke.json'],
  program: { version: '0.1.0', gitCommit: 'a'.repeat(40), gitDirty: false, node: 'v20.20.2', tfjs: '4.22.0' },
  engine: { backend: 'tensorflow', library: 'TensorFlow 2.21.0', devices: ['CPU:0'] },
  machine: {
    platform: 'linux',
    release: '6.1',
    arch: 'x64',
    cpuModel: 'A CPU',
    cpuCores: 2,
    memoryBytes: 8e9,
  },
  dataset: { name: 'cifar100-mini', checksums: { 'train.bin': 'b'.repeat(64) } },
};
