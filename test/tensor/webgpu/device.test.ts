import { afterEach, describe, expect, it } from 'vitest';

import { openDevice, type OpenDevice } from '../../../src/tensor/webgpu/device.js';
import { onEachBackend } from '../../support/backends.js';

let open: OpenDevice | undefined;

/** A device of its own, which a test may lose. */
async function device(): Promise<OpenDevice> {
  open = await openDevice();
  return open;
}

afterEach(() => {
  open?.device.destroy();
});

onEachBackend(() => {
  describe('a device', () => {
    it('has the limits of its adapter, not those of a telephone', async () => {
      const { device: opened } = await device();
      expect(opened.limits.maxBufferSize).toBeGreaterThan(2 ** 28);
    });

    it('knows what its adapter could do besides', async () => {
      const { features, device: opened } = await device();
      expect([...features]).toEqual(expect.arrayContaining([...opened.features]));
      expect(features.size).toBeGreaterThan(opened.features.size);
    });

    it('ends what waits for it when it is lost, with the way on', async () => {
      const { device: opened, failure } = await device();
      const waiting = failure.during(new Promise(() => undefined));
      opened.destroy();
      await expect(waiting).rejects.toThrow(/^WebGPU lost .+ \(destroyed\).+--resume/);
    });

    it('tells what it was asked wrongly', async () => {
      const { device: opened, failure } = await device();
      const waiting = failure.during(new Promise(() => undefined));
      opened.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE });
      await expect(waiting).rejects.toThrow(/^WebGPU on .+ reports an error: /);
    });

    it('names the batch size where its memory runs out', async () => {
      const { device: opened, failure } = await device();
      const waiting = failure.during(new Promise(() => undefined));
      const error = new GPUOutOfMemoryError('no room for 7 GB');
      opened.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error }));
      await expect(waiting).rejects.toThrow(/is out of memory: no room for 7 GB\. Try half the batch size/);
    });
  });
}, ['webgpu']);
