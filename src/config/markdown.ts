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
- \`dataset\` has a \`name\` or a \`folder\`: giving one takes the place of the inherited other, with its \`format\` and \`size\`.
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

## Data sets

\`dataset.name\` is one that the program knows and downloads. A data set of your own is a folder in one of three forms:

\`\`\`yaml
dataset: { folder: ../data/pets, format: images, size: 32 }
\`\`\`

\`\`\`text
cifar   train.bin  test.bin  [fine_label_names.txt]                     records of CIFAR-100: 2 label bytes (the second counts), 3 x 32 x 32
        data_batch_1.bin …  test_batch.bin  [batches.meta.txt]          records of CIFAR-10: 1 label byte, 3 x 32 x 32
idx     train-images-idx3-ubyte  train-labels-idx1-ubyte                as MNIST: [N, H, W], or idx4 for [N, H, W, C]; each may end in .gz
        t10k-images-idx3-ubyte   t10k-labels-idx1-ubyte
images  train/<class>/*.png|jpg|jpeg   test/<class>/…                   val/ where there is no test/
        train/<wnid>/images/*.JPEG  val/images/*.JPEG  val/val_annotations.txt  [wnids.txt]    Tiny ImageNet as it is
\`\`\`

- **Where.** \`folder\` is relative to the file that says it, or to the current folder after \`--set\`. A resolved configuration has the absolute path, so a resume, a
  sweep's worker and \`config.json\` find the data from any folder. What makes two experiments the same is the folder's own name: data may be moved, and checksums see to it
  that they are the same. \`--resume\` refuses data that changed, \`compare\` does not pair runs on other data.
- **How many.** Any number of images and up to 65,536 classes. Those of \`cifar\` and \`idx\` are what the names in brackets list, else 0 up to the largest training label; those of
  \`images\` are the folders of \`train/\`, by name. More samples than there are, and batches larger than the training images, are refused when the data are read.
- **Images.** Whatever a PNG or JPEG file holds (grey, palette, 16 bits, CMYK, transparency, EXIF orientation) comes out as 8-bit sRGB; transparency is dropped. With \`size\` the shorter
  side is scaled to it and the centre cut out. Files that are damaged, cut off, empty, larger than 67 million pixels or something else in disguise are refused by name; hidden files and
  texts are passed over. Another version of the decoder may scale to other last bits: the manifest says which it was.
- **Numbers.** Mean and standard deviation of each channel are measured on the images that are trained on. \`crop-flip\` pads by 4 pixels whatever the size. Images of one channel
  are trained in float32 alone, and each model says which sizes it cannot halve.
- **On record.** \`manifest.json\` has format, size, classes, counts, mean and standard deviation, and SHA-256: of each file, or of \`images\` one for each part, that of what
  \`find train -type f | LC_ALL=C sort | xargs sha256sum\` lists (image files alone).

\`gan-bench data verify --folder pets --format images --size 32\` reads it all and says what is in it. Everything is held in memory as bytes, 12 kB for an image of 64 x 64, and little else while it is read: a run on
100,000 JPEG files of 32 × 32 pixels took 942 MiB at most and one on 10,000 took 727, where the pixels themselves are 276 MB more; reading them took some 100 and 10 s on two busy cores.

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
