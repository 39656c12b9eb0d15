import { AsyncLocalStorage } from 'node:async_hooks';
import type * as FileSystem from 'node:fs/promises';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { UserError } from '../../src/errors.js';
import { acquireLock } from '../../src/record/lock-acquire.js';
import { isThere, type FoundLock, type LockOwner } from '../../src/record/lock-file.js';
import type { LockWorld } from '../../src/record/lock-world.js';
import { SimulatedTime } from './simulated-time.js';

/*
 * A world in which time is simulated and the folder is real: processes on machines with clocks of their own take the
 * folder, write, give signs of life, stop for any time between any two steps, and die. A write follows the confirmation
 * by less than a look, as it does where a process is not stopped just there.
 */

const LOOK = 5;
const LOOKS = 24;
const BEAT = 10;

/** Lets a simulated process come to its next step. */
const actor = new AsyncLocalStorage<{ step(): Promise<void> }>();

vi.mock('node:fs/promises', async (load) => {
  const actual = await load<typeof FileSystem>();
  return {
    ...actual,
    link: async (...args: Parameters<typeof actual.link>) => {
      await actor.getStore()?.step();
      await actual.link(...args);
    },
    rm: async (...args: Parameters<typeof actual.rm>) => {
      await actor.getStore()?.step();
      await actual.rm(...args);
    },
    readdir: async (folder: string) => {
      await actor.getStore()?.step();
      return actual.readdir(folder);
    },
    open: async (...args: Parameters<typeof actual.open>) => {
      await actor.getStore()?.step();
      return actual.open(...args);
    },
  };
});

interface Plan {
  readonly machine: number;
  readonly startsAt: number;
  /** Its clock is ahead by so many seconds. */
  readonly skew: number;
  /** How long each step takes to come, in turn, in seconds; some are stops. */
  readonly steps: readonly number[];
  readonly holdsFor: number;
  readonly dies: boolean;
}

interface Write {
  readonly by: number;
  readonly at: number;
}

class Study {
  readonly time = new SimulatedTime();
  readonly writes: Write[] = [];
  /** When a process had the folder. */
  readonly taken: Write[] = [];
  readonly #alive = new Set<number>();
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  start(by: number, plan: Plan): void {
    let turn = 0;
    let isStoppedUntil = 0;
    const { time } = this;
    const step = async (): Promise<void> => {
      const seconds = plan.steps[turn++ % plan.steps.length] ?? 0;
      isStoppedUntil = time.now + seconds;
      await time.sleep(seconds);
    };
    const stopped = (): boolean => time.now < isStoppedUntil;
    time.start(() =>
      actor.run({ step }, async () => {
        await time.sleep(plan.startsAt);
        this.#alive.add(by);
        try {
          const lock = await acquireLock(this.#folder, this.#world(by, plan));
          this.taken.push({ by, at: time.now });
          time.start(() =>
            actor.run({ step: () => Promise.resolve() }, () => this.#beat(by, plan, lock, stopped)),
          );
          await this.#work(by, plan, lock);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        } finally {
          this.#alive.delete(by);
        }
      }),
    );
  }

  async #work(by: number, { holdsFor, dies }: Plan, lock: FoundLock): Promise<void> {
    const end = this.time.now + holdsFor;
    while (this.time.now < end) {
      if (!(await isThere(lock))) return;
      await this.time.sleep(LOOK / 2);
      this.writes.push({ by, at: this.time.now });
      await this.time.sleep(BEAT);
    }
    if (!dies && (await isThere(lock))) await rm(lock.file, { force: true });
  }

  /** What the thread does, but while the process is stopped. */
  async #beat(by: number, { skew }: Plan, lock: FoundLock, stopped: () => boolean): Promise<void> {
    for (;;) {
      await this.time.sleep(BEAT);
      if (!this.#alive.has(by)) return;
      if (stopped()) continue;
      const text = await readFile(lock.file, 'utf8').catch(() => '');
      if (!text.includes(lock.owner.token)) return;
      await writeFile(lock.file, text.replace(/"beatAt": ".*"/, `"beatAt": "${this.#clock(skew)}"`), {
        flag: 'r+',
      });
    }
  }

  #clock(skew: number): string {
    return new Date((1e9 + this.time.now + skew) * 1000).toISOString();
  }

