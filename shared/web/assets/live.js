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

// ---------------------------------------------------------------------------------------------- the page's fragments
/** @typedef {{ target: string, action: 'append' | 'replace' | 'remove', html: string }} Fragment */
/** Collected, until the reader asks for them. @type {Fragment[]} */
let held = [];
/** Changes that wait until the reader leaves the element. @type {Map<string, Fragment>} */
const waiting = new Map();
/** When the newest posts came. @type {number[]} */
let arrivals = [];
/** New posts that have not been on the screen. @type {Set<Element>} */
const unseen = new Set();
let [paused, collecting, saidAt] = [false, false, -Infinity];
const title = document.title;
/** What stays where it is on the screen: the control that has focus, else what is being read, best first. */
function anchors() {
  const active = document.activeElement;
  const box = active?.matches('input, textarea, select, button') && active.getBoundingClientRect();
  if (box && box.bottom > 0 && box.top < innerHeight) return [active];
  const x = main ? main.getBoundingClientRect().left + main.clientWidth / 2 : innerWidth / 2;
  const found = [0.25, 0.4, 0.1, 0.6, 0.8].map((part) => document.elementFromPoint(x, innerHeight * part));
  return found.map((element) => element?.closest('main :is(p, li, h1, h2, h3, form)'));
}

/** Changes the page without moving what the reader has before them. The style sheet turns the browser's own way off. */
function keepStill(/** @type {() => void} */ change) {
  const stood = anchors().map((element) => ({ element, top: element?.getBoundingClientRect().top ?? 0 }));
  change();
  const still = stood.find(({ element }) => element?.isConnected);
  const moved = still?.element ? still.element.getBoundingClientRect().top - still.top : 0;
  if (moved) scrollBy({ top: moved, behavior: 'instant' });
}

/** Whether the reader is in the element, or has written in it what is not sent. */
const isBusy = (/** @type {Element} */ element) => element.contains(document.activeElement) ||
  [...element.querySelectorAll('textarea')].some((area) => area.value !== area.defaultValue);

function apply(/** @type {Fragment} */ fragment) {
  const element = byId(fragment.target);
  if (!element) return;
  if (fragment.action !== 'append' && isBusy(element)) return void waiting.set(fragment.target, fragment);
  const template = /** @type {HTMLTemplateElement} */ (make('template', { innerHTML: fragment.html }));
  keepStill(() => {
    if (fragment.action === 'remove') element.remove();
    else if (fragment.action === 'replace') element.replaceWith(template.content);
    else for (const child of [...template.content.children]) put(element, child);
  });
}

/** Puts an element last, or in the place of itself when it has come before. */
function put(/** @type {Element} */ list, /** @type {Element} */ child) {
  const before = byId(child.id);
  if (before) return before.replaceWith(child);
  child.classList.add('is-new');
  list.append(child);
  unseen.add(child);
  sight.observe(child);
}

const sight = new IntersectionObserver((entries) => {
  const seen = entries.filter(({ isIntersecting }) => isIntersecting && !document.hidden);
  for (const { target } of seen) (unseen.delete(target), sight.unobserve(target));
  showNew();
});

/** Takes what one event does to the page. */
function take(/** @type {Fragment[]} */ fragments) {
  if (fragments.some(({ action }) => action === 'append')) {
    arrivals = [...arrivals.filter((at) => performance.now() - at < 1_000), performance.now()];
    collecting ||= arrivals.length > POSTS_PER_SECOND_MAX;
  }
  for (const fragment of fragments) {
    // What was changed or withdrawn is not left as it was, not even for one who paused.
    const waits = fragment.action === 'append' ? paused || collecting : held.length && !byId(fragment.target);
    waits ? held.push(fragment) : apply(fragment);
  }
  if (held.length > HELD_MAX) lose();
  showNew();
}

/** Puts in what was collected. */
function release() {
  held.splice(0).forEach(apply);
  [arrivals, collecting] = [[], false];
  showNew();
}

