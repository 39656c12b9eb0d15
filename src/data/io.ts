import { messageOf, systemCode, UserError } from '../errors.js';

const FIXES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: make space and run the command again',
  EDQUOT: 'the disk quota is used up: make space and run the command again',
  EACCES: 'permission is denied: choose a folder that can be written with --data-dir or GAN_BENCH_DATA',
  EPERM: 'permission is denied: choose a folder that can be written with --data-dir or GAN_BENCH_DATA',
  EROFS: 'the file system is read-only: choose another folder with --data-dir or GAN_BENCH_DATA',
  ENOTDIR: 'a part of the path is a file: choose another folder with --data-dir or GAN_BENCH_DATA',
  EEXIST: 'a file is in the way: remove it or choose another folder with --data-dir or GAN_BENCH_DATA',
};

/** A failure to write `path`, with what to do about it. */
export function ioError(path: string, error: unknown): UserError {
  const fix = FIXES[systemCode(error) ?? ''] ?? messageOf(error);
  return new UserError('io', `${path}: cannot be written; ${fix}`, { cause: error });
}
