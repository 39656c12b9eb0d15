import type { Engine } from '../../src/tensor/engine.js';
import { PortableEngine } from '../../src/tensor/portable/engine.js';
import type { Parts } from '../../src/tensor/portable/parts.js';

/** The engine together with the steps that its units are composed of. */
export function partsOf(engine: Engine): Engine & Parts {
  if (!(engine instanceof PortableEngine)) throw new Error(`${engine.info.library} is composed of no parts`);
  return engine;
}
