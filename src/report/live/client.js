// Runs in the page: brings it up to date when the server says that there is something new. It is not compiled, and the
// page works without it as it was when it was loaded.
(() => {
  const { version } = document.currentScript.dataset;
  const status = document.getElementById('live-status');
  const FOCUSABLE = 'a[href], summary, [tabindex]';
  let shown = version;
  let swaps = Promise.resolve();

  const events = new EventSource('/events');
  events.onmessage = ({ data }) => {
    const state = JSON.parse(data);
    status.textContent = state.message || 'Live: this page follows the runs.';
    if (state.version !== shown) swaps = swaps.then(() => swap(state.version)).catch(tellLost);
  };
  events.onerror = tellLost;

  function tellLost() {
    status.textContent = 'gan-bench does not answer: this is the report as it was.';
  }

  /** Puts the new report in place of the old one; what is open, has the focus and is looked at stays so. */
  async function swap(wanted) {
    if (wanted === shown) return;
    const response = await fetch('/report.html');
    if (!response.ok) throw new Error(response.statusText);
    const next = new DOMParser().parseFromString(await response.text(), 'text/html');
    const [before, after] = [document, next].map((page) => page.querySelector('main'));
    // What was shown while there was no report is another page.
    if (shown === '' || before === null || after === null) {
      location.reload();
      return;
    }
    const open = [...before.querySelectorAll('details[open]')].map((each) => placeOf(each, 'details'));
    const focus = document.activeElement;
    const focused = focus === document.body ? undefined : placeOf(focus, FOCUSABLE);
    const scrolled = [...before.querySelectorAll('[tabindex]')]
      .filter(({ scrollLeft, scrollTop }) => scrollLeft > 0 || scrollTop > 0)
      .map((each) => ({ place: placeOf(each, FOCUSABLE), left: each.scrollLeft, top: each.scrollTop }));
    const anchor = topmost(before);
    for (const part of ['header', 'nav', 'main'])
      document.querySelector(part)?.replaceWith(next.querySelector(part) ?? '');
    document.title = next.title;
    shown = wanted;
    for (const place of open) elementAt(place, 'details')?.setAttribute('open', '');
    for (const { place, left, top } of scrolled) elementAt(place, FOCUSABLE)?.scrollTo({ left, top });
    if (focused !== undefined) elementAt(focused, FOCUSABLE)?.focus({ preventScroll: true });
    const moved = anchor && document.getElementById(anchor.id)?.getBoundingClientRect().top;
    if (moved !== undefined) scrollBy({ top: moved - anchor.top, behavior: 'instant' });
  }

  /** Where an element is: the which of its kind in the nearest element that has an id. */
  function placeOf(element, kind) {
    const home = element.closest('[id]');
    return { id: home?.id, index: [...(home ?? document).querySelectorAll(kind)].indexOf(element) };
  }

  function elementAt({ id, index }, kind) {
    const home = id === undefined ? document : document.getElementById(id);
    if (index < 0) return home;
    return home?.querySelectorAll(kind)[index];
  }

  /** The last element with an id that begins above the middle of the window, and where; undefined at the top of the page. */
  function topmost(main) {
    if (scrollY === 0) return undefined;
    const places = [...main.querySelectorAll('[id]')].map((element) => ({
      id: element.id,
      top: element.getBoundingClientRect().top,
    }));
    return places.filter(({ top }) => top < innerHeight / 2).at(-1);
  }
})();
