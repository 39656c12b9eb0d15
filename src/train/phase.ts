/** The parts of a training step, in the order in which they end. */
export const STEP_PHASES = [
  'batch', // handing the batch to the engine; assembling the next, when all of this step is issued
  'forward', // logits and loss
  'backward', // gradients, and the running statistics
  'transform', // the gradient transform, and packing its result into one vector
  'update', // the base optimizer
  'statistics', // what the step reports, and reading it back
] as const;

export type StepPhase = (typeof STEP_PHASES)[number];

/** Told when a phase ends; a measurement's ear. */
export type OnPhase = (phase: StepPhase) => void;
