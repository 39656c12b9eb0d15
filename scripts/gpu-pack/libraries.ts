import { copyFileSync, existsSync, mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';

/**
 * Libraries that a machine with a driver may lack, and Debian's packages of them: Vulkan's loader, and what NVIDIA's
 * driver for Vulkan and Node itself are linked with.
 */
export const SPARE_LIBRARIES = {
  'libvulkan.so.1': 'libvulkan1',
  'libX11.so.6': 'libx11-6',
  'libXext.so.6': 'libxext6',
  'libxcb.so.1': 'libxcb1',
  'libXau.so.6': 'libxau6',
  'libXdmcp.so.6': 'libxdmcp6',
  'libbsd.so.0': 'libbsd0',
  'libmd.so.0': 'libmd0',
  'libstdc++.so.6': 'libstdc++6',
  'libgcc_s.so.1': 'libgcc-s1',
} as const;

const FOLDERS = ['/usr/lib/x86_64-linux-gnu', '/lib/x86_64-linux-gnu', '/usr/lib64'];

/** Copies the libraries that are here, with their licences. @returns those that are not */
export function stageLibraries(target: string, licences: string): string[] {
  mkdirSync(target, { recursive: true });
  return Object.entries(SPARE_LIBRARIES).flatMap(([name, debian]) => {
    const found = FOLDERS.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
    if (found === undefined) return [name];
    copyFileSync(realpathSync(found), path.join(target, name));
    copyIfThere(path.join('/usr/share/doc', debian, 'copyright'), path.join(licences, `${name}.txt`));
    return [];
  });
}

/** The licence of the Node that runs, where archives and distributions put it. */
export function stageNodeLicence(licences: string): void {
  const beside = path.resolve(realpathSync(process.execPath), '..', '..');
  const places = [
    ...['LICENSE', 'share/doc/node/LICENSE', 'share/doc/nodejs/LICENSE'].map((name) =>
      path.join(beside, name),
    ),
  ];
  const found = places.find((file) => existsSync(file));
  if (found !== undefined) copyIfThere(found, path.join(licences, 'node.txt'));
}

function copyIfThere(source: string, target: string): void {
  if (!existsSync(source)) return;
  mkdirSync(path.dirname(target), { recursive: true });
  copyFileSync(source, target);
}
