// ---------------------------------------------------------------------------------------------------- a thread's posts
// The page shows some posts of a thread that follow each other. The next ones are put in as they come; they are collected
// while they come too fast, while the reader pauses, and while there is no room. Of these the first are kept here, and the
// others are read again when the reader asks for them. The oldest give way to a link that leads to them. So the page holds
// no more after a day of rain than after a minute, and every post can be reached.

/** Posts a second that are put in by themselves. */
const POSTS_PER_SECOND_MAX = 3;
/** Posts in the page, collected posts that are kept, and posts that are put in when the reader asks. */
const [POSTS_MAX, HELD_MAX, SHOW_MAX] = [200, 100, 50];
/** How often it is said how many posts are new, and how long reading a page may take. */
const [NEW_MS, READ_MS_MAX] = [1_000, 15_000];

const list = /** @type {HTMLOListElement | null} */ (byId('posts'));
const title = document.title;
const numberOf = (/** @type {string | undefined} */ id) => Number(/^#?post-(\d+)$/.exec(id ?? '')?.[1] ?? 0);
/** Where a post stands without this script. */
const placeOf = (/** @type {number} */ number) =>
  `${location.pathname}?page=${Math.ceil(number / Number(list?.dataset.pageSize))}#post-${number}`;

/** Collected posts: those that follow the last one in the page. @type {{ number: number, html: string }[]} */
let held = [];
const lastShown = () => numberOf(list?.lastElementChild?.id);
const lastHeld = () => held.at(-1)?.number ?? lastShown();
/** The newest post that is known of, and how many are collected. */
let newest = lastShown();
const collected = () => newest - lastShown();
/** When the newest posts came. @type {number[]} */
let arrivals = [];
let [paused, collecting] = [false, false];
/** Posts that came by themselves and have not been on the screen. @type {Set<Element>} */
const unseen = new Set();
/** While a page is read: what became of posts that are not here. @type {Map<number, string> | null} */
let changed = null;
/** The first of the posts that gave way, and whether the reader passed over it. */
let [firstGone, skipped] = [list?.start ?? 1, false];

/** Takes note of a new post. */
function collect(/** @type {string} */ html) {
  const number = numberOf(/ id="(post-\d+)"/.exec(html)?.[1]);
  // It may have come before, with a page that was read.
  if (number <= newest) return;
  if (lastHeld() === newest && held.length < HELD_MAX) held.push({ number, html });
  newest = number;
  arrivals = [...arrivals, performance.now()].slice(-POSTS_PER_SECOND_MAX - 1);
  collecting ||= arrivals.length > POSTS_PER_SECOND_MAX && arrivals[POSTS_PER_SECOND_MAX] - arrivals[0] < 1_000;
}

/** What becomes of a post that is not in the page. */
function change(/** @type {number} */ number, /** @type {string} */ html) {
  const post = held.find((post) => post.number === number);
  if (post) post.html = html;
  else changed?.set(number, html);
}

/** Puts in what is collected: up to so many posts, as far as there is room. Gives them. */
function putIn(/** @type {number} */ most, asked = false) {
  if (!list) return [];
  giveWay(list.childElementCount + Math.min(most, held.length) - POSTS_MAX, asked);
  const next = held.splice(0, Math.max(0, Math.min(most, POSTS_MAX - list.childElementCount)));
  const content = template(next.map(({ html }) => html).join(''));
  const posts = [...content.children];
  for (const post of posts) (post.classList.add('is-new'), markNew(post));
  if (posts.length > POSTS_PER_SECOND_MAX) hush(list);
  list.append(content);
  return posts;
}

/** So many posts are not read out one by one. */
function hush(/** @type {Element} */ inLog) {
  const log = inLog.closest('[aria-live]');
  log?.setAttribute('aria-live', 'off');
  setTimeout(() => log?.setAttribute('aria-live', 'polite'), NEW_MS);
}

/**
 * Up to so many of the oldest posts give way to a link: those which are more than a screen above the reader, who is not in
 * them and has marked nothing there; or any, if the reader asked to go on elsewhere.
 */
function giveWay(/** @type {number} */ count, asked = false) {
  const selection = getSelection();
  const isRead = (/** @type {Element} */ post) => post.getBoundingClientRect().bottom > -innerHeight ||
    selection?.type === 'Range' && selection.containsNode(post, true);
  const posts = list ? [...list.children].slice(0, Math.max(0, count)) : [];
  const kept = asked ? -1 : posts.findIndex((post) => isBusy(post) || isRead(post));
  const gone = kept < 0 ? posts : posts.slice(0, kept);
  gone.forEach((post) => (markSeen(post), post.remove()));
  if (gone.length) leadBack(numberOf(gone.at(-1)?.id));
}

/** Leads to the posts up to this one, which gave way. */
function leadBack(/** @type {number} */ to) {
  if (list) list.start = to + 1;
  const textContent = fill(firstGone < to ? texts.beforeOther : texts.beforeOne, { from: `${firstGone}`, to: `${to}` });
  const href = placeOf(skipped ? firstGone : to);
  byId('posts-before')?.replaceChildren(make('a', { href, textContent }));
}

/** Reads the page that a post stands on, and collects what follows. Whether that went well. */
async function read(/** @type {number} */ number, isLatest = false) {
  changed = new Map();
  try {
    const answer = await fetch(placeOf(number), { signal: AbortSignal.timeout(READ_MS_MAX) });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (new URL(answer.url).pathname.startsWith('/sign-in')) stop(texts.ended, signInLink());
    const posts = [...page.querySelectorAll('#posts > li')].map((post) => (
      { number: numberOf(post.id), html: changed?.get(numberOf(post.id)) ?? post.outerHTML }));
    const more = posts.filter(({ number }) => number > lastHeld());
    if (!answer.ok || !more.length) return false;
    if (isLatest) passOver(posts);
    else held.push(...more);
    newest = Math.max(newest, lastHeld());
    return true;
  } catch {
    return false;
  } finally {
    changed = null;
  }
}

/** These posts take the place of all that are here. */
function passOver(/** @type {{ number: number, html: string }[]} */ posts) {
  const from = lastShown() + 1;
  held = posts.filter(({ number }) => number >= from);
  // What follows at once is not passed over.
  if (held[0].number === from) return;
  keepStill(() => giveWay(Infinity, true));
  [firstGone, skipped] = [from, true];
  leadBack(held[0].number - 1);
}

/** The reader asked for the next posts, or for the latest: goes on at the first of them, if they wait for it. */
async function show(isLatest = false) {
  if (changed) return;
  failed = (isLatest || !held.length) && !(await read(isLatest ? newest : lastShown() + 1, isLatest));
  if (failed) return showNew();
  let first = /** @type {Element | undefined} */ (undefined);
  keepStill(() => ([first] = putIn(SHOW_MAX, true)));
  if (!collected()) [arrivals, collecting] = [[], false];
  showNew();
  if (document.activeElement?.matches('input, textarea, select')) return;
  const heading = /** @type {HTMLElement | undefined} */ (first?.querySelector('h2, h3') ?? first);
  heading?.setAttribute('tabindex', '-1');
  heading?.focus();
}

/** Goes on by itself, unless there is so much that the reader has to ask. */
function release() {
  [arrivals, collecting] = [[], collected() > held.length];
  if (!collecting && held.length) keepStill(() => putIn(held.length));
  showNew();
}

// ------------------------------------------------------------------------------------------------ what is said of them
const [more, latest, below] = [make('button', { type: 'button' }), make('a', {}), make('a', {})];
let [newTimer, failed] = [/** @type {ReturnType<typeof setTimeout> | 0} */ (0), false];

const sight = new IntersectionObserver((entries) => {
  const seen = entries.filter(({ isIntersecting }) => isIntersecting && !document.hidden);
  for (const { target } of seen) markSeen(target);
  if (seen.length) showNew();
});
const markNew = (/** @type {Element} */ post) => (unseen.add(post), sight.observe(post));
const markSeen = (/** @type {Element} */ post) => (unseen.delete(post), sight.unobserve(post));

/** Says what is new, once in a while: a number that runs disturbs. */
function announce() {
  newTimer ||= setTimeout(() => ((newTimer = 0), showNew()), NEW_MS);
}

/** Says what is new and not on the screen: collected posts on a button, posts further down on a link. */
function showNew() {
  const [n, place] = [collected(), byId('live-new')];
  const away = document.hidden ? unseen.size + n : 0;
  document.title = away ? `(${away}) ${title}` : title;
  const further = n ? [] : [...unseen].filter((post) => post.getBoundingClientRect().top > innerHeight);
  const many = n > SHOW_MAX ? texts.newSome : n === 1 ? texts.newOne : texts.newOther;
  const text = fill(failed ? texts.notRead : many, { n: Math.min(n, SHOW_MAX), all: n });
  const moreBelow = fill(further.length === 1 ? texts.belowOne : texts.belowOther, { n: further.length });
  /** @type {(control: HTMLElement, wanted: unknown, says: string | undefined, properties: object) => void} */
  const is = (control, wanted, says, properties) => {
    if (!wanted) return control.remove();
    Object.assign(control, properties);
    if (control.textContent !== says) control.textContent = says ?? '';
    if (!control.isConnected) place?.append(control);
  };
  is(more, n, text, { className: 'button primary' });
  is(latest, n > SHOW_MAX, texts.latest, { className: 'button secondary', href: placeOf(newest) });
  is(below, further.length, moreBelow, { className: 'button primary', href: `#${further[0]?.id}` });
  if (n && performance.now() - saidAt > SAY_MS) say(text);
}

const isPlain = (/** @type {MouseEvent} */ click) => !(click.ctrlKey || click.metaKey || click.shiftKey || click.altKey);
more.addEventListener('click', () => void show());
latest.addEventListener('click', (click) => {
  if (!isPlain(click)) return;
  click.preventDefault();
  void show(true);
});

/** A link to a post in this page that gave way leads to where it stands. */
document.addEventListener('click', (click) => {
  const link = click.target instanceof Element && click.target.closest('a');
  const isHere = link && list && link.pathname + link.search === location.pathname + location.search;
  const number = isHere ? numberOf(link.hash) : 0;
  if (!number || byId(`post-${number}`) || !isPlain(click) || click.defaultPrevented) return;
  click.preventDefault();
  const place = new URL(placeOf(number), location.href);
  location.assign(place);
  // To the browser this page is there already: it has to be read in again.
  if (place.search !== location.search) return;
  history.scrollRestoration = 'manual';
  location.reload();
});
// Read in again for a post: a browser would go back to where it stood before.
if (history.scrollRestoration === 'manual') addEventListener('load', () => setTimeout(() => {
  location.replace(location.hash);
  history.scrollRestoration = 'auto';
}));
// Asks again which of the new posts are on the screen.
document.addEventListener('visibilitychange', () => unseen.forEach((post) => (sight.unobserve(post), sight.observe(post))));
addEventListener('scroll', () => unseen.size && announce(), { passive: true });

