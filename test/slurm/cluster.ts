import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Whether everything is installed that cluster.sh starts. */
export function isSlurmInstalled(): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin'];
  return ['munged', 'slurmctld', 'slurmd', 'sbatch'].every((name) =>
    folders.some((folder) => isExecutable(path.join(folder, name))),
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Cluster {
  /** What commands must have in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs one of SLURM's programs. */
  ask(program: string, ...args: readonly string[]): string;
  stop(): Promise<void>;
}

/** Starts test/slurm/cluster.sh, which ends with this process at the latest. */
export async function startCluster(): Promise<Cluster> {
  const script = spawn(path.resolve('test/slurm/cluster.sh'), { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(script, 'close');
  const conf = await new Promise<string>((resolve, reject) => {
    script.stdout.setEncoding('utf8').once('data', (line: string) => {
      resolve(line.trim().replace('SLURM_CONF=', ''));
    });
    script.once('close', (code) => {
      reject(new Error(`cluster.sh ended with ${code ?? 'a signal'}`));
    });
  });
  const env = { SLURM_CONF: conf };
  return {
    env,
    ask: (program, ...args) =>
      execFileSync(program, args, { encoding: 'utf8', env: { ...process.env, ...env } }).trimEnd(),
    async stop() {
      script.stdin.end();
      await ended;
    },
  };
}