/** Says what is new and not on the screen: collected posts on a button, posts further down on a link. */
function showNew() {
  const collected = held.filter(({ action }) => action === 'append').length;
  const away = document.hidden ? unseen.size + collected : 0;
  document.title = away ? `(${away}) ${title}` : title;
  const below = [...unseen].filter((post) => post.getBoundingClientRect().top > innerHeight);
  const n = collected || below.length;
  const [one, other] = collected ? [texts.newOne, texts.newOther] : [texts.belowOne, texts.belowOther];
  const text = n ? fill(n === 1 ? one : other, { n }) : '';
  const place = byId('live-new');
  if (!place || place.textContent === text) return;
  const kind = collected ? 'button' : 'a';
  const control = place.querySelector(kind) ?? make(kind, { className: 'button primary' });
  if (n) Object.assign(control, { textContent: text, href: `#${below[0]?.id}` });
  if (!n || !control.isConnected) place.replaceChildren(...(n ? [control] : []));
  if (collected && performance.now() - saidAt > SAY_MS) say(text);
}

/** Says something to a screen reader. */
const say = (text = '') => ((saidAt = performance.now()), byId('live-say')?.replaceChildren(text));

byId('live-new')?.addEventListener('click', ({ target }) => {
  if (!(target instanceof HTMLButtonElement)) return;
  const known = new Set(unseen);
  release();
  // The reader asked for them, and the button is gone: go on at the first of them.
  const first = [...unseen].find((post) => !known.has(post));
  const heading = /** @type {HTMLElement | undefined} */ (first?.querySelector('h2, h3') ?? first);
  heading?.setAttribute('tabindex', '-1');
  heading?.focus();
});

document.addEventListener('focusout', () => setTimeout(() => {
  for (const [target, fragment] of [...waiting]) (waiting.delete(target), apply(fragment));
}));

// ----------------------------------------------------------------------------------------------------- the connection
const topics = (main?.dataset.liveTopics ?? '').split(' ').filter(Boolean);
/** Where each subscription goes on; the first one is number 1. @type {Map<number, string>} */
const cursors = new Map(topics.map((_, index) => [index + 1, main?.dataset.liveCursor || 'now']));
/** Fragments of an event of which more follow. @type {Map<number, Fragment[]>} */
const partial = new Map();
/** Frames since the last acknowledgement. @type {Map<number, number>} */
const taken = new Map();
/** Subscriptions that are caught up. @type {Set<number>} */
const live = new Set();
let socket = /** @type {WebSocket | null} */ (null);
let [attempts, heartbeatMs, typedAt, over, lost] = [0, 25_000, -Infinity, false, false];

const send = (/** @type {object} */ frame) => socket?.readyState === 1 && socket.send(JSON.stringify(frame));
const here = location.pathname + location.search;
const reloadLink = () => make('a', { href: here, textContent: texts.reload });
const signInLink = () => make('a', { href: `/sign-in?next=${encodeURIComponent(here)}`, textContent: texts.signIn });

function state(/** @type {string} */ name, text = '', /** @type {HTMLElement[]} */ ...links) {
  if (!bar || bar.dataset.state === name + text) return;
  byId('live-text')?.replaceChildren(text, ' ', ...links);
  Object.assign(bar, { hidden: false, className: `live-bar live-${name}` });
  bar.dataset.state = name + text;
}

function showState() {
  if (over) return;
  if (lost) return state('off', texts.lost, reloadLink());
  if (live.size < topics.length) return state('again', texts.again);
  state(paused ? 'paused' : 'on', paused ? texts.paused : texts.on);
}

/** The page can no longer be made whole from here. */
function lose() {
  [lost, held] = [true, []];
  showState();
}

/** Ends for good, and says why. */
function stop(/** @type {string | undefined} */ text, link = reloadLink()) {
  over = true;
  hangUp();
  state('off', text, link);
}

function connect() {
  const path = main?.dataset.liveUrl;
  if (socket || over || !path || !topics.length) return;
  const opened = (socket = new WebSocket(new URL(path, location.href.replace(/^http/, 'ws')), 'erfa.live.v1'));
  watch();
  opened.onopen = () => send({ t: 'hello', v: 1, client: 'erfa-page', lang: document.documentElement.lang });
  opened.onclose = ({ code }) => socket === opened && closed(code);
  opened.onmessage = ({ data }) => {
    if (socket !== opened) return;
    watch();
    const frame = JSON.parse(data);
    if (Object.hasOwn(on, frame.t)) on[frame.t](frame);
  };
}

/** A connection from which nothing is heard is none. */
const watch = () => after('silence', heartbeatMs * 2.5, () => closed(0));

