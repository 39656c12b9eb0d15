import { percent } from '../../support/text.js';
import type { Section } from '../document.js';
import { curvesFigure, type Curve } from '../figures/curves.js';
import type { ReportInput } from '../report-input.js';

const asPercent = (value: number): string => percent(value, 2);
const asLoss = (value: number): string => value.toFixed(4);

const accuracies: readonly Curve[] = [
  {
    id: 'test-accuracy',
    title: 'test accuracy',
    format: '.0%',
    scale: 'linear',
    of: (row) => row.test_accuracy,
    write: asPercent,
  },
  {
    id: 'validation-accuracy',
    title: 'validation accuracy',
    format: '.0%',
    scale: 'linear',
    of: (row) => row.validation_accuracy,
    write: asPercent,
  },
  {
    id: 'train-accuracy',
    title: 'train accuracy',
    format: '.0%',
    scale: 'linear',
    of: (row) => row.train_accuracy,
    write: asPercent,
  },
];

const losses: readonly Curve[] = [
  {
    id: 'test-loss',
    title: 'test loss, nats',
    format: '~g',
    scale: 'linear',
    of: (row) => row.test_loss,
    write: asLoss,
  },
  {
    id: 'validation-loss',
    title: 'validation loss, nats',
    format: '~g',
    scale: 'linear',
    of: (row) => row.validation_loss,
    write: asLoss,
  },
  {
    id: 'train-loss',
    title: 'train loss, nats',
    format: '~g',
    scale: 'linear',
    of: (row) => row.train_loss,
    write: asLoss,
  },
];

/** Accuracy and loss over the epochs. */
export function curvesSection({ primary }: ReportInput): Section | undefined {
  const figures = [
    curvesFigure(primary, {
      id: 'accuracy',
      title: 'Accuracy over the epochs.',
      description:
        'Training images are augmented and seen in training mode, so that the two are not of the same kind.',
      curves: accuracies,
    }),
    curvesFigure(primary, {
      id: 'loss',
      title: 'Loss over the epochs.',
      description: 'Mean cross-entropy; of training with label smoothing and mixing as set.',
      curves: losses,
    }),
  ].filter((figure) => figure !== undefined);
  if (figures.length === 0) return undefined;
  return { id: 'curves', title: 'Curves', blocks: figures.map((figure) => ({ kind: 'figure', figure })) };
}
