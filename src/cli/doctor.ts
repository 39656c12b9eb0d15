import path from 'node:path';

import { Command } from 'commander';
import { z } from 'zod';

import { resolveDataRoot } from '../data/paths.js';
import { addOptions, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { supportedNode } from '../support/package.js';
import { usableMemory } from '../support/room.js';
import { count } from '../support/text.js';
import { openEngine } from '../tensor/backend.js';
import { nativeProblem } from '../tensor/tensorflow/native-check.js';
import { nativePaths } from '../tensor/tensorflow/native-paths.js';
import { nvidiaGpus } from '../tensor/tensorflow/native.js';
import { type NativeStatus, probeNative } from '../tensor/tensorflow/native-probe.js';
import type { Distrust } from '../tensor/cache/trust.js';
import { gpuDevices } from '../tensor/webgpu/gpu-devices.js';
import { probeWebGpu, type WebGpuStatus } from '../tensor/webgpu/probe.js';
import {
  type Check,
  checkDatasets,
  checkDisk,
  checkFiles,
  checkKernels,
  checkMemory,
  checkNative,
  checkNode,
  checkPortable,
  checkProcessor,
  checkWebGpu,
} from './doctor-checks.js';
import { dataDirOption, jsonOption } from './options.js';
import { output } from './output.js';

/** What doctor asks of the machine; a test's stand-ins. */
export interface DoctorProbes {
  readonly native: () => Promise<NativeStatus>;
  /** Reads all files of the native library and says what is wrong with them, if anything is. */
  readonly files: () => Distrust | undefined;
  /** Starts the portable backend and says which library it is. */
  readonly portable: () => Promise<string>;
  readonly gpus: () => readonly string[];
  readonly webgpu: () => Promise<WebGpuStatus>;
  /** Devices by which programs reach GPUs. */
  readonly gpuDevices: () => readonly string[];
}

const realProbes: DoctorProbes = {
  native: async () => await probeNative(),
  files: () => nativeProblem(nativePaths(), 'content'),
  portable: async () => (await openEngine({ backend: 'wasm' })).info.library,
  gpus: () => nvidiaGpus(),
  webgpu: async () => await probeWebGpu(),
  gpuDevices: () => gpuDevices(),
};

const doctorOptionsSchema = z.strictObject({
  dataDir: dataDirOption(),
  json: jsonOption('the findings'),
});

/** `gan-bench doctor`: what is here, what is wrong and how to mend it; exit status 1 when no run would work. */
export function doctorCommand(probes: DoctorProbes = realProbes): Command {
  const command = new Command('doctor').description('say whether runs would work here, and what to mend');
  return addOptions(command, doctorOptionsSchema)
    .addHelpText(
      'after',
      `
Looks at Node, the native library (its files, devices and kernels), WebGPU, the portable backend, data sets, disk,
memory and processor. The exit status is 1 when something keeps runs from working; warnings do not.

Examples:
  $ gan-bench doctor
  $ gan-bench doctor --data-dir ~/data --json`,
    )
    .action(async (raw: RawOptions) => {
      const { dataDir, json } = parseOptions(doctorOptionsSchema, raw);
      const root = resolveDataRoot({ option: dataDir, env: process.env });
      const checks = await examine(root, probes);
      const ok = checks.every(({ state }) => state !== 'problem');
      if (json) output.printJson({ ok, checks });
      else print(checks);
      if (!ok) process.exitCode = 1;
    });
}

async function examine(dataRoot: string, probes: DoctorProbes): Promise<Check[]> {
  const native = await probes.native();
  return [
    checkNode(process.versions.node, supportedNode()),
    checkNative(native, probes.gpus()),
    // What does not load says so itself.
    ...(native.state === 'ready' ? [checkFiles(probes.files())] : []),
    ...checkKernels(native),
    ...checkWebGpu(await probes.webgpu(), probes.gpuDevices()),
    await checkPortable(probes.portable, native.state === 'ready'),
    ...(await checkDatasets(dataRoot)),
    await checkDisk('data', dataRoot),
    await checkDisk('results', path.resolve('results')),
    checkMemory(usableMemory()),
    checkProcessor(),
  ];
}

const marks = { ok: '✓', warning: '!', problem: '✗' } as const;

function print(checks: readonly Check[]): void {
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const { name, state, found, fix } of checks) {
    output.print(`${marks[state]} ${name.padEnd(width)}  ${found}`);
    if (fix !== undefined) output.print(`  ${' '.repeat(width)}  → ${fix}`);
  }
  const problems = checks.filter(({ state }) => state === 'problem').length;
  const warnings = checks.filter(({ state }) => state === 'warning').length;
  output.print(
    problems > 0
      ? `\nRuns will not work yet: ${count(problems, 'problem')}, ${count(warnings, 'warning')}.`
      : `\nRuns will work${warnings > 0 ? ` (${count(warnings, 'warning')})` : ''}.`,
  );
}