function hangUp() {
  const ended = socket;
  socket = null;
  ended?.close();
  [live, partial, taken].forEach((kept) => kept.clear());
  Object.keys(timers).forEach((name) => (clearTimeout(timers[name]), delete timers[name]));
  for (const id of ['live-here', 'live-typing']) byId(id)?.replaceChildren();
}

function closed(/** @type {number} */ code, waitMs = 0) {
  hangUp();
  if (code === 4501 || code === 4504) return stop(code === 4501 ? texts.lost : texts.crowded);
  if (code >= 4500 && code <= 4999) return stop(texts.ended, signInLink());
  showState();
  const most = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** attempts++);
  after('again', Math.max(waitMs, most / 2 + (Math.random() * most) / 2), connect);
}

const subscribe = (/** @type {number} */ s) =>
  send({ t: 'sub', s, topic: topics[s - 1], after: cursors.get(s), as: 'html', window: WINDOW });

/** What each frame of the server does. @type {Record<string, (frame: any) => void>} */
const on = {
  welcome({ heartbeat }) {
    heartbeatMs = heartbeat * 1_000;
    topics.forEach((_, index) => subscribe(index + 1));
    tellPresence();
  },
  subd({ s, from, recovered }) {
    if (!recovered && cursors.get(s) !== 'now') lose();
    cursors.set(s, from);
  },
  html(frame) {
    const fragments = [...(partial.get(frame.s) ?? []), frame];
    partial.set(frame.s, fragments);
    if (!frame.more) {
      partial.delete(frame.s);
      cursors.set(frame.s, frame.c);
      take(fragments);
    }
    acknowledge(frame.s);
  },
  chk: ({ s, c }) => (cursors.set(s, c), acknowledge(s)),
  behind: (frame) => on.chk(frame),
  live(frame) {
    on.chk(frame);
    live.add(frame.s);
    attempts = 0;
    showState();
  },
  presence({ topic, count }) {
    const text = count === 1 ? texts.hereOne : texts.hereOther;
    if (topic === topics[0]) byId('live-here')?.replaceChildren(count ? fill(text, { n: count }) : '');
  },
  typing({ topic, count, people: [first, second] = [] }) {
    // Whoever writes here is counted too, and needn't be told. Who is who is not known: then nobody is named.
    const others = performance.now() - typedAt < TYPING_HOLDS_MS ? count - 1 : count;
    const named = others === count && first;
    const one = named ? texts.writes : texts.writeOne;
    const several = others === 2 && named && second ? texts.writeTwo : texts.writeMany;
    const text = others > 1 ? several : others === 1 ? one : '';
    const names = { name: first?.name, other: second?.name };
    if (topic === topics[0]) byId('live-typing')?.replaceChildren(fill(text, names));
  },
  drop({ s, retry }) {
    if (!retry) return stop(texts.dropped);
    live.delete(s);
    showState();
    after(`sub${s}`, BACKOFF_MS_MIN + Math.random() * 5_000, () => subscribe(s));
  },
  err: ({ re }) => re.t === 'sub' && stop(texts.dropped),
  ping: () => send({ t: 'pong' }),
  bye: ({ code, after_ms }) => closed(code, after_ms),
};

function acknowledge(/** @type {number} */ s) {
  const count = (taken.get(s) ?? 0) + 1;
  taken.set(s, count % ACK_FRAMES);
  const now = () => send({ t: 'ack', s, c: cursors.get(s) });
  if (count === ACK_FRAMES) now();
  if (count === 1) after(`ack${s}`, ACK_MS, () => (taken.set(s, 0), now()));
}

function tellPresence() {
  send({ t: 'presence', topic: topics[0], state: document.hidden ? 'away' : 'here' });
  after('presence', PRESENCE_MS, tellPresence);
}
byId('live-pause')?.addEventListener('click', ({ currentTarget }) => {
  paused = !paused;
  if (!paused) release();
  /** @type {HTMLElement} */ (currentTarget).textContent = (paused ? texts.resume : texts.pause) ?? '';
  showState();
});

document.addEventListener('visibilitychange', () => {
  if (socket) tellPresence();
  // Asks again which of the new posts are on the screen.
  unseen.forEach((post) => (sight.unobserve(post), sight.observe(post)));
});
addEventListener('scroll', () => unseen.size && after('scrolled', 150, showNew), { passive: true });
addEventListener('offline', () => socket && closed(0));
addEventListener('online', () => after('again', Math.random() * BACKOFF_MS_MIN, connect));
addEventListener('pagehide', hangUp);
addEventListener('pageshow', ({ persisted }) => persisted && connect());

