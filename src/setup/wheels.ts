import { createHash } from 'node:crypto';

import { satisfies } from '../support/package.js';
import { tensorflowVersion } from '../tensor/tensorflow/native-paths.js';

/* What is asked of pip, and what wheels say of themselves. Nothing here touches the machine. */

/** Python version whose wheel is taken. The library inside does not depend on it, and no Python code is run. */
const wheelPython = '3.11';

/** The oldest C library (glibc 2.N) that TensorFlow's wheel runs on. */
const oldestGlibcMinor = 27;

/** The wheel the project was tested with. Others of the same version are taken on trust in the package index. */
const testedWheel = {
  requirement: `tensorflow-cpu==${tensorflowVersion}`,
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
} as const;

export type Variant = 'cpu' | 'gpu';

/** A machine as far as the choice of a wheel depends on it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Version of the GNU C library such as `2.36`; undefined where there is none. */
  readonly glibc: string | undefined;
}

export function thisMachine(): Machine {
  const report: unknown = process.report.getReport();
  return { platform: process.platform, arch: process.arch, glibc: glibcOf(report) };
}

function glibcOf(report: unknown): string | undefined {
  if (typeof report !== 'object' || report === null || !('header' in report)) return undefined;
  const { header } = report;
  if (typeof header !== 'object' || header === null || !('glibcVersionRuntime' in header)) return undefined;
  return typeof header.glibcVersionRuntime === 'string' ? header.glibcVersionRuntime : undefined;
}

const wheelArchitectures: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Why no wheel's library runs on this machine, or undefined when one does. */
export function wheelObstacle(machine: Machine, variant: Variant): string | undefined {
  const { platform, arch, glibc } = machine;
  if (platform !== 'linux')
    return `TensorFlow's Python package holds a library for Linux only, not for ${platform}`;
  if (!(arch in wheelArchitectures))
    return `there is no TensorFlow package for ${arch}, only for x64 and arm64`;
  if (variant === 'gpu' && arch !== 'x64')
    return `there is no TensorFlow package for GPUs on ${arch}, only on x64`;
  if (glibcMinor(glibc) < oldestGlibcMinor) {
    return `TensorFlow needs the GNU C library 2.${oldestGlibcMinor} or newer; here is ${glibc ?? 'another C library'}`;
  }
  return undefined;
}

function glibcMinor(glibc: string | undefined): number {
  const match = /^2\.(\d+)/.exec(glibc ?? '');
  return match ? Number(match[1]) : -1;
}

/** Tags of the wheels that run on this machine, newest first: pip compares them literally. */
export function platformTags({ arch, glibc }: Machine): string[] {
  const suffix = wheelArchitectures[arch] ?? arch;
  const oldest = arch === 'x64' ? 5 : 17;
  const tags: string[] = [];
  for (let minor = glibcMinor(glibc); minor >= oldest; minor--) tags.push(`manylinux_2_${minor}_${suffix}`);
  return [...tags, `manylinux2014_${suffix}`, ...(arch === 'x64' ? [`manylinux1_${suffix}`] : [])];
}

/** A line of a requirements file, which asks for one wheel, and whether it carries a hash. */
export interface Requirement {
  readonly line: string;
  readonly hashed: boolean;
}

/** The TensorFlow packages to ask for, best first. */
export function tensorflowRequirements({ arch }: Machine, variant: Variant): Requirement[] {
  if (variant === 'gpu') return [{ line: `tensorflow==${tensorflowVersion}`, hashed: false }];
  if (arch === 'x64') {
    return [{ line: `${testedWheel.requirement} --hash=sha256:${testedWheel.sha256}`, hashed: true }];
  }
  return [`tensorflow-cpu==${tensorflowVersion}`, `tensorflow==${tensorflowVersion}`].map((line) => ({
    line,
    hashed: false,
  }));
}

/** Name of the package that a requirement asks for. */
export function packageName({ line }: Requirement): string {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(line)?.[0] ?? 'package';
}

/** Name for what pip chooses for a requirement: another one where anything is another that its choice depends on. */
export function wheelKey(machine: Machine, requirement: Requirement): string {
  const choice = [requirement.line, wheelPython, ...platformTags(machine)].join('\n');
  const checksum = createHash('sha256').update(choice).digest('hex');
  return `${packageName(requirement)}-${checksum.slice(0, 12)}`;
}

/** pip knows --resume-retries since 25.1, and goes on so by itself, five times, since 25.2. */
const resumingPip = '>=25.1';

/** How often pip goes on where a connection broke, for each wheel: the largest have some 700 MB. */
const resumeRetries = 20;

/**
 * Arguments of `python3` that download a wheel, without what it depends on, into `folder`. pip's own cache is left
 * out: it would keep the gigabytes a second time, in the home folder.
 *
 * @param pip - Its version, such as `25.1.1`.
 */
export function pipDownloadArguments(
  machine: Machine,
  { hashed }: Pick<Requirement, 'hashed'>,
  pip: string,
  requirementsFile: string,
  folder: string,
): string[] {
  return [
    ...['-m', 'pip', 'download', '--disable-pip-version-check', '--no-input', '--no-cache-dir'],
    ...['--retries', '2', ...(satisfies(pip, resumingPip) ? ['--resume-retries', `${resumeRetries}`] : [])],
    ...['--no-deps', '--only-binary=:all:', '--implementation', 'cp', '--python-version', wheelPython],
    ...platformTags(machine).flatMap((tag) => ['--platform', tag]),
    ...(hashed ? ['--require-hashes'] : []),
    ...['--requirement', requirementsFile, '--dest', folder],
  ];
}

/**
 * What the METADATA of a wheel asks for under one of its extras.
 * Format: Python's core metadata, https://packaging.python.org/en/latest/specifications/core-metadata/
 */
export function extraRequirements(metadata: string, extra: string): Requirement[] {
  const wanted = new RegExp(`extra\\s*==\\s*["']${extra}["']`);
  return metadata.split(/\r?\n/).flatMap((line) => {
    const [requirement, marker] = /^Requires-Dist:\s*([^;]+);(.*)$/.exec(line)?.slice(1) ?? [];
    return requirement !== undefined && marker !== undefined && wanted.test(marker)
      ? [{ line: requirement.trim(), hashed: false }]
      : [];
  });
}
