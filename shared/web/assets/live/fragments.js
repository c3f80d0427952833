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

