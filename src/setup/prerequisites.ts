import type { RunCommand } from './command.js';
import { SetupFailure } from './failure.js';

interface Missing {
  readonly what: string;
  readonly advice: string;
}

/** A Python that has pip. */
export interface Python {
  /** The command that runs it. */
  readonly command: string;
  /** pip's version, such as `25.1.1`. */
  readonly pip: string;
}

/**
 * Finds a Python with pip and sees that an addon can be compiled, before anything large is downloaded.
 *
 * @throws SetupFailure naming all that is missing.
 */
export async function checkPrerequisites(run: RunCommand): Promise<Python> {
  const [python, missing] = await findPython(run);
  refuse([...missing, ...(await missingBuildTools(run))]);
  return python;
}

/** @throws SetupFailure naming all that is missing. */
export async function checkBuildTools(run: RunCommand): Promise<void> {
  refuse(await missingBuildTools(run));
}

function refuse(missing: readonly Missing[]): void {
  if (missing.length === 0) return;
  const what = missing.map((item) => item.what).join(', ');
  throw new SetupFailure(`missing: ${what}`, missing.map(({ advice }) => advice).join(' '));
}

/** What there is where nothing was found; what is missing says why. */
const absent: Python = { command: 'python3', pip: '0' };

async function findPython(run: RunCommand): Promise<[python: Python, missing: Missing[]]> {
  let withoutPip: string | undefined;
  for (const python of ['python3', 'python']) {
    const version = await run({
      file: python,
      args: ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))'],
    });
    if (!version.ok) continue;
    const pip = await run({ file: python, args: ['-m', 'pip', '--version'] });
    if (pip.ok) return [{ command: python, pip: pipVersion(pip.output) }, []];
    withoutPip ??= python;
  }
  if (withoutPip === undefined) {
    const advice =
      'Install Python with pip (Debian: apt install python3 python3-pip; Fedora: dnf install python3-pip).';
    return [absent, [{ what: 'Python 3.8 or newer (python3)', advice }]];
  }
  const advice = `Install pip (Debian: apt install python3-pip; Fedora: dnf install python3-pip; else ${withoutPip} -m ensurepip).`;
  return [absent, [{ what: `pip for ${withoutPip}`, advice }]];
}

/** Of what `pip --version` says: `pip 25.1.1 from …`. */
function pipVersion(output: string): string {
  return /^pip (\d[\d.]*)/m.exec(output)?.[1] ?? '0';
}

async function missingBuildTools(run: RunCommand, env: NodeJS.ProcessEnv = process.env): Promise<Missing[]> {
  const absent: string[] = [];
  const compiler = env['CXX'] ?? 'g++';
  if (!(await run({ file: compiler, args: ['--version'] })).ok) absent.push(`a C++ compiler (${compiler})`);
  if (!(await run({ file: env['MAKE'] ?? 'make', args: ['--version'] })).ok) absent.push('make');
  if (absent.length === 0) return [];
  const advice =
    'Install the build tools (Debian: apt install build-essential; Fedora: dnf install gcc-c++ make).';
  return [{ what: absent.join(', '), advice }];
}
