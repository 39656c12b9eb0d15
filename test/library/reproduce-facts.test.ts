import { describe, expect, it } from 'vitest';

import { compareFacts, requireDataOf } from '../../src/library/reproduce-facts.js';
import { facts } from '../record/facts.js';

type Run = Parameters<typeof compareFacts>[0];

/** What is another here, by name. */
function others(original: Run, here: Run): string[] {
  return compareFacts(original, here)
    .filter(({ isSame }) => !isSame)
    .map(({ name }) => name);
}

const { program, engine, machine } = facts;

describe('what decides the bytes of a run', () => {
  it('is the same for the same program, engine, machine, data and plug-ins', () => {
    expect(others(facts, { ...facts, machine: { ...machine, memoryBytes: 1, cpuCores: 9 } })).toEqual([]);
    expect(others(facts, { ...facts, engine: { ...engine, precision: 'float32' } })).toEqual([]);
  });

  it.each<[string, Run]>([
    ['program', { ...facts, program: { ...program, version: '0.2.0' } }],
    ['commit', { ...facts, program: { ...program, gitCommit: 'c'.repeat(40) } }],
    ['commit', { ...facts, program: { ...program, gitCommit: null, gitDirty: null } }],
    ['Node', { ...facts, program: { ...program, node: 'v22.0.0' } }],
    ['tfjs', { ...facts, program: { ...program, tfjs: '5.0.0' } }],
    ['backend', { ...facts, engine: { ...engine, backend: 'wasm' } }],
    ['library', { ...facts, engine: { ...engine, library: 'TensorFlow 2.22.0' } }],
    ['precision', { ...facts, engine: { ...engine, precision: 'bfloat16' } }],
    ['processor', { ...facts, machine: { ...machine, cpuModel: 'Another CPU' } }],
    ['system', { ...facts, machine: { ...machine, arch: 'arm64' } }],
    ['data', { ...facts, dataset: { ...facts.dataset, checksums: { 'train.bin': 'c'.repeat(64) } } }],
    ['plug-ins', { ...facts, plugins: [{ from: 'a.ts', name: 'a', version: '1', sha256: 'd'.repeat(64) }] }],
  ])('is another where the %s is', (name, here) => {
    expect(others(facts, here)).toEqual([name]);
  });

  it('cannot be told for two checkouts of one commit with changes', () => {
    const changed = { ...facts, program: { ...program, gitDirty: true } };
    expect(others(changed, changed)).toEqual(['commit']);
  });

  it('is the GPU where that computes, whatever the processor is', () => {
    const gpu = { ...engine, usesGpu: true, devices: ['GPU: H100'] };
    const original = { ...facts, engine: gpu };
    expect(others(original, { ...original, machine: { ...machine, cpuModel: 'Another CPU' } })).toEqual([]);
    expect(others(original, { ...original, engine: { ...gpu, devices: ['GPU: H200'] } })).toEqual([
      'processor',
    ]);
  });

  it('is that of every attempt of a run that was resumed', () => {
    const [startedAt, error] = ['2026-01-01T00:00:00.000Z', null];
    const attempt = {
      startedAt,
      endedAt: startedAt,
      fromStep: 0,
      toStep: 5,
      outcome: 'interrupted',
      error,
    } as const;
    const attempts = [{ ...attempt, gitCommit: 'c'.repeat(40), library: 'TensorFlow 2.20.0' }];
    const found = compareFacts({ ...facts, attempts }, facts).filter(({ isSame }) => !isSame);
    expect(found.map(({ name, original }) => [name, original])).toEqual([
      ['commit', 'cccccccccccc, aaaaaaaaaaaa'],
      ['library', 'TensorFlow 2.20.0, TensorFlow 2.21.0'],
    ]);
  });

  it('is refused where the data are others', () => {
    const here = { ...facts, dataset: { name: 'cifar100-mini', checksums: {} } };
    expect(() => {
      requireDataOf(facts, here, 'results/a/seed-1');
    }).toThrow(
      /^results\/a\/seed-1: cannot be reproduced, .*train\.bin .* now it is that of no file\. .*--data-dir/,
    );
  });
});
