/** What TensorFlow reads from the environment when it loads; what the user has set stands. */
export const engineEnvironment = {
  TF_CPP_MIN_LOG_LEVEL: '2',
  TF_ENABLE_ONEDNN_OPTS: '1',
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  // Two runs of one seed are to give the same bytes.
  TF_DETERMINISTIC_OPS: '1',
};