  #world(by: number, { machine, skew }: Plan): LockWorld {
    let attempts = 0;
    const at = this.#clock(skew);
    return {
      self: (): LockOwner => ({
        ...{ host: 'same-name', place: String(machine), pid: by + 1, processStart: null, slurm: null },
        ...{ lockedAt: at, beatAt: this.#clock(skew), token: `${by}:${attempts++}` },
      }),
      whereabouts: ({ place, pid }) => {
        if (place !== String(machine)) return Promise.resolve('elsewhere');
        return Promise.resolve(this.#alive.has(pid - 1) ? 'here' : 'gone');
      },
      isJobOver: () => Promise.resolve(false),
      pause: () => this.time.sleep(LOOK),
      onWait: () => undefined,
      looks: LOOKS,
    };
  }
}

/** Lets processes loose on one folder. */
async function simulate(plans: readonly Plan[]): Promise<Study> {
  const folder = await mkdtemp(join(tmpdir(), 'gan-bench-lock-'));
  try {
    const study = new Study(folder);
    for (const [by, plan] of plans.entries()) study.start(by, plan);
    await study.time.run(20_000);
    return study;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes that were made by one after another one had the folder. */
function strayWrites({ writes, taken }: Study): Write[] {
  return writes.filter(({ by, at }) => {
    const own = taken.find((each) => each.by === by)?.at ?? 0;
    return taken.some((other) => other.by !== by && other.at >= own && other.at < at);
  });
}

const plan = fc.record<Plan>({
  machine: fc.nat(2),
  startsAt: fc.integer({ min: 0, max: 60 }),
  skew: fc.integer({ min: -100_000, max: 100_000 }),
  steps: fc.array(
    fc.oneof(
      { weight: 12, arbitrary: fc.double({ min: 0, max: 0.5, noNaN: true }) },
      { weight: 1, arbitrary: fc.constantFrom(20, 90, 150, 400) },
    ),
    { minLength: 5, maxLength: 25 },
  ),
  holdsFor: fc.integer({ min: 0, max: 400 }),
  dies: fc.boolean(),
});

it('never lets two processes write, whoever stops, dies or has another clock', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: 2, maxLength: 4 }), async (plans) => {
      expect(strayWrites(await simulate(plans))).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

const quick = { skew: 0, steps: [0.01], holdsFor: 100, dies: false };

it('takes a folder over from a machine that is gone, after the lease and one look', async () => {
  const dead = { ...quick, machine: 0, startsAt: 0, dies: true };
  const { taken, writes } = await simulate([dead, { ...quick, machine: 1, startsAt: 1000, skew: -5000 }]);
  expect(taken.map(({ by }) => by)).toEqual([0, 1]);
  const waited = (taken[1]?.at ?? 0) - 1000;
  expect(waited).toBeGreaterThan(LOOKS * LOOK + LOOK);
  expect(waited).toBeLessThan(LOOKS * LOOK + LOOK + 5);
  expect(writes.some(({ by }) => by === 1)).toBe(true);
});

it('leaves the folder to a holder that is stopped for less than the lease', async () => {
  const slow = {
    ...quick,
    machine: 0,
    startsAt: 0,
    holdsFor: 600,
    steps: [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 90],
  };
  const { taken, writes } = await simulate([slow, { ...quick, machine: 1, startsAt: 50 }]);
  expect(taken.map(({ by }) => by)).toEqual([0]);
  expect(writes[0]?.at).toBeGreaterThan(90);
});

it('takes a folder over at once from a process of the same machine', async () => {
  const dead = { ...quick, machine: 0, startsAt: 0, dies: true };
  const { taken } = await simulate([dead, { ...quick, machine: 0, startsAt: 1000 }]);
  expect(taken[1]?.at).toBeLessThan(1001);
});
