// ---------------------------------------------------------------------------------------------------- what events change
/** @typedef {{ target: string, action: 'append' | 'replace' | 'remove', html: string }} Fragment */
/** Without a picture on the screen, what came is taken after so long, or when it is so much. */
const [TAKE_MS, TAKE_MAX] = [250, 100];

/** What came since the last picture. @type {Fragment[]} */
let arrived = [];
let [picture, noPicture] = [0, /** @type {ReturnType<typeof setTimeout> | 0} */ (0)];
/** Changes that wait until the reader leaves the element. @type {Map<string, Fragment>} */
const waiting = new Map();

/** Takes what one event does to the page, together with all that comes before the next picture. */
function take(/** @type {Fragment[]} */ fragments) {
  arrived.push(...fragments);
  if (arrived.length >= TAKE_MAX) return takeAll();
  picture ||= requestAnimationFrame(takeAll);
  noPicture ||= setTimeout(takeAll, TAKE_MS);
}

function takeAll() {
  cancelAnimationFrame(picture);
  clearTimeout(noPicture);
  [picture, noPicture] = [0, 0];
  const fragments = arrived.splice(0);
  for (const { action, html } of fragments) if (action === 'append') collect(html);
  // What was changed or withdrawn is not left as it was, not even for one who paused.
  const changes = fragments.filter(({ action }) => action !== 'append');
  const goesOn = held.length && !paused && !collecting;
  if (changes.length || goesOn) keepStill(() => (changes.forEach(apply), goesOn && putIn(held.length)));
  announce();
}

function apply(/** @type {Fragment} */ fragment) {
  const element = byId(fragment.target);
  if (!element) return change(numberOf(fragment.target), fragment.html);
  if (isBusy(element)) return void waiting.set(fragment.target, fragment);
  const content = template(fragment.html);
  if (unseen.has(element)) (markSeen(element), [...content.children].forEach(markNew));
  if (fragment.action === 'remove') element.remove();
  else element.replaceWith(content);
}

document.addEventListener('focusout', () => waiting.size && setTimeout(() => keepStill(() => {
  for (const [target, fragment] of [...waiting]) (waiting.delete(target), apply(fragment));
})));

