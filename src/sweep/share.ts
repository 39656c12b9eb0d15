import { makespan } from '../support/makespan.js';
import { usableMemory } from '../support/room.js';
import type { SweepDefinition } from './definition.js';
import { readGpus } from './gpus.js';
import { readProcessors, type Processors } from './processors.js';

/** Where a worker computes. */
export interface Share {
  /** The processors it may use, as the system numbers them; undefined where it cannot be bound to some. */
  readonly processors: readonly number[] | undefined;
  readonly threads: number;
  /** The GPU it sees, as CUDA names it; undefined: those that the parent sees. */
  readonly gpu: string | undefined;
}

/** How a process is started that is to compute there: the program that starts it, and what its environment has besides. */
export function placeOf({ processors, threads, gpu }: Share) {
  return {
    under: processors === undefined ? [] : ['taskset', '-c', processors.join(',')],
    env: {
      TF_NUM_INTRAOP_THREADS: String(threads),
      ...(gpu !== undefined && { CUDA_VISIBLE_DEVICES: gpu }),
    },
  };
}

/** What there is to share. */
export interface Machine {
  readonly processors: Processors;
  /** That this process and those it starts may use. */
  readonly memoryBytes: number;
  /** As CUDA names them; none where nothing is to be trained on them. */
  readonly gpus: readonly string[];
}

/** A run that is to be trained. */
export interface Load {
  /** What it costs, in whatever unit. */
  readonly cost: number;
  readonly memoryBytes: number;
}

/** Workers by number, each on that many threads; without threads they share the processors evenly. */
export type Workers = SweepDefinition['workers'];

/**
 * How much faster n threads train one run than one thread: n to this power. Measured with two: see docs/performance.md.
 */
const SPEED_EXPONENT = 0.93;

/** What this machine has. @param usesGpus whether an engine that can use GPUs is to train */
export async function describeMachine(usesGpus: boolean): Promise<Machine> {
  const gpus = usesGpus ? await readGpus() : [];
  return { processors: await readProcessors(), memoryBytes: usableMemory(), gpus };
}

/**
 * Where each of several workers computes; never more workers than runs. `auto` takes a worker for each GPU where there
 * are GPUs, else as many workers as are done soonest and have memory enough.
 *
 * @param loads the runs in the order in which they will begin
 */
export function sharesFor(workers: Workers, machine: Machine, loads: readonly Load[]): Share[] {
  const { processors, gpus } = machine;
  const wanted = workers === 'auto' ? { count: automaticCount(machine, loads) } : workers;
  const count = Math.max(Math.min(wanted.count, loads.length), 1);
  const places =
    wanted.threads === undefined ? cut(processors, count) : bind(processors, count, wanted.threads);
  return places.map((place, index) => ({ ...place, gpu: gpus[index % gpus.length] }));
}

function automaticCount({ processors, memoryBytes, gpus }: Machine, loads: readonly Load[]): number {
  if (gpus.length > 0) return gpus.length;
  const costs = loads.map(({ cost }) => cost);
  const largestFirst = loads.map((load) => load.memoryBytes).sort((a, b) => b - a);
  let best = { count: 1, seconds: Infinity };
  let bytes = 0;
  for (const [index, needed] of largestFirst.slice(0, processors.count).entries()) {
    bytes += needed;
    if (index > 0 && bytes > memoryBytes) break;
    const count = index + 1;
    const seconds = makespan(costs, count) / Math.floor(processors.count / count) ** SPEED_EXPONENT;
    if (seconds < best.seconds) best = { count, seconds };
  }
  return best.count;
}

type Place = Pick<Share, 'processors' | 'threads'>;

/** All processors, neighbours together, as evenly as whole ones allow; more workers than processors share them. */
function cut({ numbers, count: available }: Processors, count: number): Place[] {
  const border = (index: number): number => Math.floor((index * available) / count);
  return Array.from({ length: count }, (_, index) => {
    const [first, end] = [border(index), border(index + 1)];
    if (first === end) return { processors: undefined, threads: 1 };
    return { processors: numbers?.slice(first, end), threads: end - first };
  });
}

/** So many threads each. They are bound only where they are for all processors: others may choose the same ones. */
function bind(processors: Processors, count: number, threads: number): Place[] {
  if (count * threads === processors.count) return cut(processors, count);
  return Array.from({ length: count }, () => ({ processors: undefined, threads }));
}
