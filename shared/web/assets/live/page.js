/**
 * The one script of the pages: it speaks `erfa.live.v1`, puts in and replaces fragments by their id, says how the
 * connection is, keeps drafts, and sends forms without leaving the page. Everything else works without it. It never
 * moves focus, scrolls, shifts what is being read or touches what is being written: what would do that waits.
 */

/** Posts a second that are put in by themselves; above it they are collected and shown on demand. */
const POSTS_PER_SECOND_MAX = 3;
/** Collected posts; with more, the page is better read in again. */
const HELD_MAX = 200;
/** Frames that may be out without an acknowledgement, and when one is sent. */
const [WINDOW, ACK_FRAMES, ACK_MS] = [256, 32, 1_000];
const [BACKOFF_MS_MIN, BACKOFF_MS_MAX] = [500, 30_000];
/** Presence holds for 60 seconds on the server, typing for 6. A screen reader is given time to finish. */
const [PRESENCE_MS, TYPING_MS, TYPING_HOLDS_MS, SAY_MS] = [45_000, 3_000, 6_000, 10_000];
const DRAFT_MS_MAX = 30 * 24 * 60 * 60 * 1_000;
const [DRAFT, SUBMITTED] = ['erfa-draft:', 'erfa-submitted'];

const byId = (/** @type {string | undefined} */ id) => (id ? document.getElementById(id) : null);
const [main, bar] = [byId('main'), byId('live-bar')];
/** What is said in the page's language: the attributes of the bar. @type {Record<string, string | undefined>} */
const texts = bar?.dataset ?? {};
const fill = (/** @type {string | 0 | undefined} */ text, /** @type {Record<string, string | number>} */ values) =>
  (text || '').replace(/%(\w+)/g, (_, name) => String(values[name] ?? ''));

/** An element with these properties. */
const make = (/** @type {string} */ tag, /** @type {object} */ properties) =>
  Object.assign(document.createElement(tag), properties);
const timers = /** @type {Record<string, ReturnType<typeof setTimeout> | undefined>} */ ({});
const after = (/** @type {string} */ name, /** @type {number} */ ms, /** @type {() => void} */ action) =>
  (clearTimeout(timers[name]), (timers[name] = setTimeout(action, ms)));

