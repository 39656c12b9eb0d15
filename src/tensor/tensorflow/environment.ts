/** What TensorFlow and CUDA read from the environment; see docs/engines.md. */
const SETTINGS = {
  TF_CPP_MIN_LOG_LEVEL: '2',
  TF_ENABLE_ONEDNN_OPTS: '1',
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  // Two runs of one seed are to give the same bytes.
  TF_DETERMINISTIC_OPS: '1',
} as const;

/** Sets what the library reads when it loads, so ahead of that; what the user has set stands. */
export function setLibraryEnvironment(env: NodeJS.ProcessEnv = process.env): void {
  for (const [name, value] of Object.entries(SETTINGS)) env[name] ??= value;
}
