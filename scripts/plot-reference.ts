import { readdir } from 'node:fs/promises';
import path from 'node:path';

import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import type { TopLevelSpec } from 'vega-lite';

import { writeAtomically } from '../src/record/files.js';
import { readMetrics } from '../src/record/metrics.js';

// Draws <folder>/<experiment>/seed-<n>/metrics.csv of every experiment in a folder into <folder>/curves.svg:
//   node dist/scripts/plot-reference.js results/reference/resnet20-5-epochs

interface Point {
  readonly run: string;
  readonly epoch: number;
  readonly accuracy: number;
  readonly gradientStd: number;
}

const AXIS = { grid: true, gridColor: '#e5e5e5', domainColor: '#888', tickColor: '#888' };

function specification(points: readonly Point[]): TopLevelSpec {
  const panel = (field: keyof Point, title: string, format: string) => ({
    width: 320,
    height: 220,
    mark: { type: 'line' as const, point: true },
    encoding: {
      x: {
        field: 'epoch',
        type: 'quantitative' as const,
        axis: { ...AXIS, title: 'epoch', tickMinStep: 1, format: 'd' },
      },
      y: { field, type: 'quantitative' as const, axis: { ...AXIS, title, format }, scale: { zero: true } },
      color: { field: 'run', type: 'nominal' as const, title: null },
    },
  });
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    data: { values: points.map((point) => ({ ...point })) },
    hconcat: [
      panel('accuracy', 'test accuracy', '.0%'),
      panel('gradientStd', 'global std of the raw gradient', '.1e'),
    ],
  };
}

async function readPoints(folder: string): Promise<Point[]> {
  const points: Point[] = [];
  for (const run of (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory())) {
    const seeds = (await readdir(path.join(folder, run.name))).filter((name) => name.startsWith('seed-'));
    for (const seed of seeds) {
      const rows = await readMetrics(path.join(folder, run.name, seed, 'metrics.csv'));
      const name = seeds.length === 1 ? run.name : `${run.name}, ${seed}`;
      for (const { epoch, test_accuracy: accuracy, grad_global_std: gradientStd } of rows) {
        points.push({ run: name, epoch, accuracy, gradientStd });
      }
    }
  }
  return points;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node dist/scripts/plot-reference.js <folder of experiments>');
  process.exitCode = 2;
} else {
  const view = new View(parse(compile(specification(await readPoints(folder))).spec), { renderer: 'none' });
  const file = path.join(folder, 'curves.svg');
  await writeAtomically(file, `${await view.toSVG()}\n`);
  console.log(file);
}
