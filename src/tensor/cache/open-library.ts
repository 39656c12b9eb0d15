import os from 'node:os';

import { messageOf } from '../../errors.js';

/** Linux's RTLD_NODELETE: keeps a library open though Node closes what is not an addon. */
const keepOpen = 0x1000;

/** Opens a shared library that is no Node addon, and leaves it open. */
export function openLibrary(file: string, flags: number): boolean {
  try {
    process.dlopen({ exports: {} }, file, os.constants.dlopen.RTLD_LAZY | flags | keepOpen);
    return true;
  } catch (error) {
    // How Node complains about a library that did open: it has no addon's entry point.
    return messageOf(error).includes('did not self-register');
  }
}
