import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadConfig, type Overrides } from '../../src/config/index.js';
import { UserError } from '../../src/errors.js';

/** A temporary folder with these files, removed when the running test ends; the result is its path. */
export async function folderWith(files: Readonly<Record<string, string | object>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gan-bench-config-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  }
  return folder;
}

/** The lines of the error that loading a file gives, with the folder's path taken out and the headline dropped. */
export async function complaints(folder: string, file: string, overrides?: Overrides): Promise<string[]> {
  const error: unknown = await loadConfig(join(folder, file), overrides).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error(`expected a UserError, got ${String(error)}`);
  if (error.code !== 'config') throw new Error(`expected the code config, got ${error.code}`);
  const [, ...lines] = error.message.replaceAll(`${folder}/`, '').split('\n');
  return lines.map((line) => line.trim());
}
