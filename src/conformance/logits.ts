import { batchShape } from '../support/images.js';
import type { ImageTask } from '../support/images.js';
import type { Engine } from '../tensor/engine.js';
import type { Methods } from '../train/methods.js';
import { Network } from '../train/network.js';
import { madeUpBatch } from './trial.js';

/** What an untrained network says of made-up images, in evaluation: [images · classes]. */
export async function logits(engine: Engine, methods: Methods, task: ImageTask): Promise<Float32Array> {
  const network = new Network(engine, methods.model(task));
  const { parameters, buffers } = network.initialValues(1);
  const { images, labels } = madeUpBatch(task);
  const { keep } = engine.scope(() => {
    const output = network.predict(
      engine.tensor(parameters, [parameters.length]),
      engine.tensor(buffers, [buffers.length]),
      engine.tensor(images, batchShape(labels.length, task.image)),
    );
    return { keep: [output] };
  });
  const [output] = keep;
  if (output === undefined) throw new Error('a network gives logits');
  try {
    return await engine.read(output);
  } finally {
    output.dispose();
  }
}
