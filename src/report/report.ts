import type { ReportDocument, Section } from './document.js';
import type { ReportInput } from './report-input.js';
import { completenessSection } from './sections/completeness.js';
import { curvesSection } from './sections/curves.js';
import { differencesSection } from './sections/differences.js';
import { divergedSection } from './sections/diverged.js';
import { dynamicsSection } from './sections/dynamics.js';
import { outcomesSection } from './sections/outcomes.js';
import { planSection } from './sections/plan.js';
import { provenanceSection } from './sections/provenance.js';
import { speedSection } from './sections/speed.js';
import { stabilitySection } from './sections/stability.js';
import { stagesSection } from './sections/stages.js';
import { targetsSection } from './sections/targets.js';
import { verdictSection } from './sections/verdict.js';

type SectionOf = (input: ReportInput) => Section | undefined;

/** In the order in which they are read; one that has nothing to say is left out. */
const sections: readonly SectionOf[] = [
  verdictSection,
  divergedSection,
  completenessSection,
  outcomesSection,
  curvesSection,
  differencesSection,
  stagesSection,
  targetsSection,
  stabilitySection,
  dynamicsSection,
  speedSection,
  provenanceSection,
  planSection,
];

/** The report of a study. Same runs, same report: there is no date in it. */
export function reportDocument(input: ReportInput): ReportDocument {
  return {
    title: input.name,
    summary: summaryOf(input),
    sections: sections.flatMap((section) => section(input) ?? []),
  };
}

function summaryOf({ grouping, primary }: ReportInput): string {
  const finished = grouping.groups.reduce((sum, { runs }) => sum + runs.length, 0);
  const all = finished + grouping.groups.reduce((sum, { absent }) => sum + absent.length, 0);
  const standing = finished === all ? `all ${all} runs finished` : `${finished} of ${all} runs finished`;
  return `${grouping.groups.length} configurations, ${standing}. Primary outcome: ${primary.metric.name}.`;
}
