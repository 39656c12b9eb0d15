import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the kernels are compiled for, fewest instructions first; each needs those of the ones before it too. */
export const KERNEL_VARIANTS = ['avx2', 'avx512', 'avx512-bf16', 'avx512-amx'] as const;

export type KernelVariant = (typeof KERNEL_VARIANTS)[number];

/**
 * The processor's flags, as Linux names them. `abm` (LZCNT) is not among them: some hypervisors hide it, and
 * compiler-options.json has the kernels do without.
 */
const FLAGS: Readonly<Record<KernelVariant, readonly string[]>> = {
  avx2: ['avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'movbe'],
  avx512: ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl'],
  'avx512-bf16': ['avx512_bf16'],
  'avx512-amx': ['amx_tile', 'amx_bf16'],
};

const FIRST_WITH_BFLOAT16 = KERNEL_VARIANTS.indexOf('avx512-bf16');

/** Whether the project's own kernels can be used, or why not. */
export type KernelStatus =
  | { readonly state: 'ready'; readonly variant: KernelVariant }
  | { readonly state: 'missing'; readonly reason: string; readonly fix?: string | undefined };

/** Whether the kernels that are ready compute with bfloat16. */
export function hasBfloat16(kernels: KernelStatus): boolean {
  return kernels.state === 'ready' && KERNEL_VARIANTS.indexOf(kernels.variant) >= FIRST_WITH_BFLOAT16;
}

/** Where the sources of the kernels lie. */
export function kernelSources(): string {
  // The compiler leaves them where they are, beside this file.
  const folder = import.meta.url.endsWith('.ts')
    ? './kernels/'
    : '../../../../src/tensor/tensorflow/kernels/';
  return fileURLToPath(new URL(folder, import.meta.url));
}

/**
 * The kernels to use here: those for the processor's widest vectors, or those that GAN_BENCH_KERNELS names (`off`: none).
 *
 * @param cpuinfo - Text of Linux's /proc/cpuinfo.
 */
export function kernelVariant(
  cpuinfo = readIfThere('/proc/cpuinfo'),
  wanted = process.env['GAN_BENCH_KERNELS'] ?? '',
): KernelVariant | undefined {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/));
  let best: KernelVariant | undefined;
  for (const variant of KERNEL_VARIANTS) {
    if (!FLAGS[variant].every((flag) => flags.has(flag))) break;
    best = variant;
    if (variant === wanted) return variant;
  }
  return wanted === '' ? best : undefined;
}

/**
 * The compiled kernels inside the folder of the native library. Their name holds a checksum of the sources, so that
 * kernels of other sources are never taken for these.
 */
export function kernelLibrary(
  libraryFolder: string,
  variant: KernelVariant,
  sources = kernelSources(),
): string {
  return path.join(libraryFolder, `kernels-${variant}-${checksum(sources)}`, 'kernels.so');
}

/** Whether the kernels of a native library can be opened. */
export function kernelStatus(
  libraryFolder: string,
  usesGpu: boolean,
  variant = kernelVariant(),
): KernelStatus {
  if (usesGpu) return missing('they are for processors, and this library computes on a GPU');
  if (variant === undefined) return missing(...whyNoVariant(process.env['GAN_BENCH_KERNELS'] ?? ''));
  if (!existsSync(kernelLibrary(libraryFolder, variant)))
    return missing('they are not compiled', 'gan-bench setup');
  return { state: 'ready', variant };
}

function whyNoVariant(wanted: string): [reason: string, fix?: string] {
  if (wanted === '') return ['they need an x86-64 processor with AVX2'];
  return [
    `GAN_BENCH_KERNELS is "${wanted}", which names none for this processor`,
    'Leave GAN_BENCH_KERNELS unset.',
  ];
}

function missing(reason: string, fix?: string): KernelStatus {
  return { state: 'missing', reason, fix };
}

function checksum(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    hash.update(`${name}\n`).update(readFileSync(path.join(folder, name)));
  }
  return hash.digest('hex').slice(0, 12);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
