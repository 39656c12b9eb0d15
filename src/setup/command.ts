import { spawn } from 'node:child_process';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Let the command write its standard output, its own progress, to the terminal. */
  readonly showsProgress?: boolean;
  readonly timeoutSeconds?: number;
}

export interface CommandResult {
  readonly ok: boolean;
  /** Standard output and standard error, as far as they were not shown. */
  readonly output: string;
}

export type RunCommand = (command: Command) => Promise<CommandResult>;

/** Runs a program to its end. One that cannot be started is a result too, not an exception. */
export const runCommand: RunCommand = async (command) =>
  await new Promise((resolve) => {
    const { file, args, cwd, env, showsProgress = false, timeoutSeconds } = command;
    const child = spawn(file, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', showsProgress ? 'inherit' : 'pipe', 'pipe'],
      ...(cwd !== undefined && { cwd }),
      ...(timeoutSeconds !== undefined && { timeout: timeoutSeconds * 1000, killSignal: 'SIGKILL' }),
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-maxOutputCharacters);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('error', (error) => {
      resolve({ ok: false, output: error.message });
    });
    child.once('close', (code, signal) => {
      resolve({ ok: code === 0, output: signal === null ? output : `${output}\nended by ${signal}` });
    });
  });

const maxOutputCharacters = 100_000;

/** The last lines of a failed command's output, where its reason usually stands. */
export function lastLines(output: string, count = 3): string {
  const lines = output.split('\n').flatMap((line) => line.trim() || []);
  return lines.slice(-count).join('\n');
}
