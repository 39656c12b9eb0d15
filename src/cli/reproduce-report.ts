import type { Reproduction } from '../library/reproduce.js';
import type { Fact } from '../library/reproduce-facts.js';
import type { FieldDifference, TableComparison } from '../record/tables/differences.js';
import { alignColumns } from '../support/table.js';
import { count, percent, printable } from '../support/text.js';
import { output } from './output.js';

/** Prints what decides the bytes: what the run had, and whether it is the same here. @param commit - Of the run. */
export function printFacts(facts: readonly Fact[], commit: string | null): void {
  const rows = facts.map((fact) => [fact.name, printable(fact.original), hereWords(fact)]);
  output.print(
    alignColumns([['', 'the run', 'here'], ...rows], 3)
      .map((line) => line.trimEnd())
      .join('\n'),
  );
  const others = othersAmong(facts);
  if (others.length === 0) return;
  output.tell(`note: another ${others.join(', ')} than the run had: the digits may be others.`);
  const isOtherCommit = facts.some(({ name, original, here }) => name === 'commit' && original !== here);
  if (isOtherCommit && commit !== null)
    output.tell(
      `note: for the program that made the run: git checkout ${printable(commit)} && npm ci && npm run setup`,
    );
}

function hereWords({ original, here, isSame }: Fact): string {
  if (isSame) return 'same';
  return original === here ? 'perhaps another: changes are not on record' : `another: ${printable(here)}`;
}

function othersAmong(facts: readonly Fact[]): string[] {
  return facts.filter(({ isSame }) => !isSame).map(({ name }) => name);
}

/** Prints a line a file, or more where it differs, and what it means. */
export function printReproduction(reproduction: Reproduction): void {
  for (const file of reproduction.files) for (const line of fileLines(file)) output.print(line);
  output.print(verdictOf(reproduction));
}

function fileLines({ file, uncompared, ...found }: TableComparison): string[] {
  const left =
    uncompared.length === 0
      ? []
      : [`  not compared, as only one of them has it: ${printable(uncompared.join(', '))}`];
  return [`${file}: ${found.isSame ? sameWords(found) : 'differs'}`, ...differenceLines(found), ...left];
}

type Found = Omit<TableComparison, 'file' | 'uncompared'>;

function sameWords({ rows, rowsOfOriginal }: Found): string {
  if (rows === rowsOfOriginal) return `same (${count(rows, 'row')})`;
  return rows === 0 ? 'no rows yet' : `same (the first ${rows} of ${count(rowsOfOriginal, 'row')})`;
}

function differenceLines({ rowsOfOriginal, rowsHere, first, largest, isSame }: Found): string[] {
  if (isSame) return [];
  return [
    ...(first === undefined ? [] : [`  first: ${fieldWords(first)}`]),
    ...(largest === undefined || largest === first ? [] : [`  largest: ${fieldWords(largest)}`]),
    ...(rowsHere === rowsOfOriginal
      ? []
      : [`  the run has ${count(rowsOfOriginal, 'row')}, here there are ${rowsHere}`]),
  ];
}

/** Such as `line 3, loss: was 4.6, here 4.7, relative difference 2.1e-2`. */
function fieldWords({ line, column, original, here, relative }: FieldDifference): string {
  const by = relative === undefined ? '' : `, relative difference ${relative.toExponential(1)}`;
  return `line ${line}, ${printable(column)}: was ${shown(original)}, here ${shown(here)}${by}`;
}

function shown(text: string): string {
  return text === '' ? 'empty' : printable(text, 40);
}

/** What came of it, and what that means. */
export function verdictOf({ isSame, isWhole, facts, files, here }: Reproduction): string {
  const where = `(${printable(here)})`;
  if (isSame) return `The same bytes${isWhole ? '' : ', as far as it was trained'} ${where}.`;
  const others = othersAmong(facts);
  if (others.length === 0)
    return `Not the same bytes, though nothing that decides them is another here: this is a finding, please report it ${where}.`;
  return (
    `Not the same bytes. Here another ${others.join(', ')} than the run's computed them (see the table), so this was to be ` +
    `expected; ${curvesOf(files)} ${where}.`
  );
}

/** By how much the curves are apart, as far as there are any. */
function curvesOf(files: readonly TableComparison[]): string {
  const apart = files.map(({ file, largest }) => {
    if (largest === undefined) return `${file} not at all`;
    if (largest.relative === undefined) return `${file} in what is no number`;
    return `${file} by at most ${percent(largest.relative, 3)}`;
  });
  return `the curves differ: ${apart.join(', ')}`;
}
