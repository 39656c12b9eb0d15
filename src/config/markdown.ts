import { inWords } from './allowed.js';
import {
  alternatives,
  configNode,
  jsonSchema,
  keyNode,
  keyPaths,
  nodesAt,
  propertiesOf,
  type SchemaNode,
} from './json-schema.js';
import { DEEPEST, LARGEST_TEXT } from './parse.js';
import { CIRCUMSTANCES } from './resolved.js';

const INTRODUCTION = `# Configuration

<!-- Generated from the schema in src/config by scripts/generate-docs.ts; edit that, not this page. -->

A configuration is a JSON or YAML file (\`.json\`, \`.yaml\`, \`.yml\`) that says what \`gan-bench run\` trains.
Only \`model\` is required: the defaults of everything else are the recipe of the presets.
An unknown key, a key given twice, a value out of range and two keys that contradict each other are errors, listed together by
\`gan-bench validate <file>\`. \`gan-bench schema\` prints the JSON Schema from which editors complete the keys;
a file names it by \`"$schema": "../schema/gan-bench.schema.json"\`.

\`\`\`json
{
  "$schema": "../schema/gan-bench.schema.json",
  "extends": "resnet20-gan.json",
  "optimizer": { "learningRate": 5e-4 },
  "epochs": 100
}
\`\`\`

## How a configuration comes about

Four layers are laid over each other, the later over the earlier, as JSON Merge Patch (RFC 7396) does it:

1. the defaults below;
2. the file that \`extends\` names, relative to the file that names it, with what it extends in its turn;
3. the file itself;
4. the command line: each \`--set key.path=value\` in the order given, then \`--seed\`, \`--backend\` and \`--out\`.

- Objects are merged key by key; every other value, lists included, is replaced.
- \`null\` takes away an inherited value of a key that may be absent (those that allow null below):
  \`--set regularization.cutmix=null\`.
- \`schedule.decay\` is one choice: naming another kind replaces the inherited one; naming the same kind changes its keys.
- \`optimizer: "gan"\` is short for \`{ "gradient": "gan", "base": "adamw" }\` (\`"adamw"\` and \`"zscore"\` likewise): other keys of the
  optimizer keep their inherited values, and \`--set optimizer.learningRate=5e-4\` works on either form.
- \`"abstract": true\` marks a base: a file that others extend and that need not be whole. \`gan-bench validate\` checks its keys,
  \`gan-bench run\` refuses it, and what extends it is no base unless it says so itself.
- \`name\` is inherited like any other key. Where nobody gives it, it is the name of the file on the command line, less its extension.
- Values of \`--set\` are written as in YAML or JSON: \`--set 'seeds=[1,2]'\`, \`--set schedule.decay=constant\`, \`--set 'name="7"'\`.

A file holds one configuration, of at most ${LARGEST_TEXT / 1024} KiB and ${DEEPEST} levels. YAML is read by its version 1.2: \`yes\` is text, and merge keys (\`<<\`)
and tags of other programs are refused; anchors and aliases work.

## The recipe of the presets

The published description of Gradient Autoscaled Normalization (arXiv 2509.03677) that this project works from gives no
hyper-parameters. The presets, and with them the defaults, use those of the same author's public sibling experiments:
batches of 256, 200 epochs, AdamW with learning rate 1e-3 and weight decay 5e-5, 5 epochs of linear warm-up, then × 0.75 every
30 epochs, random crop and flip, no label smoothing. They stand in \`configs/base/recipe.json\`; each preset adds the
model and the optimizer. \`configs/resnet56-gan-strong.json\` is the "strong generalization" variant: the same with label
smoothing 0.1 and CutMix (β = 1).

## What a run keeps

The result, with every default filled in, is stored as \`config.json\` in the folder of each run.

Two configurations describe the same experiment when they train the same. ${listOf(CIRCUMSTANCES)} say
where and how a run is made and recorded: they may differ, and a command with \`--resume\` may change them. Every other key makes
another experiment: \`--resume\` refuses it, and \`summary.csv\` does not count its seeds. A key that is newer than a run had its default there.
\`evalBatchSize\` is among the others, since it can change the last digits of what is recorded. Which engine trained a run stands in its
checkpoints; whatever \`backend\` says, no other one goes on with it. After a change of \`log.everySteps\`, steps.csv keeps the rows that it has.
`;

/** Keys in a sentence: `a`, `b` and `c`. */
function listOf(keys: readonly string[]): string {
  const quoted = keys.map((key) => `\`${key}\``);
  return `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1) ?? ''}`;
}

/** The reference of all configuration keys, as Markdown. */
export function configurationMarkdown(): string {
  const root = [...propertiesOf(jsonSchema())];
  const sections = root.filter(([, node]) => hasKeys(node));
  const single = root.filter(([, node]) => !hasKeys(node)).map(([key]) => [key]);
  const parts = sections.map(([section, node]) => {
    const paths = keyPaths(node).map((path) => [section, ...path]);
    return `## ${section}\n\n${node.description ?? ''}\n\n${keyTable(paths)}`;
  });
  return [INTRODUCTION, `## Keys of the whole run\n\n${keyTable(single)}`, ...parts].join('\n');
}

function hasKeys(node: SchemaNode): boolean {
  return alternatives(node).some((alternative) => propertiesOf(alternative).size > 0);
}

/** The reference of some keys of a schema, as a Markdown table. */
export function keyTable(paths: readonly (readonly string[])[], root: SchemaNode = configNode()): string {
  const rows = paths.map((path) => {
    const node = keyNode(path, root) ?? {};
    const cells = [
      `\`${path.join('.')}\``,
      inWords(node),
      defaultOf(node, path, root),
      node.description ?? '',
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return ['| key | allowed | default | meaning |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

function defaultOf(node: SchemaNode, path: readonly string[], root: SchemaNode): string {
  // An object's default is that of its keys, which have their own rows.
  if (inWords(node).startsWith('an object with')) return '';
  if (node.default !== undefined) return `\`${JSON.stringify(node.default)}\``;
  return isRequired(path, root) ? 'required' : '';
}

function isRequired(path: readonly string[], root: SchemaNode): boolean {
  // A single file need not have the model, so the schema cannot say that someone must give it.
  if (path.join('.') === 'model') return true;
  return nodesAt(path.slice(0, -1), root).some((parent) => parent.required?.includes(path.at(-1) ?? ''));
}
