import { beforeAll, expect, it } from 'vitest';

import { layersModel } from '../../../scripts/bench-peers/layers-model.js';
import { countElements, createModel } from '../../../src/models/registry.js';
import type { ModelName } from '../../../src/models/registry.js';
import { activate } from '../../support/backends.js';
import { cifarTask } from '../../support/tasks.js';

beforeAll(async () => {
  await activate('cpu');
});

it.each<ModelName>(['resnet20', 'resnet32', 'vgg11bn'])('%s has the parameters of ours', (name) => {
  const { trainableWeights } = layersModel(name, cifarTask(100));
  const ours = createModel(name, cifarTask(100)).parameters;
  expect(trainableWeights).toHaveLength(ours.length);
  expect(countElements(trainableWeights.map(({ shape }) => ({ name, shape: shape.map(Number) })))).toBe(
    countElements(ours),
  );
});
