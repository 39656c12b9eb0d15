/** What names of folders are made of; all else becomes `_`, for it means something to a system or a shell. */
const UNFIT = /[^\w.=+-]/g;

/** With room for what follows: a name has at most 255 bytes. */
const LONGEST = 100;

/**
 * Names of folders for labels that people read, in their order: `resnet20 gan` becomes `resnet20_gan`. No two are the
 * same, nor for systems that take `A` for `a`.
 */
export function folderNames(labels: readonly string[]): string[] {
  const taken = new Set<string>();
  return labels.map((label) => {
    const name = label
      .replace(UNFIT, '_')
      .replace(/^\.*$|^\.+/, '_')
      .slice(0, LONGEST);
    let free = name;
    for (let number = 2; taken.has(free.toLowerCase()); number++) free = `${name}_${number}`;
    taken.add(free.toLowerCase());
    return free;
  });
}
