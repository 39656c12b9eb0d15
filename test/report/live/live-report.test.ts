import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { everySecond } from '../../../src/report/live/follow.js';
import { startLiveReport } from '../../../src/report/live/live-report.js';
import { userErrorOf } from '../../record/helpers.js';
import { serveStub, stubPage } from './stub-report.js';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly host?: string;
}

/** Asks as no browser would: under any name, for any path. */
async function ask(address: string, { path = '/', method = 'GET', host }: Asked = {}): Promise<Answer> {
  const { port } = new URL(address);
  const headers = { host: host ?? `127.0.0.1:${port}` };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method, headers }, resolve).once('error', reject).end();
  });
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += String(part);
  return { status: response.statusCode, headers: response.headers, text };
}

const files = new Map([
  ['report.html', stubPage('<h1>One</h1>')],
  ['figures/accuracy.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ['comparison.csv', 'a,b\n'],
]);

it('serves the files of the report, and says so while there is none', async () => {
  const { address, give } = await serveStub();
  const before = await ask(address);
  expect(before.status).toBe(200);
  expect(before.text).toContain('<h1>No report yet</h1>');
  expect((await ask(address, { path: '/comparison.csv' })).status).toBe(404);
  await give(files);
  for (const path of ['/', '/report.html', '/report.html?again']) {
    const { text, headers } = await ask(address, { path });
    expect(text).toContain('<main><h1>One</h1></main>');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
  }
  const figure = await ask(address, { path: '/figures/accuracy.svg' });
  expect(figure.text).toBe(files.get('figures/accuracy.svg'));
  expect(figure.headers).toMatchObject({
    'content-type': 'image/svg+xml; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  const head = await ask(address, { path: '/comparison.csv', method: 'HEAD' });
  expect([head.status, head.text]).toEqual([200, '']);
});

it('allows the page its own script and nothing else', async () => {
  const script = 'console.log("</p>")';
  const { address, give } = await serveStub(script);
  await give(files);
  const { text, headers } = await ask(address);
  const digest = createHash('sha256').update(script).digest('base64');
  expect(headers['content-security-policy']).toContain(`script-src 'sha256-${digest}'`);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(text).toContain(`>${script}</script></body>`);
  expect(text).not.toContain('Content-Security-Policy');
});

it('answers nobody who calls it by another name, changes anything or asks for other files', async () => {
  const { address, give } = await serveStub();
  await give(files);
  const { port } = new URL(address);
  const statusOf = async (asked: Asked): Promise<number | undefined> => (await ask(address, asked)).status;
  for (const host of [`localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`, `127.0.0.1:${port}`])
    expect(await statusOf({ host })).toBe(200);
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    'localhost',
    `localhost:${port}.evil.example`,
    '127.0.0.1:1',
  ])
    expect(await statusOf({ host })).toBe(421);
  const refused = await ask(address, { host: 'evil.example' });
  expect(refused.text).toBe(`This report is at ${address} and nowhere else.\n`);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect(await statusOf({ method })).toBe(405);
  for (const path of [
    '/package.json',
    '/../package.json',
    '/figures/',
    '/figures/%61ccuracy.svg',
    '//',
    '/report.md',
  ])
    expect(await statusOf({ path })).toBe(404);
});

it('tells open pages what is shown and why it is not newer', async () => {
  const { address, give, failures } = await serveStub();
  const response = await fetch(new URL('/events', address));
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const events = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async (): Promise<unknown> => {
    const { value = '' } = (await events?.read()) ?? {};
    return JSON.parse(/^data: (.*)\n\n$/m.exec(value)?.[1] ?? 'null');
  };
  expect(await next()).toEqual({ version: '', message: '' });
  await give(new Error('there are\nno runs'));
  expect(await next()).toEqual({ version: '', message: 'there are\nno runs' });
  await give(new Error('there are\nno runs'));
  expect(failures).toEqual(['there are\nno runs']);
  await give(files);
  const shown = await next();
  expect(shown).toEqual({ version: expect.stringMatching(/^[\da-f]{64}$/) as unknown, message: '' });
  await give(new Map([...files, ['comparison.csv', 'a,b\n1,2\n']]));
  expect(await next()).not.toEqual(shown);
});

it('says how to go on when the port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const source = {
    fingerprints: everySecond(() => Promise.resolve('')),
    build: () => Promise.resolve(new Map()),
  };
  const starting = startLiveReport(source, { port, script: '', onFailure: (why) => expect.fail(why) });
  expect((await userErrorOf(starting, 'io')).message).toBe(
    `port ${port} of 127.0.0.1: another program has it. Choose another one with --port, or --port 0 for any that is free.`,
  );
});
