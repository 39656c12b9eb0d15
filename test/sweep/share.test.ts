import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gpusOf, listedGpus } from '../../src/sweep/gpus.js';
import {
  allowedProcessors,
  groupFolders,
  parseProcessorList,
  processorQuota,
} from '../../src/sweep/processors.js';
import { placeOf, sharesFor, type Load, type Machine } from '../../src/sweep/share.js';

const GB = 1e9;

function machine(count: number, changes: Partial<Machine> = {}): Machine {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return { processors: { numbers, count }, memoryBytes: 100 * GB, gpus: [], ...changes };
}

/** So many runs that cost alike and take a gigabyte. */
function alike(count: number): Load[] {
  return Array.from({ length: count }, () => ({ cost: 1, memoryBytes: GB }));
}

const processorsOf = (shares: readonly { readonly processors: readonly number[] | undefined }[]) =>
  shares.map(({ processors }) => processors);

describe('what the system tells of processors', () => {
  it('is a list of ranges', () => {
    expect(parseProcessorList('0-3,8')).toEqual([0, 1, 2, 3, 8]);
    expect(parseProcessorList('5')).toEqual([5]);
    for (const text of ['', '0-', 'all', '1;2']) expect(parseProcessorList(text)).toBeUndefined();
  });

  it('is a line of the status of a process', () => {
    const status = 'Name:\tnode\nCpus_allowed:\t00c\nCpus_allowed_list:\t2-3\nMems_allowed:\t1\n';
    expect(allowedProcessors(status)).toEqual([2, 3]);
    expect(allowedProcessors('Name:\tnode\n')).toBeUndefined();
  });

  it('is the quota of a group, in processors', () => {
    expect(processorQuota('150000 100000\n')).toBe(1.5);
    for (const text of ['max 100000\n', '', '0 0']) expect(processorQuota(text)).toBeUndefined();
  });

  it('stands in the folder of the group of a process, and in those above', () => {
    expect(groupFolders('4:memory:/x\n0::/user.slice/job\n')).toEqual([
      '/sys/fs/cgroup',
      '/sys/fs/cgroup/user.slice',
      '/sys/fs/cgroup/user.slice/job',
    ]);
    expect(groupFolders('0::/\n')).toEqual(['/sys/fs/cgroup']);
    expect(groupFolders('4:memory:/x\n')).toEqual([]);
  });
});

describe('what the system tells of GPUs', () => {
  it('is what CUDA_VISIBLE_DEVICES names, up to the first that there is none of', () => {
    expect(gpusOf(undefined)).toBeUndefined();
    expect(gpusOf('1,3')).toEqual(['1', '3']);
    expect(gpusOf('GPU-8932f937,MIG-4a2')).toEqual(['GPU-8932f937', 'MIG-4a2']);
    expect(gpusOf('0,-1,1')).toEqual(['0']);
    for (const text of ['', '-1', 'NoDevFiles']) expect(gpusOf(text)).toEqual([]);
  });

  it('is what nvidia-smi lists', () => {
    const text =
      'GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-2f9a-11)\n' +
      '  MIG 1g.10gb Device 0: (UUID: MIG-77)\n' +
      'GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-2f9a-12)\n';
    expect(listedGpus(text)).toEqual(['GPU-2f9a-11', 'GPU-2f9a-12']);
    expect(listedGpus('NVIDIA-SMI has failed\n')).toEqual([]);
  });
});

