import type { NativeStatus } from '../tensor/tensorflow/native-probe.js';
import { asFailure } from './failure.js';
import type { Progress } from './progress.js';

/** One way of providing the native library. */
export interface Strategy {
  readonly name: string;
  /** @throws SetupFailure when it does not work out. */
  readonly attempt: () => Promise<void>;
}

export interface FailedStrategy {
  readonly name: string;
  readonly reason: string;
  readonly advice: string;
}

export interface Outcome {
  readonly status: NativeStatus;
  readonly failures: readonly FailedStrategy[];
  /** Nothing had to be done. */
  readonly alreadyThere: boolean;
}

export interface Situation {
  readonly force: boolean;
  readonly strategies: readonly Strategy[];
  /** What is wrong with the files of what is installed, if anything is. */
  readonly inspect: () => Promise<string | undefined>;
  readonly probe: () => Promise<NativeStatus>;
  /** Whether a library that loads is the one asked for. */
  readonly accepts: (status: NativeStatus) => boolean;
  readonly progress: Progress;
}

/**
 * Takes the library that is installed if it loads and is the one asked for, else tries one strategy after the other
 * until there is one that loads. That all of them fail is an outcome, not an error.
 */
export async function provideLibrary({
  force,
  strategies,
  inspect,
  probe,
  accepts,
  progress,
}: Situation): Promise<Outcome> {
  const first = await progress.stage(
    'try what is installed',
    async () => {
      const reason = await inspect();
      return reason === undefined ? await probe() : { state: 'unusable' as const, reason };
    },
    { describe },
  );
  if (!force && first.state === 'ready' && accepts(first))
    return { status: first, failures: [], alreadyThere: true };
  const failures: FailedStrategy[] = [];
  for (const { name, attempt } of strategies) {
    try {
      await attempt();
    } catch (error) {
      const { message, advice } = asFailure(error);
      failures.push({ name, reason: message, advice });
      progress.note(`${name}: ${message}`);
      continue;
    }
    const status = await progress.stage('try the library', probe, { describe });
    if (status.state === 'ready') return { status, failures, alreadyThere: false };
    failures.push({ name, reason: status.reason, advice: '' });
    progress.note(`${name}: ${status.reason}`);
  }
  return { status: failures.length > 0 ? await probe() : first, failures, alreadyThere: false };
}

function describe(status: NativeStatus): string {
  return status.state === 'ready' ? `TensorFlow ${status.version} loads` : status.reason;
}
