import type { Engine, Features, Tensor, Unit, UnitResult } from './engine.js';
import type { Tape } from './tape.js';

/** The differentiable operations that layers are written in. Without a tape they only compute, as in evaluation. */
export class Operations {
  readonly #engine: Engine;
  readonly #tape: Tape | undefined;

  constructor(engine: Engine, tape?: Tape) {
    this.#engine = engine;
    this.#tape = tape;
  }

  /** relu(norm(convolution(x) + bias) + shortcut), normalized with the batch's own statistics. */
  unit(unit: Unit): UnitResult {
    const { x, weights, shortcut } = unit;
    const engine = this.#engine;
    const result = engine.unit(unit);
    const inputs = [x.values, weights.kernel, weights.scale, weights.offset, weights.bias, shortcut];
    this.#tape?.record(
      result.output.values,
      inputs.filter((input) => input !== undefined),
      (dy, [needed = false], addend) => {
        const gradients = engine.unitGradient(dy, unit, result, { needed, addend });
        const { kernel, scale, offset, bias } = gradients;
        return [
          gradients.x,
          kernel,
          scale,
          offset,
          ...(weights.bias ? [bias] : []),
          ...(shortcut ? [gradients.shortcut] : []),
        ];
      },
      { saved: savedBy(result), addsPending: true },
    );
    return result;
  }

  /** The same with given statistics [O]; has no gradient. */
  inferUnit(unit: Unit, statistics: { readonly mean: Tensor; readonly variance: Tensor }): Features {
    return this.#engine.inferUnit(unit, statistics);
  }

  /** Adds bias [C] to the last axis. */
  biasAdd(x: Tensor, bias: Tensor): Tensor {
    const y = this.#engine.biasAdd(x, bias);
    this.#tape?.record(y, [x, bias], (dy) => [dy.clone(), this.#engine.biasGradient(dy)]);
    return y;
  }

  /** 2 × 2, stride 2. */
  maxPool(x: Features): Features {
    const y = this.#engine.maxPool(x);
    this.#tape?.record(y, [x.values], (dy) => [this.#engine.maxPoolGradient(dy, x, y)]);
    return { values: y };
  }

  /** [N, H, W, C] → [N, H/2, W/2, channels]: the parameter-free shortcut, option A. */
  subsample(x: Tensor, channels: number): Tensor {
    const y = this.#engine.subsample(x, channels);
    this.#tape?.record(y, [x], (dy) => [this.#engine.subsampleGradient(dy, x)]);
    return y;
  }

  /** [N, H, W, C] → [N, C]. */
  globalAveragePool(x: Features): Tensor {
    const y = this.#engine.globalAveragePool(x);
    this.#tape?.record(y, [x.values], (dy) => [this.#engine.globalAveragePoolGradient(dy, x)]);
    return y;
  }

  /** x [N, I], kernel [I, O] → [N, O]. */
  dense(x: Tensor, kernel: Tensor): Tensor {
    const engine = this.#engine;
    const y = engine.matMul(x, kernel, false, false);
    this.#tape?.record(y, [x, kernel], (dy) => [
      engine.matMul(dy, kernel, false, true),
      engine.matMul(x, dy, true, false),
    ]);
    return y;
  }
}

/** What a unit holds on to besides its output, which the tape frees by itself. */
function savedBy({ output, saved }: UnitResult): Tensor[] {
  return [...saved, ...(output.affine ? [output.affine] : [])];
}
