import { z } from 'zod';

import { DEFAULT_METRIC, isMetricName, METRICS, VALIDATION_METRIC } from '../analysis/metrics.js';
import { UserError } from '../errors.js';
import { optionTexts } from '../support/options.js';
import { printable } from '../support/text.js';
import type { CompareOptions } from '../library/asked.js';
import { isThere } from '../library/places.js';

const ONE_BY_ONE = 'give --metric once for each';

/** What is compared, with what, by what: the options of all commands that compare. */
export const studyOptions = {
  baseline: z.array(z.string()).default([]).register(optionTexts, {
    flags: '--baseline <key=value>',
    help: 'compare with what is like this (default: what the sweep says, else optimizer=adamw)',
    repeatable: true,
  }),
  metric: z
    .array(z.string())
    .default([])
    .register(optionTexts, {
      flags: '--metric <name>',
      help:
        'what a run came to, the one that decides first; the names are below ' +
        `(default: ${VALIDATION_METRIC} where every run has validation images, else ${DEFAULT_METRIC})`,
      repeatable: true,
    }),
  margin: z.coerce.number().positive().max(Number.MAX_VALUE).optional().register(optionTexts, {
    flags: '--margin <number>',
    help: 'difference of the first metric below which two are as good, accuracies as shares (default: what the sweep says)',
    allowed: 'a number above 0, such as 0.005 for half a point of accuracy',
  }),
};

/** What may be named, and which metrics there are, for help. */
export const PLACES = 'sweep files, their folders, or any folders of runs';
export const METRICS_HELP = `Metrics:
${METRICS.map(({ name, meaning }) => `  ${name.padEnd(24)}${meaning}`).join('\n')}`;

/**
 * Refuses places that are words after `--metric last`: they were meant for metrics.
 * @throws UserError `usage`
 */
export async function refuseMetrics(places: readonly string[]): Promise<void> {
  for (const place of places) {
    if (!isMetricName(place) || (await isThere(place, 'folder')) || (await isThere(place, 'file'))) continue;
    throw new UserError(
      'usage',
      `${printable(place)}: no such file or folder, but a metric; ${ONE_BY_ONE}, here --metric ${printable(place)}`,
    );
  }
}

/** What the options ask for. @throws UserError `usage` for several metrics in one */
export function compareOptionsBy({
  baseline,
  metric,
  margin,
}: z.output<z.ZodObject<typeof studyOptions>>): CompareOptions {
  const several = metric.find((name) => name.includes(','));
  if (several !== undefined)
    throw new UserError('usage', `--metric: found "${printable(several)}"; ${ONE_BY_ONE}`);
  return { baseline, metrics: metric, margin };
}
