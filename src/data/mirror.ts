import { UserError } from '../errors.js';
import { printable } from '../support/text.js';
import type { Archive } from './formats.js';

/**
 * The address to download an archive from: the official one, or that of a mirror, which is given as the address of
 * a folder (the archive keeps its official name) or of the archive itself (it ends in .tar.gz or .tgz).
 * @throws {UserError} `usage` when the mirror is not an http(s) address.
 */
export function archiveUrl(archive: Archive, mirror: string | undefined): string {
  if (mirror === undefined) return archive.url;
  const url = URL.canParse(mirror) ? new URL(mirror) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new UserError(
      'usage',
      `--mirror: found "${printable(mirror)}", expected an http or https address, ` +
        `for example https://example.org/data/ or https://example.org/data/${archive.fileName}`,
    );
  if (/\.(tar\.gz|tgz)$/.test(url.pathname)) return url.href;
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${archive.fileName}`;
  return url.href;
}
