import { createHash } from 'node:crypto';
import { h } from 'hastscript';
import { toHtml } from 'hast-util-to-html';

/** The report as a page that follows its runs. */
export interface LivePage {
  readonly html: string;
  /** The Content-Security-Policy that it is sent with: it may run this one script and ask this server alone. */
  readonly policy: string;
}

const RULES = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** Below all else, where it hides nothing that is read. */
const STATUS_STYLE =
  'position:sticky;bottom:0;padding:.25rem 1rem;font:14px system-ui;background:Canvas;color:CanvasText;border-top:1px solid';

/**
 * @param report - The report's page, or undefined while there is none.
 * @param version - What is shown; empty while there is no report.
 * @param script - That keeps it up to date.
 */
export function livePage(report: string | undefined, version: string, script: string): LivePage {
  const html = report ?? `<!doctype html>${toHtml(waitingPage())}`;
  const status = h('p', { id: 'live-status', role: 'status', style: STATUS_STYLE });
  const scriptElement = h('script', { dataVersion: version }, script);
  const end = html.lastIndexOf('</body>');
  const added = toHtml([status, scriptElement]);
  const live = `${html.slice(0, end)}${added}${html.slice(end)}`;
  const digest = createHash('sha256').update(script).digest('base64');
  return {
    // The page's own policy, which allows no script at all, would stand beside the one that it is sent with.
    html: live.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''),
    policy: [...RULES, `script-src 'sha256-${digest}'`].join('; '),
  };
}

function waitingPage() {
  return h('html', { lang: 'en' }, [
    h('head', [
      h('meta', { charSet: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { name: 'color-scheme', content: 'light dark' }),
      h('title', 'No report yet'),
    ]),
    h('body', { style: 'font:16px system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem' }, [
      h('main', [
        h('h1', 'No report yet'),
        h('p', 'It appears here as soon as there are runs to report on.'),
      ]),
    ]),
  ]);
}
