import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';

import { isSoftware } from './adapters.js';
import { dawnVersion } from './dawn.js';
import { type OpenDevice, openDevice } from './device.js';
import { WebGpuEngine } from './engine.js';
import { replaceSplitAndConcat } from './gather.js';
import { allowSeveralOutputs, Programs } from './program.js';

/** An engine on the device that it opened. */
export interface OpenEngine extends OpenDevice {
  readonly engine: WebGpuEngine;
}

/** Opens a GPU of whatever maker, through Vulkan, Metal or Direct3D. @throws UserError `engine` where there is none. */
export async function openWebGpu(): Promise<OpenEngine> {
  openEngine ??= open();
  const engine = await openEngine;
  await tf.setBackend('webgpu');
  return engine;
}

/** tfjs's 15 hand a step of ResNet-20 over in 14 pieces, these in 4, and hold 5 % more memory. */
const DISPATCHES_PER_COMMAND_BUFFER = 64;

/** A device is opened once a process. */
let openEngine: Promise<OpenEngine> | undefined;

async function open(): Promise<OpenEngine> {
  const opened = await openDevice();
  const { device, info, name, failure } = opened;
  // Where a tensor lies must not decide who computes with it: what was read back would go on on the processor.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', DISPATCHES_PER_COMMAND_BUFFER);
  allowSeveralOutputs(device);
  const backend = new WebGPUBackend(device, info);
  tf.registerBackend('webgpu', () => backend);
  const programs = new Programs(backend);
  replaceSplitAndConcat(programs);
  const engine = new WebGpuEngine(
    {
      backend: 'webgpu',
      library: `Dawn ${dawnVersion} with tfjs-backend-webgpu ${tf.version_core}`,
      devices: [name],
      usesGpu: !isSoftware(name),
      precision: 'float32',
    },
    programs,
    failure,
  );
  return { ...opened, engine };
}
