import type { RunCommand } from './command.js';
import { SetupFailure } from './failure.js';

/**
 * Finds a Python with pip.
 *
 * @throws SetupFailure when there is none.
 */
export async function findPython(run: RunCommand): Promise<string> {
  let withoutPip: string | undefined;
  for (const python of ['python3', 'python']) {
    const version = await run({
      file: python,
      args: ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))'],
    });
    if (!version.ok) continue;
    if ((await run({ file: python, args: ['-m', 'pip', '--version'] })).ok) return python;
    withoutPip ??= python;
  }
  if (withoutPip === undefined) {
    throw new SetupFailure(
      'Python 3.8 or newer is missing (no python3 on the PATH)',
      'Install it with pip (Debian: apt install python3 python3-pip; Fedora: dnf install python3-pip).',
    );
  }
  throw new SetupFailure(
    `${withoutPip} has no pip`,
    `Install it (Debian: apt install python3-pip; Fedora: dnf install python3-pip; else ${withoutPip} -m ensurepip).`,
  );
}

/**
 * Checks that an addon can be compiled, before anything large is downloaded for it.
 *
 * @throws SetupFailure naming all that is missing.
 */
export async function checkCompiler(run: RunCommand, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const compiler = env['CXX'] ?? 'g++';
  const make = env['MAKE'] ?? 'make';
  const missing: string[] = [];
  if (!(await run({ file: compiler, args: ['--version'] })).ok) missing.push(`a C++ compiler (${compiler})`);
  if (!(await run({ file: make, args: ['--version'] })).ok) missing.push(make);
  if (missing.length === 0) return;
  throw new SetupFailure(
    `${missing.join(' and ')} missing`,
    'Install them (Debian: apt install build-essential; Fedora: dnf install gcc-c++ make).',
  );
}
