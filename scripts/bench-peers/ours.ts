import { Stepper } from '../../src/bench/stepper.js';
import { workloadOf } from '../../src/cli/bench-options.js';
import { openChild } from './child.js';
import { serve } from './protocol.js';

// A contender: this project's own training step.
const { workload, engine, dataset } = await openChild();
const stepper = new Stepper(engine, dataset, workloadOf(workload));
await serve(engine.info.library, async () => {
  await stepper.step();
});
