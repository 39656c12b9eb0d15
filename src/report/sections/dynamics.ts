import type { Dynamics } from '../../analysis/dynamics.js';
import type { Study } from '../../analysis/study.js';
import { count } from '../../support/text.js';
import type { Block, Figure, Section } from '../document.js';
import { curvesFigure, type Curve } from '../figures/curves.js';
import { drawnDynamics } from '../figures/drawn-dynamics.js';
import { heatMapFigure } from '../figures/heat-map.js';
import { layersFigure } from '../figures/layers.js';
import { LOG_FORMAT } from '../figures/log-axis.js';
import { slopeText, trendsFigure } from '../figures/trends.js';
import type { ReportInput } from '../report-input.js';
import { groupInWords } from '../sentences.js';

/** More layers are counted, and named in the figure. */
const MOST_NAMED = 5;

const asStd = (value: number): string => value.toExponential(2);
const asFactor = (value: number): string => value.toFixed(4);

const stds: readonly Curve[] = [
  {
    id: 'global-gradient-std',
    title: 'std of the gradient',
    format: LOG_FORMAT,
    scale: 'log',
    of: (row) => row.grad_global_std,
    write: asStd,
  },
  {
    id: 'global-update-std',
    title: 'std of the update',
    format: LOG_FORMAT,
    scale: 'log',
    of: (row) => row.update_global_std,
    write: asStd,
  },
];

const multipliers: readonly Curve[] = [
  {
    id: 'autoscale-alpha',
    title: 'multiplier α',
    format: '~g',
    scale: 'linear',
    of: (row) => row.autoscale_alpha,
    write: asFactor,
  },
  {
    id: 'autoscale-exponent',
    title: 'exponent p',
    format: '~g',
    scale: 'linear',
    of: (row) => row.autoscale_exponent,
    write: asFactor,
  },
];

/** What happens inside: the spread of the gradients, layer by layer. */
export function dynamicsSection({ primary, dynamics }: ReportInput): Section | undefined {
  const figures = [
    curvesFigure(primary, {
      id: 'global-std',
      title: 'Spread of all gradients together.',
      description:
        'Standard deviation over the concatenation of all eligible layers, mean over the steps of an epoch; the update is what the transform makes of the gradient, before the base optimizer.',
      curves: stds,
    }),
    heatMapFigure(primary, dynamics),
    layersFigure(primary, dynamics),
    trendsFigure(primary, dynamics),
    curvesFigure(primary, {
      id: 'autoscale',
      title: 'What GAN multiplies by.',
      description: 'α = s(σ)^p, mean over the steps of an epoch. The formula is our reading.',
      curves: multipliers,
    }),
  ].filter((figure): figure is Figure => figure !== undefined);
  if (figures.length === 0) return undefined;
  const trends = drawnDynamics(primary, dynamics).flatMap((each) => trendSentence(primary, each) ?? []);
  const blocks: Block[] = [
    {
      kind: 'paragraph',
      text: 'How the spread σ of the gradients goes: the slope of ln σ over the epochs after the warm-up, one a seed, with Student’s interval over seeds.',
    },
    ...(trends.length === 0 ? [] : [{ kind: 'list' as const, items: trends }]),
    ...figures.map((figure) => ({ kind: 'figure' as const, figure })),
  ];
  return { id: 'dynamics', title: 'Gradient dynamics', blocks };
}

/** Whether the global std falls, and what the layers do. */
function trendSentence(study: Study, { group, layers, global }: Dynamics): string | undefined {
  const { slopes, mean, estimate } = global.trend;
  if (mean === undefined) return undefined;
  const falling = [...slopes.values()].filter((slope) => slope < 0).length;
  const interval =
    estimate === undefined
      ? '; one seed has no interval'
      : `, 95 % interval [${slopeText(estimate.interval95.low)}, ${slopeText(estimate.interval95.high)}]`;
  const rising = layers.filter(({ trend }) => (trend.estimate?.interval95.low ?? -1) > 0);
  const sinking = layers.filter(({ trend }) => (trend.estimate?.interval95.high ?? 1) < 0);
  const named =
    rising.length > 0 && rising.length <= MOST_NAMED
      ? ` (${rising.map(({ layer }) => layer).join(', ')})`
      : '';
  return (
    `${groupInWords(study, group)}: the global std falls in ${falling} of ${count(slopes.size, 'seed')}, ${slopeText(mean)} % an epoch${interval}. ` +
    `Of ${count(layers.length, 'layer')} ${rising.length} rise${named} and ${sinking.length} fall, each by its 95 % interval.`
  );
}
