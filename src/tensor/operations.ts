import type { Tensor, Unit, UnitResult } from './engine.js';
import { Features } from './features.js';
import { lastLength, TransformerOperations } from './transformer-operations.js';

export type { Features } from './features.js';
export type { AfterLinear } from './transformer-operations.js';

/** A unit as layers ask for it. */
export interface UnitInputs extends Omit<Unit, 'x' | 'shortcut'> {
  readonly x: Features;
  /** Like the output; absent where nothing is added. */
  readonly shortcut?: Features | undefined;
}

export interface UnitOutputs {
  readonly output: Features;
  /** Batch mean, [O]. */
  readonly mean: Tensor;
  /** Unbiased batch variance, [O]. */
  readonly variance: Tensor;
}

/** What layers call. */
export type LayerOperations = Pick<Operations, keyof Operations>;

/**
 * The differentiable operations that layers are written in. Without a tape they only compute, as in evaluation. Each
 * takes features as they are: where what is still to be applied to them matters, it is applied first.
 */
export class Operations extends TransformerOperations {
  /** relu(norm(convolution(x) + bias) + shortcut), normalized with the batch's own statistics. */
  unit(inputs: UnitInputs): UnitOutputs {
    const { engine } = this;
    const unit = this.#unitOf(inputs);
    const { x, weights, shortcut } = unit;
    const result = engine.unit(unit);
    const differentiated = [x.values, weights.kernel, weights.scale, weights.offset, weights.bias, shortcut];
    this.tape?.record(
      result.output.values,
      differentiated.filter((input) => input !== undefined),
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
    const { output, mean, variance } = result;
    return { output: new Features(output, lastLength(weights.kernel.shape)), mean, variance };
  }

  /** The same with given statistics [O]; has no gradient. */
  inferUnit(inputs: UnitInputs, statistics: { readonly mean: Tensor; readonly variance: Tensor }): Features {
    const output = this.engine.inferUnit(this.#unitOf(inputs), statistics);
    return new Features(output, lastLength(inputs.weights.kernel.shape));
  }

  /** Adds bias [C] to the last axis. */
  biasAdd(x: Features, bias: Tensor): Features {
    const values = this.materialize(x);
    const y = this.engine.biasAdd(values, bias);
    this.tape?.record(y, [values, bias], (dy) => [dy.clone(), this.engine.biasGradient(dy)]);
    return this.features(y);
  }

  /** 2 × 2, stride 2. */
  maxPool(x: Features): Features {
    const tensors = Features.tensorsOf(x);
    const y = this.engine.maxPool(tensors);
    this.tape?.record(y, [tensors.values], (dy) => [this.engine.maxPoolGradient(dy, tensors, y)]);
    return new Features({ values: y }, lastLength(x.shape));
  }

  /** [N, H, W, C] → [N, H/2, W/2, channels]: the parameter-free shortcut, option A. */
  subsample(x: Features, channels: number): Features {
    const values = this.materialize(x);
    const y = this.engine.subsample(values, channels);
    this.tape?.record(y, [values], (dy) => [this.engine.subsampleGradient(dy, values)]);
    return new Features({ values: y }, channels);
  }

  /** [N, H, W, C] → [N, C]. */
  globalAveragePool(x: Features): Features {
    const tensors = Features.tensorsOf(x);
    const y = this.engine.globalAveragePool(tensors);
    this.tape?.record(y, [tensors.values], (dy) => [this.engine.globalAveragePoolGradient(dy, tensors)]);
    return this.features(y);
  }

  /** x [N, I], kernel [I, O] → [N, O]. */
  dense(x: Features, kernel: Tensor): Features {
    if (x.shape.length !== 2)
      throw new Error(`a dense layer takes [N, I], found [${x.shape.join(', ')}]: put a pool before it`);
    const { engine } = this;
    const values = this.materialize(x);
    const y = engine.matMul(values, kernel, false, false);
    this.tape?.record(y, [values, kernel], (dy) => [
      engine.matMul(dy, kernel, false, true),
      engine.matMul(values, dy, true, false),
    ]);
    return this.features(y);
  }

  /** As an engine takes it: it adds shortcuts as they are. */
  #unitOf({ x, shortcut, ...rest }: UnitInputs): Unit {
    return { ...rest, x: Features.tensorsOf(x), shortcut: shortcut && this.materialize(shortcut) };
  }
}

/** What a unit holds on to besides its output, which the tape frees by itself. */
function savedBy({ output, saved }: UnitResult): Tensor[] {
  return [...saved, ...(output.affine ? [output.affine] : [])];
}
