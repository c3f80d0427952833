// What people do in the exchange, by its pages, and what they see there.

import { randomUUID } from "node:crypto";
import { eventually } from "./harness.mjs";

/** Posts that are on their way at a time, where it rains as fast as it can. */
const POSTS_AT_ONCE = 8;

/** Of the invented exchange: two people of two agencies, and one of the secretariat. */
export const demo = { alva: "Alva Exempelberg", birger: "Birger Exempelberg", kim: "Kim Kanslisson" };

/** The button that says just this. */
export const button = (page, name) => page.getByRole("main").getByRole("button", { name, exact: true });

/** Presses what leads to another page, and waits until it is there. */
export async function press(page, control) {
  const before = await page.evaluate(() => performance.timeOrigin);
  await control.click();
  await page.waitForFunction((before) => performance.timeOrigin !== before && document.readyState === "complete", before);
}

/** Signs in to a demo as somebody, by the click that it offers. */
export async function signInAs(page, name) {
  await page.goto("/sign-in");
  await press(page, button(page, `Logga in som ${name}`));
}

/** Goes to the first arena that is open to all, joins if need be, and gives its path. */
export async function joinArena(page) {
  await page.goto("/arenas");
  await press(page, page.locator("li.card", { hasText: "Öppen" }).first().getByRole("link").first());
  const join = button(page, "Gå med i arenan");
  if (await join.count()) await press(page, join);
  return new URL(page.url()).pathname;
}

/** Opens a thread in the arena, and gives its path. */
export async function openThread(page, arena, title = "Hur gör ni?", body = "Vi undrar.") {
  await page.goto(`${arena}/threads/new`);
  await page.getByLabel("Fråga", { exact: true }).check();
  await page.getByLabel("Rubrik").fill(title);
  await page.getByLabel("Första inlägget").fill(body);
  await press(page, button(page, "Publicera och öppna tråden"));
  return new URL(page.url()).pathname;
}

/** Goes to a thread, and waits until it is live. */
export async function follow(page, thread) {
  await page.goto(thread);
  await liveText(page, /Direktuppdatering på/);
}

/** Waits until the page says this of its connection. */
export async function liveText(page, text) {
  await page.locator("#live-text").filter({ hasText: text }).waitFor();
}

/** The field that a post is written in. */
export const draft = (page) => page.getByLabel("Ditt inlägg");

/** Writes and sends a post from the thread's page, and waits until it is taken. */
export async function writePost(page, text) {
  await draft(page).fill(text);
  await button(page, "Publicera").click();
  await page.locator("#live-say").filter({ hasText: "publicerat" }).waitFor({ state: "attached" });
  await page.locator("#live-say").evaluate((element) => element.replaceChildren());
}

/** Sends a post from another window of theirs, so that their page knows nothing of it until it is told. */
export async function postElsewhere(page, thread, text) {
  const answer = await page.context().request.get(thread);
  const html = await answer.text();
  const hidden = (name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html.slice(html.indexOf('id="reply-form"')))[1];
  const form = { csrf: hidden("csrf"), commit: hidden("commit"), body: text, "shown-as": "name" };
  const sent = await page.context().request.post(`${thread}/posts`, { form, headers: { origin: new URL(page.url()).origin } });
  if (!sent.ok()) throw new Error(`the post was refused: ${sent.status()} ${await sent.text()}`);
}

/** The texts of the posts on the page, in their order. */
export const posts = (page) => page.locator("#posts > li .post-body").allInnerTexts();

/** Waits until the page shows just these posts, in this order. */
export async function shows(page, expected) {
  const wanted = JSON.stringify(expected);
  let seen;
  await eventually("the posts", async () => JSON.stringify((seen = await posts(page))) === wanted).catch((error) => {
    throw new Error(`${error.message}; expected ${wanted}, the page shows ${JSON.stringify(seen)}`);
  });
}

/** The hidden fields of the form with this action, on the page at this path. */
export async function hiddenFields(page, path, action) {
  const html = await (await page.context().request.get(path)).text();
  const form = html.slice(html.indexOf(`action="${action}"`));
  const fields = /type="hidden" name="([^"]*)" value="([^"]*)"/g;
  return Object.fromEntries([...form.slice(0, form.indexOf("</form>")).matchAll(fields)].map(([, name, value]) => [name, value]));
}

export async function sendForm(page, action, form) {
  const headers = { origin: new URL(page.url()).origin };
  const answer = await page.context().request.post(action, { form, headers, maxRedirects: 0 });
  if (answer.status() !== 303) throw new Error(`${action} was refused: ${answer.status()} ${await answer.text()}`);
}

/** What sends posts from another window of theirs, one after the other as fast as it is called. */
export async function poster(page, thread) {
  const action = `${thread}/posts`;
  const { csrf } = await hiddenFields(page, thread, action);
  return (body) => sendForm(page, action, { csrf, commit: randomUUID(), body, "shown-as": "name" });
}

/** Lets it rain: so many posts at this rate, or with none as fast as they are taken. */
export async function rain(post, count, perSecond = Infinity) {
  const begun = performance.now();
  const due = new Set();
  for (let n = 1; n <= count; n += 1) {
    const sent = post(`Droppe ${n}.\n\nSå här gör vi hos oss.`).finally(() => due.delete(sent));
    due.add(sent);
    const waitMs = begun + (n * 1_000) / perSecond - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    else if (due.size >= POSTS_AT_ONCE) await Promise.race(due);
  }
  await Promise.all(due);
}

/** Changes a post of theirs from another window. */
export async function editElsewhere(page, thread, number, body) {
  const html = await (await page.context().request.get(`${thread}?page=${Math.ceil(number / 50)}`)).text();
  const post = html.slice(html.indexOf(`id="post-${number}"`));
  const [action] = /\/posts\/[-0-9a-f]+\/edit/.exec(post);
  await sendForm(page, action, { ...(await hiddenFields(page, action, action)), body });
}
