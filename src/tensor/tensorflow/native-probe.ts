import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

import { KERNEL_VARIANTS } from './kernel-library.js';
import type { KernelStatus } from './kernel-library.js';

/** Whether the native TensorFlow library works here. */
export type NativeStatus =
  | {
      readonly state: 'ready';
      /** Version of the TensorFlow library, such as `2.21.0`. */
      readonly version: string;
      readonly devices: readonly string[];
      readonly usesGpu: boolean;
      readonly kernels: KernelStatus;
    }
  | { readonly state: 'unusable'; readonly reason: string };

const kernelSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ready'), variant: z.enum(KERNEL_VARIANTS) }),
  z.object({ state: z.literal('missing'), reason: z.string(), fix: z.string().optional() }),
]);

const reportSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('ready'),
    version: z.string(),
    devices: z.array(z.string()),
    usesGpu: z.boolean(),
    kernels: kernelSchema,
  }),
  z.object({ state: z.literal('unusable'), reason: z.string() }),
]);

/** Starting a GPU for the first time can take most of a minute. */
const timeoutMilliseconds = 180_000;

export interface ProbeOptions {
  /** The program to run in the child; a test's stand-in. */
  readonly script?: string;
  /** Set in the child's environment, over what is set here. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Loads the native TensorFlow library in a child process and multiplies two small matrices, so that a library that
 * crashes cannot take the caller along.
 */
export async function probeNative({
  script = defaultScript(),
  env = {},
}: ProbeOptions = {}): Promise<NativeStatus> {
  return await new Promise((resolve) => {
    const options = {
      env: { ...process.env, ...env },
      timeout: timeoutMilliseconds,
      maxBuffer: 16 * 1024 * 1024,
    };
    execFile(process.execPath, [script], options, (error, stdout, stderr) => {
      resolve(parseReport(stdout) ?? { state: 'unusable', reason: describeFailure(error, stderr) });
    });
  });
}

function defaultScript(): string {
  // The child needs compiled JavaScript also where this file itself runs as TypeScript, under the test runner.
  const compiled = import.meta.url.endsWith('.ts') ? '../../../dist/src/tensor/tensorflow/' : './';
  return fileURLToPath(new URL(`${compiled}native-probe-child.js`, import.meta.url));
}

function parseReport(stdout: string): NativeStatus | undefined {
  try {
    return reportSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  } catch {
    return undefined;
  }
}

function describeFailure(
  error: { signal?: NodeJS.Signals | null | undefined; killed?: boolean } | null,
  stderr: string,
): string {
  if (error?.killed === true)
    return `The library did not answer within ${timeoutMilliseconds / 1000} seconds.`;
  if (error?.signal === 'SIGILL')
    return 'The library needs instructions that this processor does not have (SIGILL).';
  if (error?.signal) return `The library crashed while loading (${error.signal}).`;
  const lastLine = stderr.trim().split('\n').at(-1);
  return lastLine
    ? `The library could not be tried: ${lastLine}`
    : 'The library ended the process while loading.';
}
