import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { z } from 'zod';

export const programSchema = z.object({
  version: z.string(),
  /** Of the program's own checkout; null where it is none (an installed package). */
  gitCommit: z.string().nullable(),
  /** Whether tracked files outside results/ differ from that commit. */
  gitDirty: z.boolean().nullable(),
  node: z.string(),
  tfjs: z.string(),
});

export const machineSchema = z.object({
  platform: z.string(),
  release: z.string(),
  arch: z.string(),
  cpuModel: z.string(),
  cpuCores: z.int().nonnegative(),
  memoryBytes: z.number().nonnegative(),
});

/** The versions of the program and of what it is written in. */
export type ProgramFacts = z.infer<typeof programSchema>;
/** The machine that a run was made on. */
export type MachineFacts = z.infer<typeof machineSchema>;

/** What is known of the machine we are on. */
export function describeMachine(): MachineFacts {
  const processors = cpus();
  return {
    platform: platform(),
    release: release(),
    arch: arch(),
    cpuModel: processors[0]?.model.trim() ?? 'unknown',
    cpuCores: processors.length,
    memoryBytes: totalmem(),
  };
}

/**
 * Commit and dirty flag of the git checkout whose top folder is `directory`; nulls when it is none, or git is missing.
 */
export async function describeCheckout(
  directory: string,
): Promise<Pick<ProgramFacts, 'gitCommit' | 'gitDirty'>> {
  try {
    // A copy inside somebody else's repository (node_modules) must not report that repository's commit.
    const top = await git(directory, 'rev-parse', '--show-toplevel');
    if ((await realpath(top)) !== (await realpath(directory))) return { gitCommit: null, gitDirty: null };
    const gitCommit = await git(directory, 'rev-parse', 'HEAD');
    const changes = await git(
      directory,
      'status',
      '--porcelain',
      '--untracked-files=no',
      '--',
      '.',
      ':(exclude)results',
    );
    return { gitCommit, gitDirty: changes !== '' };
  } catch {
    return { gitCommit: null, gitDirty: null };
  }
}

async function git(directory: string, ...args: readonly string[]): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
  // Inside a git hook these point at the hook's repository.
  for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX'])
    Reflect.deleteProperty(env, name);
  const { stdout } = await promisify(execFile)('git', ['-C', directory, ...args], { env });
  return stdout.trim();
}
