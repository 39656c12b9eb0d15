import { readFile } from 'node:fs/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { serveStub, stubPage } from '../report/live/stub-report.js';
import { browserPath } from '../support/browser.js';

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
});
