import type { KernelStatus } from '../tensor/tensorflow/kernel-library.js';
import type { WebGpuStatus } from '../tensor/webgpu/probe.js';
import type { Outcome } from './provide.js';

export interface SummaryFacts {
  readonly outcome: Outcome;
  readonly gpuAsked: boolean;
  /** TensorFlow for GPUs is what is installed. */
  readonly gpuInstalled: boolean;
  /** GPUs that NVIDIA's driver lists. */
  readonly gpus: readonly string[];
  /** Absent where it was not asked for. */
  readonly webgpu?: WebGpuStatus;
}

/** What setup says last: which library, version and devices there are, or what is missing and how to get it. */
export function summarize(facts: SummaryFacts): string {
  return [...librarySummary(facts), ...webGpuSummary(facts.webgpu)].join('\n');
}

function librarySummary(facts: SummaryFacts): string[] {
  const { status, failures, alreadyThere } = facts.outcome;
  if (status.state === 'unusable') return portableSummary(facts.outcome);
  return [
    `TensorFlow ${status.version}, native library${alreadyThere ? ', already there' : ''}`,
    ...status.devices.map((device) => `  device  ${device}`),
    ...(status.usesGpu ? [] : [kernelLine(status.kernels)]),
    ...gpuRemarks(facts, status.usesGpu),
    ...(failures.length > 0 && facts.gpuAsked && !facts.gpuInstalled ? explain(failures) : []),
  ];
}

function webGpuSummary(webgpu: WebGpuStatus | undefined): string[] {
  if (webgpu === undefined || webgpu.state === 'absent') return [];
  if (webgpu.state === 'unusable') return [`WebGPU does not work: ${webgpu.reason}`];
  const kind = webgpu.isSoftware ? ' (a program on the processor, no GPU)' : '';
  return ['WebGPU (backend: webgpu)', `  device  ${webgpu.device}${kind}`];
}

function kernelLine(kernels: KernelStatus): string {
  if (kernels.state === 'ready') return `  kernels for ${kernels.variant}`;
  return `  note    there are no kernels of its own for the processor: ${kernels.reason}`;
}

function portableSummary({ failures }: Outcome): string[] {
  return [
    'There is no native TensorFlow library. gan-bench will use the portable backend (wasm): it works, but is much slower.',
    ...explain(failures),
    'Then run `gan-bench setup` again. See docs/engines.md.',
  ];
}

function explain(failures: Outcome['failures']): string[] {
  return failures.flatMap(({ name, reason, advice }) => [
    `  ${name}: ${reason.replaceAll('\n', '\n    ')}`,
    ...(advice ? [`    ${advice}`] : []),
  ]);
}

function gpuRemarks({ gpuAsked, gpuInstalled, gpus }: SummaryFacts, usesGpu: boolean): string[] {
  if (usesGpu) return [];
  if (gpuInstalled) {
    return [
      `  warning  This is TensorFlow for GPUs, but it sees none (NVIDIA's driver lists ${gpus.length}).`,
      "           Check the driver with nvidia-smi; TF_CPP_MIN_LOG_LEVEL=0 gan-bench run … shows TensorFlow's reasons.",
    ];
  }
  if (gpuAsked)
    return ['  warning  TensorFlow for GPUs could not be set up; this one computes on the processor.'];
  if (gpus.length > 0) return [`  note    ${gpus.join(', ')} is not used: gan-bench setup --gpu`];
  return [];
}
