import { readdirSync } from 'node:fs';
import path from 'node:path';

/** What Linux gives programs its GPUs by: Mesa's and others' render nodes, NVIDIA's driver, Windows below it. */
const DEVICE = /^(dri\/renderD\d+|nvidiactl|dxg)$/;

/** Devices by which programs reach a GPU here; where Linux is not, nobody can tell. */
export function gpuDevices(folder = '/dev'): string[] {
  const names = [...entries(folder), ...entries(path.join(folder, 'dri')).map((name) => `dri/${name}`)];
  return names.filter((name) => DEVICE.test(name)).map((name) => path.join(folder, name));
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
