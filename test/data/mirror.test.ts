import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { archiveBytes, expectPublished, fetchFrom } from './fetching.js';
import { type Answer, dropAfter, serve, status, whole } from './fixtures.js';

const redirect = (location: string): Answer => status(302, { location });

/** Sends zeros for as long as somebody reads them. */
const endless: Answer = (_, response) => {
  const send = (): void => {
    while (response.write(Buffer.alloc(64 * 1024)));
  };
  response.writeHead(200).on('drain', send);
  send();
};

describe('a mirror that means harm', () => {
  it.each([
    ['file:///etc/passwd', 'Unsupported protocol: file:'],
    ['ftp://127.0.0.1/tiny.tar.gz', 'Unsupported protocol: ftp:'],
    ['data:text/plain,hello', 'Unsupported protocol: data:'],
  ])('is not followed to %s, nor asked again', async (location, reason) => {
    const { root, server, message } = await fetchFrom([redirect(location)]);
    expect(message).toContain(`tiny.tar.gz: ${reason}`);
    expect(server.paths).toHaveLength(1);
    expect(await readdir(root)).toEqual([]);
  });

  it('is not followed in circles', async () => {
    const { server, message } = await fetchFrom([redirect('/tiny.tar.gz')]);
    expect(message).toContain('Redirected 10 times');
    expect(server.paths).toHaveLength(11);
  });

  it('is followed to another server', async () => {
    const { url } = await serve(whole(archiveBytes));
    const { root } = await fetchFrom([redirect(`${url}elsewhere.tar.gz`)]);
    await expectPublished(root);
  });

  it('cannot fill the disk', async () => {
    const { root, message } = await fetchFrom([endless]);
    expect(message).toContain(`sends more than the ${archiveBytes.length} bytes expected`);
    expect(await readdir(root)).toEqual([]);
  });

  it('cannot write to the terminal', async () => {
    const reasons: string[] = [];
    const range = status(206, { 'content-range': 'bytes \u009b2J' });
    await fetchFrom([dropAfter(archiveBytes, 10), range], {
      onRetry: ({ reason }) => reasons.push(reason),
    });
    expect(reasons[1]).toBe('the server sent another range than asked for (bytes \\u009b2J)');
  });
});
