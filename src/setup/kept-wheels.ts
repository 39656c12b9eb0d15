import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { readInventory } from '../tensor/cache/inventory.js';
import { lastLines } from './command.js';
import { spaceAdvice } from './disk.js';
import { SetupFailure } from './failure.js';
import type { Python } from './prerequisites.js';
import type { StrategyTools } from './tools.js';
import { pipDownloadArguments, type Requirement, wheelKey } from './wheels.js';

export interface WheelTools extends Pick<StrategyTools, 'cache' | 'machine' | 'progress' | 'run'> {
  readonly python: Python;
  /** The script extract_wheel.py. */
  readonly extractor: string;
  /** Name of the folder in the cache that keeps the wheels of one set-up until they are unpacked. */
  readonly wheels: string;
}

/** A wheel that was downloaded whole, and is of the SHA-256 that it had then. */
export interface KeptWheel {
  /** Name in the cache of the folder that it lies in. */
  readonly folder: string;
  readonly file: string;
  readonly sha256: string;
  /** What it says of itself. */
  readonly metadata: string;
}

/**
 * Gives the wheel of a requirement, downloading it unless a set-up that did not come to its end has kept it.
 *
 * @param title - What it is called on the way.
 * @throws SetupFailure when it cannot be had, or is none.
 */
export async function keepWheel(
  tools: WheelTools,
  requirement: Requirement,
  title: string,
): Promise<KeptWheel> {
  const { cache } = tools;
  const folder = path.join(tools.wheels, wheelKey(tools.machine, requirement));
  if (!(await isKept(tools, folder, title))) {
    await cache.folder(folder, async (staged) => {
      await download(tools, requirement, title, staged);
      await checkWheel(tools, title, staged);
    });
  }
  return await readKept(path.join(cache.root, folder), folder);
}

async function isKept({ cache, progress }: WheelTools, folder: string, title: string): Promise<boolean> {
  if (!existsSync(path.join(cache.root, folder))) return false;
  return await progress.stage(`compare ${title} with its checksum`, async () => await cache.has(folder), {
    describe: (unchanged) => (unchanged ? 'kept from before' : 'changed since, to be downloaded anew'),
  });
}

async function readKept(place: string, folder: string): Promise<KeptWheel> {
  const files = Object.entries(readInventory(place).files);
  const [name, record] = files.find(([file]) => file.endsWith('.whl')) ?? [];
  const [information] = files.find(([file]) => file.endsWith('.dist-info/METADATA')) ?? [];
  if (name === undefined || record === undefined || information === undefined)
    throw new Error(`${place} has no wheel`);
  const metadata = await readFile(path.join(place, information), 'utf8');
  return { folder, file: path.join(place, name), sha256: record.sha256, metadata };
}

async function download(
  { progress, run, python, machine }: WheelTools,
  requirement: Requirement,
  title: string,
  folder: string,
): Promise<void> {
  // pip puts what arrives into the folder for temporary files: here, so that it is on the disk that was looked at.
  const temporary = path.join(folder, 'temporary');
  await mkdir(temporary);
  const requirementsFile = path.join(temporary, 'requirements.txt');
  await writeFile(requirementsFile, `${requirement.line}\n`);
  const args = pipDownloadArguments(machine, requirement, python.pip, requirementsFile, folder);
  const showsProgress = progress.isTerminal;
  await progress.stage(
    `download ${title} with pip`,
    async () => {
      const command = { file: python.command, args, env: { TMPDIR: temporary }, showsProgress };
      const { ok, output } = await run(command);
      if (!ok) throw pipFailure(title, requirement, output);
    },
    { ownOutput: showsProgress },
  );
  await rm(temporary, { recursive: true });
}

function pipFailure(title: string, { hashed }: Requirement, output: string): SetupFailure {
  const errors = output.split('\n').filter((line) => /^(ERROR:|×)/.test(line));
  const reason = errors.length > 0 ? lastLines(errors.join('\n'), 2) : lastLines(output);
  return new SetupFailure(`pip could not download ${title}: ${reason}`, pipAdvice(reason, hashed));
}

function pipAdvice(reason: string, hashed: boolean): string {
  if (/no space left/i.test(reason)) return spaceAdvice;
  if (/hash/i.test(reason)) {
    const wanted = hashed ? 'this project was tested with' : 'whose hash the package index names';
    return `What came is not the file ${wanted}: the connection broke, which pip before 25.1 does not notice, or the index has another file. Try once more, then check PIP_INDEX_URL.`;
  }
  return 'Check that pypi.org can be reached, or point PIP_INDEX_URL at a mirror or PIP_FIND_LINKS at a folder with the wheel.';
}

/** Takes the METADATA out of what pip downloaded: what has none, or was cut short, is not kept. */
async function checkWheel(tools: WheelTools, title: string, folder: string): Promise<void> {
  const wheel = (await readdir(folder)).find((file) => file.endsWith('.whl'));
  if (wheel === undefined) throw new SetupFailure(`pip left no wheel for ${title}`, '');
  const file = path.join(folder, wheel);
  const { ok, output } = await extract(tools, file, folder, ['*.dist-info/METADATA']);
  if (ok) return;
  throw new SetupFailure(
    `what pip downloaded for ${title} cannot be read: ${lastLines(output)}`,
    'The package index, or a proxy before it, may have sent something else. Check PIP_INDEX_URL.',
  );
}

/** Unpacks the entries of wheels into a folder. @throws SetupFailure, or DamagedWheel naming the one at fault. */
export async function unpackWheels(
  tools: WheelTools,
  title: string,
  wheels: readonly KeptWheel[],
  folder: string,
  entries: readonly string[],
): Promise<void> {
  await tools.progress.stage(`unpack ${title}`, async () => {
    for (const wheel of wheels) {
      const { ok, output } = await extract(tools, wheel.file, folder, entries);
      if (ok) continue;
      if (output.includes(damaged)) throw new DamagedWheel(wheel, lastLines(output));
      const reason = `${path.basename(wheel.file)} could not be unpacked: ${lastLines(output)}`;
      throw new SetupFailure(reason, /no space left/i.test(output) ? spaceAdvice : '');
    }
  });
}

/** How extract_wheel.py tells of a wheel whose bytes are wrong, other than of a disk that is full. */
const damaged = 'is damaged';

/** A wheel that was downloaded with wrong bytes, which its index gave no hash for: it is not to be kept. */
export class DamagedWheel extends SetupFailure {
  readonly folder: string;

  constructor({ file, folder }: KeptWheel, reason: string) {
    super(
      `${path.basename(file)} could not be unpacked: ${reason}`,
      'It was removed: the same command downloads it anew.',
    );
    this.folder = folder;
  }
}

async function extract(
  { run, python, extractor }: WheelTools,
  wheel: string,
  folder: string,
  entries: readonly string[],
): ReturnType<WheelTools['run']> {
  return await run({ file: python.command, args: [extractor, wheel, folder, ...entries] });
}
