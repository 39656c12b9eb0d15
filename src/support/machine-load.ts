import os from 'node:os';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

import { sum } from 'd3-array';

/** What all processors of the machine together have worked since it started, in milliseconds, in ticks of 10. */
export function machineCpuMilliseconds(): number {
  return sum(os.cpus(), ({ times: { user, nice, sys, irq } }) => user + nice + sys + irq);
}

/** What all threads of this process have worked since it started, in milliseconds. */
export function ownCpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Listens, from when it is made, for how much of the machine other processes have. */
export class LoadWatch {
  readonly #startedAt = performance.now();
  readonly #machine = machineCpuMilliseconds();
  readonly #own = ownCpuMilliseconds();

  /** Of the processor time of all cores until now: what other processes had, 0 to 1. */
  othersShare(): number {
    const others = machineCpuMilliseconds() - this.#machine - (ownCpuMilliseconds() - this.#own);
    const available = os.cpus().length * (performance.now() - this.#startedAt);
    // The machine counts in ticks, so the difference can be a little too small or too large.
    return Math.min(1, Math.max(0, others) / available);
  }
}
