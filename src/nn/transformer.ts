import type { Features, AfterLinear } from '../tensor/operations.js';
import { constant, truncatedNormal } from './initializers.js';
import type { ForwardContext, Layer, ParameterSpec } from './layer.js';

/** As in the original code of Vision Transformers; PyTorch's default is 1e-5. */
const LAYER_NORM_EPSILON = 1e-6;
/** Standard deviation of kernels, class tokens and positions before training (Touvron et al. 2021, arXiv 2012.12877). */
const STD = 0.02;

/** A layer without running statistics. */
interface Module {
  readonly parameters: readonly ParameterSpec[];
  forward(x: Features, context: ForwardContext, after?: AfterLinear): Features;
}

/** x · kernel + bias along the last axis: [..., I] → [..., O]. The kernel may have axes for parts of I. */
export function linear(name: string, inputs: readonly number[], outputs: number): Module {
  const [kernelName, biasName] = [`${name}.kernel`, `${name}.bias`];
  return {
    parameters: [
      { name: kernelName, shape: [...inputs, outputs], eligible: true, initialize: truncatedNormal(STD) },
      { name: biasName, shape: [outputs], eligible: false, initialize: constant(0) },
    ],
    forward: (x, { operations, parameter }, after) =>
      operations.linear(x, { kernel: parameter(kernelName), bias: parameter(biasName) }, after),
  };
}

/** Layer normalization of each token: [..., C] → [..., C]. @param exact - Float32 in any precision. */
export function layerNorm(name: string, channels: number, exact = false): Module {
  const [scaleName, offsetName] = [`${name}.scale`, `${name}.offset`];
  const shape = [channels];
  return {
    parameters: [
      { name: scaleName, shape, eligible: false, initialize: constant(1) },
      { name: offsetName, shape, eligible: false, initialize: constant(0) },
    ],
    forward(x, { operations, parameter }) {
      const weights = { scale: parameter(scaleName), offset: parameter(offsetName) };
      return operations.layerNorm(x, weights, { epsilon: LAYER_NORM_EPSILON, exact });
    },
  };
}

export interface EmbeddingOptions {
  readonly channels: number;
  /** Length of a patch's side, in pixels. */
  readonly patch: number;
  /** Number of patches of an image. */
  readonly patches: number;
  /** Channels of the tokens. */
  readonly width: number;
  /** Whether a class token goes before the others. */
  readonly token: boolean;
}

/**
 * Images as tokens: each patch by a linear map, a class token before them, learned positions added to all
 * (Dosovitskiy et al. 2021, arXiv 2010.11929): [N, H, W, C] → [N, patches (+ 1), width]. The map's kernel
 * [patch, patch, C, width] is that of a convolution whose stride is its size.
 */
export function patchEmbedding({ channels, patch, patches, width, token }: EmbeddingOptions): Layer {
  const projection = linear('patch', [patch, patch, channels], width);
  const initialize = truncatedNormal(STD);
  const length = patches + (token ? 1 : 0);
  return {
    parameters: [
      ...projection.parameters,
      ...(token ? [{ name: 'class', shape: [width], eligible: false, initialize }] : []),
      // A matrix, which method.md's rule (two axes or more) takes for a kernel.
      { name: 'position', shape: [length, width], eligible: true, initialize },
    ],
    buffers: [],
    forward(x, context) {
      const { operations, parameter } = context;
      const tokens = projection.forward(operations.patches(x, patch), context);
      return operations.embed(tokens, {
        token: token ? parameter('class') : undefined,
        position: parameter('position'),
      });
    },
  };
}

export interface BlockOptions {
  /** Channels of the tokens. */
  readonly width: number;
  readonly heads: number;
  /** Channels between the two maps of the multilayer perceptron. */
  readonly hidden: number;
}

/**
 * A pre-norm block of the encoder, on tokens [N, T, C]: x + out(attention(qkv(norm1(x)))), and then
 * x + mlp.out(gelu(mlp.in(norm2(x)))).
 */
export function encoderBlock(name: string, { width, heads, hidden }: BlockOptions): Layer {
  const norm1 = layerNorm(`${name}.norm1`, width);
  const qkv = linear(`${name}.attention.qkv`, [width], 3 * width);
  const mixed = linear(`${name}.attention.out`, [width], width);
  const norm2 = layerNorm(`${name}.norm2`, width);
  const widened = linear(`${name}.mlp.in`, [width], hidden);
  const narrowed = linear(`${name}.mlp.out`, [hidden], width);
  return {
    parameters: [norm1, qkv, mixed, norm2, widened, narrowed].flatMap(({ parameters }) => parameters),
    buffers: [],
    forward(x, context) {
      const queries = qkv.forward(norm1.forward(x, context), context);
      const attended = context.operations.attention(queries, heads);
      const sum = mixed.forward(attended, context, { addend: x });
      const wide = widened.forward(norm2.forward(sum, context), context, 'gelu');
      return narrowed.forward(wide, context, { addend: sum });
    },
  };
}
