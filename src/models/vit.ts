import { UserError } from '../errors.js';
import { sequential } from '../nn/layer.js';
import type { Layer } from '../nn/layer.js';
import { encoderBlock, layerNorm, linear, patchEmbedding } from '../nn/transformer.js';
import type { ImageTask } from '../support/images.js';

/** Length of a patch's side, in pixels: 64 patches of a 32 × 32 image. */
const PATCH = 4;

/** What a Vision Transformer is made of. */
export interface VitShape {
  /** Channels of the tokens. */
  readonly width: number;
  /** Blocks of the encoder. */
  readonly depth: number;
  readonly heads: number;
}

/** The sizes called Ti and S (Touvron et al. 2021, arXiv 2012.12877, table 1). */
export const VIT_SHAPES = {
  tiny: { width: 192, depth: 12, heads: 3 },
  small: { width: 384, depth: 12, heads: 6 },
} as const satisfies Record<string, VitShape>;

export type VitSize = keyof typeof VIT_SHAPES;

/** Channels of the perceptron for each of the tokens'. */
const MLP_RATIO = 4;

/**
 * The Vision Transformer of Dosovitskiy et al. 2021 (arXiv 2010.11929) in the sizes of DeiT, with patches of 4 × 4 pixels as
 * usual for 32 × 32 images; pre-norm blocks, learned positions, no dropout. Every kernel, the class token and the
 * positions start from a truncated normal of std 0.02, biases from 0.
 *
 * @param pool - What the head reads: the class token, or the mean of all tokens, and then there is no class token.
 * @throws UserError `config` when the images cannot be cut into patches
 */
export function vit(shape: VitShape, pool: 'class' | 'mean', { image, classes }: ImageTask): Layer {
  const { height, width: columns, channels } = image;
  if (height % PATCH !== 0 || columns % PATCH !== 0)
    throw new UserError(
      'config',
      `model: a Vision Transformer here cuts its images into patches of ${PATCH} × ${PATCH}, so their height and width must be ` +
        `multiples of ${PATCH}, but those of the data set have ${height} x ${columns} pixels; choose another model or data set`,
    );
  const { width, depth, heads } = shape;
  const patches = (height / PATCH) * (columns / PATCH);
  const blocks = Array.from({ length: depth }, (_, index) =>
    encoderBlock(`block${index + 1}`, { width, heads, hidden: MLP_RATIO * width }),
  );
  const token = pool === 'class';
  return sequential(
    patchEmbedding({ channels, patch: PATCH, patches, width, token }),
    ...blocks,
    classifier(width, classes, token),
  );
}

/** Tokens [N, T, C] → logits [N, classes]. */
function classifier(width: number, classes: number, token: boolean): Layer {
  const norm = layerNorm('norm', width, true);
  const head = linear('head', [width], classes);
  return {
    parameters: [...norm.parameters, ...head.parameters],
    buffers: [],
    forward(x, context) {
      const { operations } = context;
      // Tokens are normalized one by one: where only the first is read, the others need not be.
      const read = token
        ? norm.forward(operations.firstToken(x), context)
        : operations.meanToken(norm.forward(x, context));
      return head.forward(read, context);
    },
  };
}
