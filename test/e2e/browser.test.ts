import { appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ends, makeRun } from '../record/run-folders.js';
import { serveStub, stubPage } from '../report/live/stub-report.js';
import { browserPath } from '../support/browser.js';
import { runConfig } from '../support/runs.js';
import { ganBench, start, temporaryFolder } from './support.js';

const executablePath = browserPath();
const PHONE = 390;

/** adamw and gan with two seeds each; the last run is where it was killed, after one epoch. @returns its folder */
async function makeStudy(folder: string): Promise<string> {
  const study = { none: [0.5, 0.52], gan: [0.53, undefined] } as const;
  let last = '';
  for (const [gradient, accuracies] of Object.entries(study)) {
    for (const [index, accuracy] of accuracies.entries()) {
      const config = runConfig({ epochs: 3, optimizer: { gradient } });
      const made =
        accuracy === undefined
          ? { config, accuracies: [0.2] }
          : { config, accuracies: [0.2, 0.4, accuracy], end: ends.finished };
      last = await makeRun(join(folder, gradient), index + 1, made);
    }
  }
  return last;
}

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

  it('a report shows all of itself from the disk, on a desk and on a phone, with the keyboard too', async () => {
    const folder = await temporaryFolder();
    await makeStudy(folder);
    expect(await ganBench(['report', folder])).toMatchObject({ code: 0, stderr: '' });
    const address = pathToFileURL(join(folder, 'report', 'report.html')).href;
    const { page, complaints } = await openPage(address);
    expect(await page.locator('figure').count()).toBeGreaterThan(5);
    expect(await page.evaluate(FIGURES_WITHOUT)).toEqual([]);
    await page.setViewportSize({ width: PHONE, height: 800 });
    expect(await page.evaluate(FIGURES_WITHOUT)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE);
    expect(await page.evaluate(SCROLLING_WITHOUT_KEYS)).toEqual([]);
    const reachable = await page.evaluate(REACHABLE);
    const reached = new Set<unknown>();
    for (let key = 0; key < Number(reachable); key++) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate(FOCUS));
    }
    expect(reached.size).toBe(reachable);
    expect(complaints).toEqual([]);
  });

  it('a live report follows a run that goes on, and ends at once', async () => {
    const folder = await temporaryFolder();
    const run = await makeStudy(folder);
    const serving = start(['report', folder, '--serve', '--port', '0']);
    const address = await serving.prints(/http:\S+/);
    const { page, complaints } = await openPage(address);
    await page.getByText('seed 2 killed after 1 epoch at 20.00 %').waitFor();
    expect(await page.evaluate(FIGURES_WITHOUT)).toEqual([]);
    const metrics = join(run, 'metrics.csv');
    const row = (await readFile(metrics, 'utf8')).split('\n').at(-2) ?? '';
    const next = row.replace(/^1,10,/, '2,20,').replace(',0.2,', ',0.3,');
    await appendFile(metrics, `${next}\n3,30,0.0`);
    await page.getByText('seed 2 killed after 2 epochs at 30.00 %').waitFor();
    await rm(folder, { recursive: true });
    await page.getByText('Not up to date').waitFor();
    expect(complaints).toEqual([]);
    serving.kill('SIGINT');
    expect(await serving.ended).toMatchObject({ code: null, signal: 'SIGINT' });
    await page.getByText('gan-bench does not answer').waitFor();
  });

  it('the live page takes the new report, and stays where its reader is', async () => {
    const script = await readFile('src/report/live/client.js', 'utf8');
    const { address, give } = await serveStub(script);
    const { page, complaints } = await openPage(address);
    await page.getByText('No report yet').first().waitFor();
    await give(report('one run'));
    await page.getByText('Of one run').waitFor();
    const numbers = page.getByText('Numbers');
    await numbers.click();
    await numbers.focus();
    await page.evaluate('scrollTo(0, 80)');
    const before = await page.evaluate(TOP);
    await give(report('two runs<br>'.repeat(20)));
    await page.getByText('Of two runs').waitFor();
    expect(await page.evaluate(TOP)).toBe(before);
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

/** A stub of two screens. */
function report(first: string): Map<string, string> {
  const tall = '<div style="height: 900px"></div>';
  const details =
    '<details><summary>Closed</summary>1</details><details><summary>Numbers</summary>2</details>';
  const section = `<section id="curves"><h2>Curves</h2>${details}<p>Of ${first}</p>${tall}</section>`;
  return new Map([['report.html', stubPage(`<h1>Study</h1><p>${first}</p>${section}${tall}`)]]);
}

// What runs in the page. The program does not know the names of browsers, so these are texts.

const TOP = 'document.querySelector("#curves").getBoundingClientRect().top';

/** The figures that have no drawing, or one that takes no room. */
const FIGURES_WITHOUT = `[...document.querySelectorAll('figure')]
  .filter((figure) => {
    const drawings = [...figure.querySelectorAll('svg')].map((svg) => svg.getBoundingClientRect());
    return drawings.length === 0 || drawings.some(({ width, height }) => width < 100 || height < 50);
  })
  .map(({ id }) => id)`;

/** Everything that scrolls sideways and cannot have the focus. */
const SCROLLING_WITHOUT_KEYS = `[...document.querySelectorAll('main *')]
  .filter((each) => ['auto', 'scroll'].includes(getComputedStyle(each).overflowX))
  .filter((each) => each.scrollWidth > each.clientWidth && each.tabIndex < 0)
  .map(({ outerHTML }) => outerHTML.slice(0, 80))`;

const FOCUSABLE = `[...document.querySelectorAll('a[href], summary, [tabindex]')]`;

/** How many places the keyboard should reach. */
const REACHABLE = `${FOCUSABLE}.filter((each) => each.checkVisibility()).length`;

/** Which of them has the focus. */
const FOCUS = `${FOCUSABLE}.indexOf(document.activeElement)`;
