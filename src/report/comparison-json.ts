import type { ComparisonRow } from '../analysis/comparison.js';
import type { PooledContrast } from '../analysis/pooling.js';
import type { Study } from '../analysis/study.js';
import { groupInWords } from './sentences.js';

/** A study by its metrics as JSON has it, with every number. Shares are 0 to 1; a target that was never reached is null. */
export function comparisonJson(studies: readonly Study[]) {
  const [first] = studies;
  return { baseline: first?.baseline, varied: first?.varied, metrics: studies.map(metricJson) };
}

function metricJson(study: Study) {
  const { metric, margin, withDiverged } = study;
  const { name, unit, better, meaning, chosenOnTest = false } = metric;
  return {
    ...{ name, unit, better, meaning, chosenOnTest, margin },
    ...tableJson(study),
    withDiverged: withDiverged && tableJson(withDiverged),
  };
}

function tableJson(study: Study) {
  return {
    rows: study.rows.map((row) => rowJson(study, row)),
    pooled: study.pooled.map((each) => pooledJson(study, each)),
  };
}

function rowJson(study: Study, { match, values, mean, std, contrast }: ComparisonRow) {
  const { group, role } = match;
  return {
    label: groupInWords(study, group),
    model: group.config.model,
    settings: Object.fromEntries(group.settings),
    role,
    baseline: role === 'compared' ? groupInWords(study, match.baseline) : undefined,
    reason: role === 'alone' ? match.reason : undefined,
    values: [...values].map(([seed, value]) => ({ seed, value })),
    mean,
    std,
    absent: group.absent,
    duplicates: group.duplicates.map(({ state }) => state.directory),
    contrast,
  };
}

function pooledJson(study: Study, { rows, leftOut, ...numbers }: PooledContrast) {
  const labels = (some: readonly ComparisonRow[]): string[] =>
    some.map(({ match }) => groupInWords(study, match.group));
  return { rows: labels(rows), leftOut: labels(leftOut), ...numbers };
}
