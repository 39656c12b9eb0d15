import { machineCpuMilliseconds } from '../../src/support/machine-load.js';
import type { ContenderCommand } from './contenders.js';
import { type Disturbance, whileDisturbed } from './disturber.js';
import { ContenderProcess } from './process.js';
import type { Turn } from './protocol.js';

/** A turn, and what else the machine did meanwhile. */
export interface WatchedTurn extends Turn {
  /** Processor time that all other processes of the machine used, in milliseconds. */
  readonly othersCpuMilliseconds: number;
  /** Something of ours took its part of the machine meanwhile. */
  readonly isDisturbed: boolean;
}

/** All turns of one contender. */
export interface Record<Name extends string = string> {
  readonly name: Name;
  /** Its library, with version. */
  readonly description: string;
  readonly turns: readonly WatchedTurn[];
}

export interface SessionOptions {
  readonly rounds: number;
  /** Measured steps of a turn; one more goes before them. */
  readonly steps: number;
  /** Steps before the first round. */
  readonly warmup: number;
  /** What every other round is disturbed by; absent where none is. */
  readonly disturb?: Disturbance | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (line: string) => void;
}

/**
 * Lets the contenders take turns on the same machine: in each round every one runs a few steps while the others wait.
 * What slows the machine down for a while then slows all of them, and leaves the ratio within a round alone. Every
 * other round goes backwards, so that a steady drift does not favour whoever is first; where every other round is
 * disturbed, every other pair of rounds.
 */
export async function runSession<Name extends string>(
  commands: ReadonlyMap<Name, ContenderCommand>,
  options: SessionOptions,
): Promise<Record<Name>[]> {
  const { rounds, steps, warmup, disturb, env, onProgress } = options;
  const contenders: { name: Name; process: ContenderProcess; turns: WatchedTurn[] }[] = [];
  try {
    for (const [name, command] of commands) {
      onProgress(`starting ${name}`);
      const contender = await ContenderProcess.start(name, command, env);
      contenders.push({ name, process: contender, turns: [] });
      await contender.turn(warmup);
    }
    for (let round = 0; round < rounds; round++) {
      const disturbance = round % 2 === 0 ? undefined : disturb;
      onProgress(`round ${round + 1} of ${rounds}${disturbance === undefined ? '' : ', disturbed'}`);
      const turnsBack = disturb === undefined ? round : Math.floor(round / 2);
      const order = turnsBack % 2 === 0 ? contenders : contenders.toReversed();
      await whileDisturbed(disturbance, async () => {
        for (const { process, turns } of order)
          turns.push(await watchedTurn(process, steps + 1, disturbance !== undefined));
      });
    }
  } finally {
    await Promise.all(contenders.map(({ process }) => process.end()));
  }
  return contenders.map(({ name, process: { description }, turns }) => ({ name, description, turns }));
}

async function watchedTurn(
  contender: ContenderProcess,
  steps: number,
  isDisturbed: boolean,
): Promise<WatchedTurn> {
  const before = machineCpuMilliseconds();
  const turn = await contender.turn(steps);
  const machine = machineCpuMilliseconds() - before;
  // The machine counts in ticks of 10 ms, so the difference of two counts can be a little too small.
  const othersCpuMilliseconds = Math.max(0, machine - (turn.cpuAfter - turn.cpuBefore));
  return { ...turn, othersCpuMilliseconds, isDisturbed };
}
