/**
 * The one script of the pages: it speaks `erfa.live.v1`, puts in and replaces fragments by their id, says how the
 * connection is, keeps drafts, and sends forms without leaving the page. Everything else works without it. It never
 * moves focus, scrolls, shifts what is being read or touches what is being written: what would do that waits.
 */

/** A screen reader is given time to finish. */
const SAY_MS = 10_000;
/** Where to look for what is being read, as parts of the window's height, best first. */
const READ_AT = [0.25, 0.4, 0.1, 0.6, 0.8];

const byId = (/** @type {string | undefined} */ id) => (id ? document.getElementById(id) : null);
const [main, bar] = [byId('main'), byId('live-bar')];
/** What is said in the page's language: the attributes of the bar. @type {Record<string, string | undefined>} */
const texts = bar?.dataset ?? {};
const fill = (/** @type {string | 0 | false | undefined} */ text, /** @type {Record<string, string | number>} */ values) =>
  (text || '').replace(/%(\w+)/g, (_, name) => (values[name] ?? '').toLocaleString(document.documentElement.lang));

/** An element with these properties. */
const make = (/** @type {string} */ tag, /** @type {object} */ properties) =>
  Object.assign(document.createElement(tag), properties);
const template = (/** @type {string} */ innerHTML) =>
  /** @type {HTMLTemplateElement} */ (make('template', { innerHTML })).content;

let saidAt = -Infinity;
/** Says something to a screen reader. */
const say = (text = '') => ((saidAt = performance.now()), byId('live-say')?.replaceChildren(text));

// -------------------------------------------------------------------------------------------------- what stands still
/** What scrolling by whole pixels left over, so that it does not add up. */
let drift = 0;

/** What stays where it is on the screen: the control that has focus, else what is being read, best first. */
function anchors() {
  const active = document.activeElement;
  const box = active?.matches('input, textarea, select, button') && active.getBoundingClientRect();
  if (box && box.bottom > 0 && box.top < innerHeight) return [active];
  const x = main ? main.getBoundingClientRect().left + main.clientWidth / 2 : innerWidth / 2;
  const found = READ_AT.map((part) => document.elementFromPoint(x, innerHeight * part));
  return found.map((element) => element?.closest('main :is(p, li, h1, h2, h3, form)'));
}

/** Changes the page without moving what the reader has before them. The style sheet turns the browser's own way off. */
function keepStill(/** @type {() => void} */ change) {
  const stood = anchors().map((element) => ({ element, top: element?.getBoundingClientRect().top ?? 0 }));
  change();
  const { element, top = 0 } = stood.find(({ element }) => element?.isConnected) ?? {};
  const moved = () => (element ? element.getBoundingClientRect().top - top + drift : 0);
  if (moved()) scrollBy({ top: moved(), behavior: 'instant' });
  const left = moved();
  drift = Math.abs(left) < 1 ? left : 0;
}

/** Whether the reader is in the element, or has written in it what is not sent. */
const isBusy = (/** @type {Element} */ element) => element.contains(document.activeElement) ||
  [...element.querySelectorAll('textarea')].some((area) => area.value !== area.defaultValue);