describe('workers that are asked for', () => {
  it('share all processors, neighbours together', () => {
    expect(processorsOf(sharesFor({ count: 2 }, machine(4), alike(9)))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(sharesFor({ count: 2 }, machine(5), alike(9)).map(({ threads }) => threads)).toEqual([2, 3]);
  });

  it('are no more than there are runs', () => {
    expect(processorsOf(sharesFor({ count: 4 }, machine(4), alike(1)))).toEqual([[0, 1, 2, 3]]);
  });

  it('are bound to processors only where they take them all', () => {
    expect(processorsOf(sharesFor({ count: 2, threads: 1 }, machine(2), alike(2)))).toEqual([[0], [1]]);
    for (const threads of [1, 3]) {
      const some = { processors: undefined, threads, gpu: undefined };
      expect(sharesFor({ count: 2, threads }, machine(4), alike(2))).toEqual([some, some]);
    }
  });

  it('have a thread each where there are more of them than processors', () => {
    const shares = sharesFor({ count: 3 }, machine(2), alike(3));
    expect(shares.map(({ threads }) => threads)).toEqual([1, 1, 1]);
  });

  it('have threads alone where the system binds none', () => {
    const processors = { numbers: undefined, count: 6 };
    const share = { processors: undefined, threads: 3, gpu: undefined };
    expect(sharesFor({ count: 2 }, machine(6, { processors }), alike(2))).toEqual([share, share]);
  });

  it('take the GPUs in turn', () => {
    const shares = sharesFor({ count: 3 }, machine(3, { gpus: ['0', '1'] }), alike(3));
    expect(shares.map(({ gpu }) => gpu)).toEqual(['0', '1', '0']);
  });
});

describe('workers by themselves', () => {
  const countOf = (on: Machine, loads: readonly Load[]) => sharesFor('auto', on, loads).length;

  it('are as many as are done soonest', () => {
    // Of four runs each of two workers makes two, in 2; one worker, 1.9 times as fast, takes 4 / 1.9 = 2.1.
    expect(countOf(machine(2), alike(4))).toBe(2);
    // Of three runs the third would be alone: 2, to 3 / 1.9 = 1.6.
    expect(countOf(machine(2), alike(3))).toBe(1);
    // One of three that is as long as the others together goes well beside them: 2, to 4 / 1.9 = 2.1.
    expect(countOf(machine(2), [{ cost: 2, memoryBytes: GB }, ...alike(2)])).toBe(2);
    expect(countOf(machine(8), alike(1))).toBe(1);
  });

  it('are no more than fit into memory', () => {
    expect(countOf(machine(4, { memoryBytes: 2.5 * GB }), alike(64))).toBe(2);
    expect(countOf(machine(4, { memoryBytes: 0.5 * GB }), alike(64))).toBe(1);
  });

  it('are one for each GPU', () => {
    const shares = sharesFor('auto', machine(8, { gpus: ['0', '1'] }), alike(9));
    expect(shares.map(({ gpu, threads }) => [gpu, threads])).toEqual([
      ['0', 4],
      ['1', 4],
    ]);
  });

  it('are one where there is nothing to do', () => {
    expect(countOf(machine(2), [])).toBe(1);
  });
});

it('however the processors are cut, each has one worker, and neighbours stay together', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (processors, workers) => {
      const shares = sharesFor({ count: workers }, machine(processors), alike(40));
      expect(shares).toHaveLength(workers);
      expect(shares.flatMap((share) => share.processors ?? [])).toEqual(
        Array.from({ length: processors }, (_, index) => index),
      );
      const bound = shares.filter((share) => share.processors !== undefined);
      for (const share of bound) expect(share.processors).toHaveLength(share.threads);
      const threads = bound.map((share) => share.threads);
      expect(Math.max(...threads) - Math.min(...threads)).toBeLessThanOrEqual(1);
    }),
  );
});

it('a place is a program that binds, and variables that the engines read', () => {
  expect(placeOf({ processors: [2, 3], threads: 2, gpu: 'GPU-1' })).toEqual({
    under: ['taskset', '-c', '2,3'],
    env: { TF_NUM_INTRAOP_THREADS: '2', CUDA_VISIBLE_DEVICES: 'GPU-1' },
  });
  expect(placeOf({ processors: undefined, threads: 1, gpu: undefined })).toEqual({
    under: [],
    env: { TF_NUM_INTRAOP_THREADS: '1' },
  });
});
