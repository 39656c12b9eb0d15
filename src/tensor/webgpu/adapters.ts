import { messageOf, UserError } from '../../errors.js';
import { openLibrary } from '../cache/open-library.js';
import { gpuDevices } from './gpu-devices.js';
import { type Dawn, isDawnThere, loadDawn } from './dawn.js';

/** Programs that compute what a GPU would, as their drivers name them. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/** Whether an adapter of that name is a program on the processor and no GPU. */
export function isSoftware(name: string): boolean {
  return SOFTWARE.test(name);
}

/** A name that no adapter has. */
const NOBODY = 'gan-bench asks for the list of adapters';

/** Names of the adapters here, in the order in which Dawn lists them: as it does where none has the name asked for. */
export async function adapterNames(dawn: Dawn): Promise<string[]> {
  try {
    await dawn.create([`adapter=${NOBODY}`]).requestAdapter();
  } catch (error) {
    return [...messageOf(error).matchAll(/name: '(.*)'/g)].flatMap(([, name]) => name ?? []);
  }
  return [];
}

/** Whether set-up has provided Dawn and it finds a GPU. Where Linux has none Dawn is not asked: it would complain. */
export async function isGpuThere(): Promise<boolean> {
  if (process.platform === 'linux' && gpuDevices().length === 0) return false;
  return isDawnThere() && (await adapterNames(loadDawn())).some((name) => !isSoftware(name));
}

/** What is missing, and how to get it. */
function whyNone(): string {
  if (process.platform !== 'linux') return 'install the driver of the GPU';
  return openLibrary('libvulkan.so.1', 0)
    ? 'no driver here offers a GPU to Vulkan. Install that of the GPU (NVIDIA’s own; for AMD and Intel `apt install mesa-vulkan-drivers`)'
    : 'the Vulkan loader, libvulkan.so.1, is not here. Install it (`apt install libvulkan1`) and the driver of the GPU';
}

/**
 * The adapter to use: the first GPU, or the first adapter where there is none; or that which GAN_BENCH_GPU names by its
 * number or a part of its name.
 *
 * @throws UserError `engine` when there is none, or none that is wanted.
 */
export function chooseAdapter(
  names: readonly string[],
  wanted = process.env['GAN_BENCH_GPU']?.trim() ?? '',
): string {
  const [first] = names;
  if (first === undefined)
    throw new UserError('engine', `WebGPU finds no adapter: ${whyNone()}, then run \`gan-bench doctor\`.`);
  if (wanted === '') return names.find((name) => !isSoftware(name)) ?? first;
  const chosen = /^\d+$/.test(wanted)
    ? names[Number(wanted)]
    : names.find((name) => name.toLowerCase().includes(wanted.toLowerCase()));
  if (chosen !== undefined) return chosen;
  const allowed = names.map((name, index) => `${index} (${name})`).join(', ');
  throw new UserError(
    'engine',
    `GAN_BENCH_GPU: found "${wanted}", allowed is ${allowed}, or part of a name.`,
  );
}
