// ----------------------------------------------------------------------------------------------------- the connection
/** Frames that may be out without an acknowledgement; one is sent after so many, or so long, and not more often. */
const [WINDOW, ACK_FRAMES, ACK_MS, ACK_MS_MIN] = [1_024, 128, 1_000, 100];
const [BACKOFF_MS_MIN, BACKOFF_MS_MAX] = [500, 30_000];
/** Presence holds for 60 seconds on the server, typing for 6. */
const [PRESENCE_MS, TYPING_MS, TYPING_HOLDS_MS] = [45_000, 3_000, 6_000];

const timers = /** @type {Record<string, ReturnType<typeof setTimeout> | undefined>} */ ({});
const after = (/** @type {string} */ name, /** @type {number} */ ms, /** @type {() => void} */ action) =>
  (clearTimeout(timers[name]), (timers[name] = setTimeout(action, ms)));

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
/** What the server calls this connection; the next one takes its place. @type {string | undefined} */
let session;
let [attempts, heartbeatMs, typedAt, ackedAt, over, lost] = [0, 25_000, -Infinity, -Infinity, false, false];

const send = (/** @type {object} */ frame) => socket?.readyState === 1 && socket.send(JSON.stringify(frame));
const here = location.pathname + location.search;
const reloadLink = () => make('a', { href: here, textContent: texts.reload });
const signInLink = () => make('a', { href: `/sign-in?next=${encodeURIComponent(here)}`, textContent: texts.signIn });

function state(/** @type {string} */ name, text = '', /** @type {HTMLElement[]} */ ...links) {
  if (!bar || bar.dataset.state === name + text) return;
  keepStill(() => {
    byId('live-text')?.replaceChildren(text, ' ', ...links);
    Object.assign(bar, { hidden: false, className: `live-bar live-${name}` });
  });
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
  lost = true;
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
  const hello = { t: 'hello', v: 1, client: 'erfa-page', lang: document.documentElement.lang, replaces: session };
  opened.onopen = () => send(hello);
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
  if (code === 4504) return stop(texts.crowded);
  if (code === 4501 || code === 4505) return stop(texts.lost);
  if (code >= 4500 && code <= 4999) return stop(texts.ended, signInLink());
  showState();
  const most = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** attempts++);
  after('again', Math.max(waitMs, most / 2 + (Math.random() * most) / 2), connect);
}

const subscribe = (/** @type {number} */ s) =>
  send({ t: 'sub', s, topic: topics[s - 1], after: cursors.get(s), as: 'html', window: WINDOW });

/** What each frame of the server does. @type {Record<string, (frame: any) => void>} */
const on = {
  welcome({ session: name, heartbeat }) {
    session = name;
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

/** Says what was taken, so that more comes: soon when much came, and seldom enough for the server's limit. */
function acknowledge(/** @type {number} */ s) {
  const count = (taken.get(s) ?? 0) + 1;
  taken.set(s, count);
  const waitMs = Math.max(0, ackedAt + ACK_MS_MIN * topics.length - performance.now());
  if (count >= ACK_FRAMES && !waitMs) acknowledgeAll();
  else if (count === ACK_FRAMES) after('ack', waitMs, acknowledgeAll);
  else if (count === 1) after('ack', ACK_MS, acknowledgeAll);
}

function acknowledgeAll() {
  for (const s of taken.keys()) send({ t: 'ack', s, c: cursors.get(s) });
  taken.clear();
  clearTimeout(timers.ack);
  ackedAt = performance.now();
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

document.addEventListener('visibilitychange', () => socket && tellPresence());
addEventListener('offline', () => socket && closed(0));
addEventListener('online', () => after('again', Math.random() * BACKOFF_MS_MIN, connect));
addEventListener('pagehide', hangUp);
addEventListener('pageshow', ({ persisted }) => persisted && connect());

