import { z } from 'zod';

import { compiledBeside, probe } from '../../support/probe.js';
import { isDawnThere } from './dawn.js';

const reportSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('ready'),
    /** All that Dawn lists; the device is one of them. */
    adapters: z.array(z.string()).readonly(),
    device: z.string(),
    isSoftware: z.boolean(),
    /** Features that matter here, of those that WebGPU has. */
    features: z.array(z.string()).readonly(),
    /** In bytes. */
    largestBuffer: z.number(),
  }),
  z.object({ state: z.literal('unusable'), reason: z.string() }),
]);

/** Whether WebGPU works here; `absent` where set-up was not asked for it. */
export type WebGpuStatus = z.infer<typeof reportSchema> | { readonly state: 'absent' };

/** Opens Dawn and a device in a child process and multiplies two small matrices, as `probeNative` does. */
export async function probeWebGpu(
  script = compiledBeside(import.meta.url, 'probe-child.js'),
): Promise<WebGpuStatus> {
  if (!isDawnThere()) return { state: 'absent' };
  const answer = await probe('Dawn', script, reportSchema);
  return typeof answer === 'string' ? { state: 'unusable', reason: answer } : answer;
}
