import { version_core } from '@tensorflow/tfjs-core';

import type { Dataset } from '../data/dataset.js';
import { describeCheckout, describeMachine } from '../record/environment.js';
import type { RunFacts } from '../record/manifest.js';
import type { Engine } from '../tensor/engine.js';
import { packageFolder, programVersion } from '../support/package.js';

/** What a manifest says of the program, the engine, the machine and the data; the seed is added for each run. */
export async function describeProgram(
  engine: Engine,
  dataset: Dataset,
  commandLine: readonly string[],
): Promise<Omit<RunFacts, 'seed'>> {
  return {
    commandLine,
    program: {
      version: programVersion(),
      ...(await describeCheckout(packageFolder())),
      node: process.versions.node,
      tfjs: version_core,
    },
    engine: { ...engine.info },
    machine: describeMachine(),
    dataset: { name: dataset.name, checksums: dataset.checksums, ...dataset.facts },
  };
}
