// ------------------------------------------------------------------------------------------------- drafts and forms
const DRAFT_MS_MAX = 30 * 24 * 60 * 60 * 1_000;
const [DRAFT, SUBMITTED] = ['erfa-draft:', 'erfa-submitted'];

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
  // A form that was not taken is on the page whole, and is sent again from there: what was kept of it is still that.
  if (!document.querySelector('[data-resend]')) sessionStorage.removeItem(SUBMITTED);
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
  else if (form.matches('[data-resend]')) return;
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
      const retry = fill(answer.headers.has('retry-after') && texts.retry, { n: Number(answer.headers.get('retry-after')) });
      return tell([reasons.map((reason) => reason.textContent).join(' ') || texts.refused, retry].join(' ').trim());
    }
    store(() => forget(keys));
    if (!next || !live.size) return location.assign(answer.url);
    if (!paused) release();
    if (collected()) leadTo(page, answer.url, next);
    // The form as it is now: empty, with what the next post needs. Whoever was in it still is.
    const active = form.contains(document.activeElement) && document.activeElement;
    keepStill(() => form.replaceWith(document.adoptNode(next)));
    if (active) (byId(active.id) ?? next.querySelector('textarea'))?.focus({ preventScroll: true });
    say(texts.sent);
  } catch {
    tell(texts.notSent);
  } finally {
    lock(false);
  }
}

/** Where one's post stands, which waits with the others. @param {Document} page @param {string} url @param {Element} form */
function leadTo(page, url, form) {
  const own = [...page.querySelectorAll('#posts > li:has(.mark)')].at(-1);
  const sent = make('p', { className: 'notice success form-problem' });
  sent.append(texts.sent ?? '', ' ', make('a', { href: `${url}#${own?.id}`, textContent: texts.showSent }));
  form.querySelector('.actions')?.before(sent);
}

connect();
