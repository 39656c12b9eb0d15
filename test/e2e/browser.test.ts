import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { serveStub, stubPage } from '../report/live/stub-report.js';
import { ends, makeRun } from '../record/run-folders.js';
import { browserPath } from '../support/browser.js';
import { runConfig } from '../support/runs.js';
import { start, temporaryFolder } from './support.js';

const executablePath = browserPath();

describe.skipIf(executablePath === undefined)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
  });

  /** A page with what it complained of: messages of the console, errors, requests that went elsewhere. */
  async function openPage(address: string, width = 1200): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 600 } });
    onTestFinished(() => page.close());
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(address)) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(address);
    return { page, complaints };
  }

  it('the live page takes the new report, and stays where its reader is', async () => {
    const script = await readFile('src/report/live/client.js', 'utf8');
    const { address, give } = await serveStub(script);
    const { page, complaints } = await openPage(address);
    await page.getByText('No report yet').first().waitFor();
    const report = (first: string): Map<string, string> => {
      const tall = '<div style="height: 900px"></div>';
      const details =
        '<details><summary>Closed</summary>1</details><details><summary>Numbers</summary>2</details>';
      const section = `<section id="curves"><h2>Curves</h2>${details}<p>Of ${first}</p>${tall}</section>`;
      return new Map([['report.html', stubPage(`<h1>Study</h1><p>${first}</p>${section}${tall}`)]]);
    };
    await give(report('one run'));
    await page.getByText('Of one run').waitFor();
    const numbers = page.getByText('Numbers');
    await numbers.click();
    await numbers.focus();
    const top = (): Promise<unknown> =>
      page.evaluate('document.querySelector("#curves").getBoundingClientRect().top');
    await page.evaluate('scrollTo(0, 80)');
    const before = await top();
    await give(report('two runs<br>'.repeat(20)));
    await page.getByText('Of two runs').waitFor();
    expect(await top()).toBe(before);
    expect(await page.evaluate('scrollY')).toBeGreaterThan(80);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Numbers');
    expect(await page.evaluate('[...document.querySelectorAll("details")].map(({ open }) => open)')).toEqual([
      false,
      true,
    ]);
    await give(new Error('a file is damaged'));
    await page.getByText('Not up to date: a file is damaged').waitFor();
    expect(complaints).toEqual([]);
  });

  it.each([1200, 390])('a report shows every figure, asks for nothing and fits %i px', async (width) => {
    const address = pathToFileURL('results/reference/mini/report/report.html').href;
    const { page, complaints } = await openPage(address, width);
    const sizes = await page
      .locator('figure svg[role=img]')
      .evaluateAll((drawings) =>
        drawings.map((drawing) => Math.min(drawing.clientWidth, drawing.clientHeight)),
      );
    const files = await readdir('results/reference/mini/report/figures');
    expect(sizes).toHaveLength(files.length);
    expect(Math.min(...sizes)).toBeGreaterThan(40);
    // Each figure has a title, words for those who do not see it, and its numbers; each id is there once.
    for (const figure of await page.locator('figure').all()) {
      expect(await figure.locator('figcaption strong').textContent()).not.toBe('');
      expect(await figure.locator('svg > title').count()).toBe(await figure.locator('svg > desc').count());
      expect(await figure.locator('details table tbody tr').count()).toBeGreaterThan(0);
    }
    const ids = '[...document.querySelectorAll("[id]")].map(({ id }) => id)';
    const found = (await page.evaluate(ids)) as string[];
    expect(new Set(found).size).toBe(found.length);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the report');
    expect(complaints).toEqual([]);
  });

  it('the live page changes when a run writes a row', async () => {
    const folder = await temporaryFolder();
    for (const gradient of ['none', 'gan']) {
      const config = runConfig({ epochs: 3, optimizer: { gradient } });
      for (const seed of [1, 2])
        await makeRun(join(folder, gradient), seed, {
          config,
          accuracies: [0.1, 0.2, 0.3],
          end: ends.finished,
        });
      await makeRun(join(folder, gradient), 3, { config, accuracies: [0.25] });
    }
    const serving = start(['report', folder, '--serve', '--port', '0']);
    onTestFinished(() => {
      serving.kill('SIGKILL');
    });
    const address = /http:\/\/\S+/.exec(await serving.prints('http://'))?.[0] ?? '';
    const { page, complaints } = await openPage(address);
    await page.getByText('gan: seed 3 killed after 1 epoch at 25.00 %').waitFor();
    const file = join(folder, 'gan', 'seed-3', 'metrics.csv');
    const [, row = ''] = (await readFile(file, 'utf8')).split('\n');
    await appendFile(file, `2,20${row.slice(row.indexOf(',', 2))}\n`);
    await page.getByText('gan: seed 3 killed after 2 epochs at 25.00 %').waitFor();
    expect(complaints).toEqual([]);
  });
});
