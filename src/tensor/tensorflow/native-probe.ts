import { z } from 'zod';

import { compiledBeside, probe } from '../../support/probe.js';
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
  script = compiledBeside(import.meta.url, 'native-probe-child.js'),
  env = {},
}: ProbeOptions = {}): Promise<NativeStatus> {
  const answer = await probe('The library', script, reportSchema, env);
  return typeof answer === 'string' ? { state: 'unusable', reason: answer } : answer;
}