// ------------------------------------------------------------------------------------------------- drafts and forms
const draftKey = (/** @type {HTMLTextAreaElement} */ area) => `${DRAFT}${location.pathname}:${area.name}`;
const drafts = (/** @type {ParentNode} */ place) =>
  /** @type {HTMLTextAreaElement[]} */ ([...place.querySelectorAll('textarea[data-draft]')]);
const keptKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(DRAFT));
const forget = (/** @type {string[]} */ keys) => keys.forEach((key) => localStorage.removeItem(key));
/** The browser may keep nothing: then there are no drafts. */
const store = (/** @type {() => void} */ action) => { try { action(); } catch { /* no storage, or it is full */ } };

store(() => {
  // A form that was sent without this script's help is done when the server's answer led on to another page.
  const [arrival] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
  const submitted = JSON.parse(sessionStorage.getItem(SUBMITTED) ?? '[]');
  sessionStorage.removeItem(SUBMITTED);
  if (arrival?.redirectCount && !document.querySelector('.error-summary, .error-page')) forget(submitted);
  forget(keptKeys().filter((key) => !(Date.now() - JSON.parse(localStorage[key]).at < DRAFT_MS_MAX)));
  for (const area of 'signedIn' in document.body.dataset ? drafts(document) : []) {
    area.value ||= JSON.parse(localStorage.getItem(draftKey(area)) ?? '{"text":""}').text;
  }
});

document.addEventListener('input', ({ target }) => {
  if (!(target instanceof HTMLTextAreaElement) || !target.matches('[data-draft]')) return;
  const kept = JSON.stringify({ at: Date.now(), text: target.value });
  store(() => (target.value ? localStorage.setItem(draftKey(target), kept) : forget([draftKey(target)])));
  if (!target.form?.matches('[data-live-form]') || timers.typing) return;
  send({ t: 'typing', topic: topics[0] });
  typedAt = performance.now();
  after('typing', TYPING_MS, () => delete timers.typing);
});

document.addEventListener('submit', (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const keys = drafts(form).map(draftKey);
  if (form.matches('[data-sign-out]')) store(() => forget(keptKeys()));
  else if (!form.matches('[data-live-form]')) store(() => sessionStorage.setItem(SUBMITTED, JSON.stringify(keys)));
  else {
    event.preventDefault();
    if (form.ariaBusy !== 'true') void post(form, event.submitter, keys);
  }
});

/**
 * Sends a form and stays on the page; what was written stays until the server has taken it.
 * @param {HTMLFormElement} form @param {HTMLElement | null} submitter @param {string[]} keys
 */
async function post(form, submitter, keys) {
  form.querySelector('.form-problem')?.remove();
  const tell = (textContent = '', /** @type {Node[]} */ ...more) => {
    const problem = make('div', { className: 'notice error form-problem', role: 'alert' });
    problem.append(textContent, ' ', ...more);
    keepStill(() => (submitter?.closest('.actions') ?? form.lastElementChild)?.before(problem));
  };
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form, submitter)));
  const lock = (/** @type {boolean} */ locked) =>
    form.querySelectorAll('textarea').forEach((area) => (area.readOnly = locked), (form.ariaBusy = String(locked)));
  lock(true);
  say(texts.sending);
  try {
    const answer = await fetch(form.action, { method: 'POST', body });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = page.getElementById(form.id);
    if (new URL(answer.url).pathname.startsWith('/sign-in')) return tell(texts.ended, signInLink());
    if (!answer.ok) {
      const reasons = [...page.querySelectorAll('.error-summary li, .error-page .lead')];
      return tell(reasons.map((reason) => reason.textContent).join(' ') || texts.refused);
    }
    store(() => forget(keys));
    if (!next || !live.size) return location.assign(answer.url);
    // The form as it is now: empty, with what the next post needs. Whoever was in it still is.
    const active = form.contains(document.activeElement) && document.activeElement;
    keepStill(() => form.replaceWith(document.adoptNode(next)));
    if (active) (byId(active.id) ?? next.querySelector('textarea'))?.focus({ preventScroll: true });
    if (!paused) release();
    say(texts.sent);
  } catch {
    tell(texts.notSent);
  } finally {
    lock(false);
  }
}

connect();
