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

/** A line or more of a requirements file, and whether every line carries a hash. */
export interface Requirements {
  readonly lines: readonly string[];
  readonly hashed: boolean;
}

/** The TensorFlow packages to ask for, best first. */
export function tensorflowRequirements({ arch }: Machine, variant: Variant): Requirements[] {
  if (variant === 'gpu') return [{ lines: [`tensorflow==${tensorflowVersion}`], hashed: false }];
  if (arch === 'x64') {
    return [{ lines: [`${testedWheel.requirement} --hash=sha256:${testedWheel.sha256}`], hashed: true }];
  }
  return [`tensorflow-cpu==${tensorflowVersion}`, `tensorflow==${tensorflowVersion}`].map((line) => ({
    lines: [line],
    hashed: false,
  }));
}

/** Arguments of `python3` that download wheels, without what they depend on, into `folder`. */
export function pipDownloadArguments(
  machine: Machine,
  { hashed }: Pick<Requirements, 'hashed'>,
  requirementsFile: string,
  folder: string,
): string[] {
  return [
    ...['-m', 'pip', 'download', '--disable-pip-version-check', '--no-input', '--retries', '2'],
    ...['--no-deps', '--only-binary=:all:', '--implementation', 'cp', '--python-version', wheelPython],
    ...platformTags(machine).flatMap((tag) => ['--platform', tag]),
    ...(hashed ? ['--require-hashes'] : []),
    ...['--requirement', requirementsFile, '--dest', folder],
  ];
}

/**
 * What the METADATA of a wheel asks for under one of its extras, as lines of a requirements file.
 * Format: Python's core metadata, https://packaging.python.org/en/latest/specifications/core-metadata/
 */
export function extraRequirements(metadata: string, extra: string): string[] {
  const wanted = new RegExp(`extra\\s*==\\s*["']${extra}["']`);
  return metadata.split(/\r?\n/).flatMap((line) => {
    const [requirement, marker] = /^Requires-Dist:\s*([^;]+);(.*)$/.exec(line)?.slice(1) ?? [];
    return requirement !== undefined && marker !== undefined && wanted.test(marker)
      ? [requirement.trim()]
      : [];
  });
}
