// A thread while it rains posts: one reads and writes as if it did not, the page stays small, and every post is there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { button, draft, editElsewhere, follow, liveText, openThread, poster, postElsewhere, rain } from "./exchange.mjs";
import { eventually } from "./harness.mjs";
import { twoOverNetworks } from "./proxy.mjs";

/** Of the script: posts in the page, and how far acknowledgements are apart. */
const [POSTS_MAX, ACK_MS_MIN] = [200, 100];
const PAGE_SIZE = 50;
/** Layout counts in parts of a pixel, scrolling in whole ones. */
const PIXEL = 0.51;

const more = (page) => page.locator("#live-new").getByRole("button");
const latest = (page) => page.locator("#live-new").getByRole("link", { name: "Till de senaste" });
const back = (page) => page.locator("#posts-before").getByRole("link");

/** The numbers of the posts on the page, in their order. */
const numbers = (page) => page.locator("#posts > li").evaluateAll((posts) => posts.map(({ id }) => Number(id.slice("post-".length))));
const oneTo = (last, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** How many posts are announced on the button: all that there are, not those that it shows at once. */
const announced = async (page) => {
  const [control] = await more(page).allInnerTexts();
  const [, some, all] = /^Visa (\d+)(?: av ([\d\s]+))? (?:nytt|nya) inlägg$/.exec(control ?? "") ?? [];
  return Number((all ?? some ?? "0").replace(/\s/g, ""));
};
/** Waits until the page knows of this many posts, those included that it shows. */
const knows = (page, count) =>
  eventually(`${count} posts are known`, async () => (await numbers(page)).at(-1) + (await announced(page)) === count, 60_000);
/** Asks for collected posts until this one is there. */
async function showsUpTo(page, last) {
  for (let shown = (await numbers(page)).at(-1); shown < last; shown = (await numbers(page)).at(-1)) {
    await more(page).click();
    await page.locator(`#post-${shown + 1}`).waitFor();
  }
}

/** Looks at every picture from now on: how far this element moves, how many posts there are, what is announced. */
const watch = (page, selector) =>
  page.evaluate((selector) => {
    const element = document.querySelector(selector);
    const { top } = element.getBoundingClientRect();
    const seen = (globalThis.seen = { moved: 0, posts: 0, announced: [] });
    const look = () => {
      seen.moved = Math.max(seen.moved, Math.abs(element.getBoundingClientRect().top - top));
      requestAnimationFrame(look);
    };
    look();
    const count = () => (seen.posts = Math.max(seen.posts, document.querySelectorAll("#posts > li").length));
    new MutationObserver(count).observe(document.getElementById("posts"), { childList: true });
    const say = () => {
      const said = document.getElementById("live-new").textContent;
      if (said && said !== seen.announced.at(-1)) seen.announced.push(said);
    };
    new MutationObserver(say).observe(document.getElementById("live-new"), { childList: true, characterData: true, subtree: true });
  }, selector);
const seen = (page) => page.evaluate(() => globalThis.seen);

/** What is being written, and where the caret is. */
const writing = (page) =>
  page.evaluate(() => {
    const { activeElement: area } = document;
    return { id: area.id, value: area.value, selection: [area.selectionStart, area.selectionEnd] };
  });

test("a thread in the rain", async (t) => {
  const { network, alva, birger, arena } = await twoOverNetworks(t);
  const opened = async (title) => {
    const thread = await openThread(birger, arena, title, "Vi undrar.");
    return { thread, post: await poster(birger, thread) };
  };

  await t.test("one writes, marks and reads as if it did not rain", async () => {
    const { thread, post } = await opened("Ostört");
    await follow(alva, thread);
    const count = 500;
    let raining = true;
    const rained = rain(post, count, 100).finally(() => (raining = false));
    await draft(alva).focus();
    await more(alva).waitFor();
    await watch(alva, "#post-1 .post-body p");

    let written = "";
    for (let n = 0; raining && n < 40; n += 1) {
      const words = `${n} är ett tal. `;
      await alva.keyboard.type(words);
      written += words;
    }
    assert.deepEqual(await writing(alva), { id: "field-body", value: written, selection: [written.length, written.length] });
    // An input method is in the middle of a word while more comes.
    const keyboard = await alva.context().newCDPSession(alva);
    const composing = { text: "にほん", selectionStart: 3, selectionEnd: 3 };
    await alva.evaluate(() => document.activeElement.addEventListener("compositionend", () => (globalThis.composed = (globalThis.composed ?? 0) + 1)));
    await keyboard.send("Input.imeSetComposition", composing);
    const before = await announced(alva);
    await eventually("more posts while a word is composed", async () => !raining || (await announced(alva)) > before);
    assert.equal(await alva.evaluate(() => globalThis.composed), undefined, "the word is still being composed");
    await keyboard.send("Input.insertText", { text: "日本" });
    written += "日本";
    // What is marked stays marked.
    await draft(alva).evaluate((area) => area.setSelectionRange(3, 9));
    await rained;
    await knows(alva, count + 1);
    assert.deepEqual(await writing(alva), { id: "field-body", value: written, selection: [3, 9] });

    const { moved, announced: said } = await seen(alva);
    assert.equal(moved, 0, "what was read stood still");
    assert.ok(said.length > 1 && said.length < count / 10, `announced in groups: ${said.join("; ")}`);
    await draft(alva).fill("");
  });

  await t.test("a page stays small, and all of the thread can be reached from it", async () => {
    const { thread, post } = await opened("Allt finns");
    await rain(post, 9);
    await follow(alva, `${thread}?page=1`);
    await watch(alva, "h1");
    await rain(post, 390);
    await knows(alva, 400);
    const reached = await numbers(alva);
    while (reached.length < 400) {
      const next = reached.length + 1;
      await more(alva).click();
      await alva.locator(`#post-${next}`).waitFor();
      assert.equal(await alva.evaluate(() => document.activeElement.closest("li")?.id), `post-${next}`, "one goes on there");
      const here = await numbers(alva);
      assert.deepEqual(here, oneTo(here.at(-1), here[0]), "without a gap");
      reached.push(...here.filter((number) => number > reached.at(-1)));
    }
    assert.deepEqual(reached, oneTo(400));
    assert.equal(await more(alva).count(), 0);
    assert.equal((await seen(alva)).posts, POSTS_MAX);
    // What gave way is a page of the thread: each of them, and also the one that this page was once.
    assert.equal(await back(alva).innerText(), "Visa inlägg 1–200");
    const older = [];
    for (let number = 1; number <= 200; number += PAGE_SIZE) {
      await birger.goto(`${thread}?page=${Math.ceil(number / PAGE_SIZE)}`);
      older.push(...(await numbers(birger)));
    }
    assert.deepEqual([...older, ...(await numbers(alva))], oneTo(400));
    await alva.evaluate((thread) => {
      const link = Object.assign(document.createElement("a"), { href: `${thread}?page=1#post-7`, textContent: "inlägg 7" });
      document.getElementById("post-399").append(link);
      link.click();
    }, thread);
    await alva.waitForURL(/#post-7$/);
    await eventually("the page once more, at the post", () =>
      alva.locator("#post-7").evaluate((post) => Math.abs(post.getBoundingClientRect().top) < innerHeight).catch(() => false));
    await follow(alva, `${thread}?page=8`);
    await rain(post, 250);
    await knows(alva, 650);
    await showsUpTo(alva, 650);
    await back(alva).click();
    await alva.waitForURL(/page=9#post-450$/);
    await alva.locator("#post-450").waitFor();
  });

  await t.test("what is read gives no way, and what comes below waits for room", async () => {
    const { thread, post } = await opened("Utan plats");
    await follow(alva, thread);
    await rain(post, POSTS_MAX - 1);
    await knows(alva, POSTS_MAX);
    await showsUpTo(alva, POSTS_MAX);
    await alva.evaluate(() => (document.activeElement.blur(), scrollTo({ top: 0, behavior: "instant" })));
    await watch(alva, "#post-1");
    await postElsewhere(birger, thread, "Nummer 201.");
    await knows(alva, 201);
    assert.deepEqual(await numbers(alva), oneTo(POSTS_MAX));
    // One who marks a post keeps it, also from further down.
    await alva.evaluate(() => getSelection().selectAllChildren(document.querySelector("#post-1 .post-body")));
    await alva.evaluate(() => document.getElementById("post-190").scrollIntoView({ block: "start", behavior: "instant" }));
    await postElsewhere(birger, thread, "Nummer 202.");
    await knows(alva, 202);
    assert.deepEqual(await numbers(alva), oneTo(POSTS_MAX));
    await alva.evaluate(() => getSelection().removeAllRanges());
    const before = await alva.locator("#post-192").evaluate((post) => post.getBoundingClientRect().top);
    await postElsewhere(birger, thread, "Nummer 203.");
    await alva.locator("#post-203").waitFor();
    assert.deepEqual(await numbers(alva), oneTo(203, 4));
    const after = await alva.locator("#post-192").evaluate((post) => post.getBoundingClientRect().top);
    assert.ok(Math.abs(after - before) < PIXEL, `what is read moved from ${before} to ${after}`);
    assert.equal(await back(alva).innerText(), "Visa inlägg 1–3");
  });

  await t.test("after a long pause one goes on where one was, or with the latest", async () => {
    const { thread, post } = await opened("Paus");
    await follow(alva, thread);
    await draft(alva).fill("Det här höll jag på med.");
    await button(alva, "Pausa").click();
    await liveText(alva, /pausad/);
    await rain(post, 1_099);
    await knows(alva, 1_100);
    assert.deepEqual(await numbers(alva), [1]);
    await button(alva, "Fortsätt").click();
    await liveText(alva, /Direktuppdatering på/);
    assert.deepEqual([await numbers(alva), await announced(alva)], [[1], 1_099], "too much to go on by itself");
    await more(alva).click();
    await alva.locator("#post-51").waitFor();
    assert.deepEqual(await numbers(alva), oneTo(51));
    await latest(alva).click();
    await alva.locator("#post-1100").waitFor();
    assert.deepEqual(await numbers(alva), oneTo(1_100, 1_051));
    assert.equal(await draft(alva).inputValue(), "Det här höll jag på med.");
    // From here on it is live again.
    await postElsewhere(birger, thread, "Solen skiner.");
    await alva.locator("#post-1101", { hasText: "Solen skiner." }).waitFor();
    assert.equal(await back(alva).innerText(), "Visa inlägg 52–1050");
    await back(alva).click();
    await alva.waitForURL(/page=2#post-52$/);
    assert.deepEqual(await numbers(alva), oneTo(100, 51));
    assert.equal(await draft(alva).inputValue(), "Det här höll jag på med.");
    await draft(alva).fill("");
  });

  await t.test("what was missed without a network is there afterwards, and is acknowledged now and then", async () => {
    await alva.addInitScript(() => {
      const { send } = WebSocket.prototype;
      globalThis.acknowledged = [];
      WebSocket.prototype.send = function (text) {
        if (JSON.parse(text).t === "ack") globalThis.acknowledged.push(performance.now());
        send.call(this, text);
      };
    });
    const { thread, post } = await opened("Utan nät");
    await follow(alva, thread);
    network.cut();
    await liveText(alva, /Återansluter/);
    await rain(post, 700);
    network.mend();
    await liveText(alva, /Direktuppdatering på/);
    await knows(alva, 701);
    await eventually("an acknowledgement", () => alva.evaluate(() => globalThis.acknowledged.length > 0));
    const times = await alva.evaluate(() => globalThis.acknowledged);
    const close = times.slice(1).filter((time, index) => time - times[index] < ACK_MS_MIN - 1);
    assert.deepEqual(close, [], "acknowledgements keep apart");
    await latest(alva).click();
    await alva.locator("#post-701").waitFor();
    assert.deepEqual(await numbers(alva), [701]);
  });

  await t.test("collected posts are shown as they are when they are shown", async () => {
    const { thread, post } = await opened("Ändrat");
    await follow(alva, thread);
    await rain(post, 160);
    await knows(alva, 161);
    await editElsewhere(birger, thread, 10, "Tio, ändrat.");
    await editElsewhere(birger, thread, 1, "Ett, ändrat.");
    await alva.locator("#post-1", { hasText: "Ett, ändrat." }).waitFor();
    await more(alva).click();
    await alva.locator("#post-10", { hasText: "Tio, ändrat." }).waitFor();
    await more(alva).click();
    await alva.locator("#post-101").waitFor();
    // The next ones were dropped, and are read again: at first that fails, then they are changed on the way.
    await alva.route(/page=3/, (route) => route.abort(), { times: 1 });
    await more(alva).click();
    await more(alva).filter({ hasText: "gick inte att hämta" }).waitFor();
    await alva.route(/page=3/, async (route) => {
      const response = await route.fetch();
      await editElsewhere(birger, thread, 120, "Hundratjugo, ändrat.");
      await editElsewhere(birger, thread, 1, "Ett, ändrat igen.");
      await alva.locator("#post-1", { hasText: "igen" }).waitFor();
      await route.fulfill({ response });
    }, { times: 1 });
    await more(alva).click();
    await alva.locator("#post-120", { hasText: "Hundratjugo, ändrat." }).waitFor();
    await more(alva).click();
    await alva.locator("#post-161").waitFor();
    assert.deepEqual(await numbers(alva), oneTo(161));
  });

  await t.test("one's own post is found, also when others wait", async () => {
    const { thread, post } = await opened("Mitt eget");
    await follow(alva, thread);
    await rain(post, 150);
    await knows(alva, 151);
    await draft(alva).fill("Min egen droppe.");
    await button(alva, "Publicera").click();
    const found = alva.locator("#reply-form").getByRole("link", { name: "Visa det" });
    await found.click();
    await alva.waitForURL(/page=4#post-152$/);
    await alva.locator("#post-152", { hasText: "Min egen droppe." }).waitFor();
  });

  assert.deepEqual([...alva.errors, ...birger.errors], []);
});
