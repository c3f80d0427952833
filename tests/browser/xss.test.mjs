// Whatever people write, where it is shown it is text: nothing of it runs, asks elsewhere, or becomes part of the page.
//
// Everything is looked at twice: as browsers are told to by the content security policy, which must have nothing to say, and
// by one that does not know it, in which what gets through would run.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { button, demo, editElsewhere, follow, hiddenFields, joinArena, liveText, openThread, press, sendForm, signInAs } from "./exchange.mjs";
import { dataDirectory, eventually, ratesRaised, somebody, start, startChromium } from "./harness.mjs";
import { faults, watch } from "./harmless.mjs";
import { line, posts, refused, title } from "./hostile.mjs";

/** Somebody who looks, under the policy and without it. */
async function twice(t, browser, url, name) {
  const looks = await Promise.all(
    [false, true].map(async (bypassCSP) => {
      const page = await somebody(t, browser, url, { bypassCSP });
      const noted = await watch(page, url);
      await signInAs(page, name);
      return { page, noted, under: bypassCSP ? "without the policy" : "under the policy" };
    }),
  );
  return looks;
}

/** The page is as it should be, and nothing was noted since it was opened. */
async function harmless({ page, noted, under }, what) {
  assert.deepEqual([await faults(page), noted, page.errors], [[], [], []], `${what}, ${under}`);
}

/** What is to be read in each post, and what is not. */
async function shown(page) {
  const texts = () => page.locator("#posts > li .post-body").evaluateAll((bodies) => bodies.map((body) => body.textContent));
  return (await texts()).slice(1);
}

function asWritten(texts, expected, what) {
  assert.equal(texts.length, expected.length, what);
  const wrong = expected.filter(([, shows], n) => !texts[n].replace(/\s+/g, " ").includes(shows.replace(/\s+/g, " ")));
  assert.deepEqual(wrong, [], `${what}: ${JSON.stringify(texts)}`);
}

test("what people write is text wherever it is shown", async (t) => {
  const server = await start(t, "demo", await dataDirectory(t), { settings: ratesRaised });
  // What asks elsewhere all the same does not get far.
  const browser = await startChromium(t, { "*.example": "127.0.0.1:9", "example.org": "127.0.0.1:9" });
  const [alva, kim] = await Promise.all([somebody(t, browser, server.url), somebody(t, browser, server.url)]);
  await Promise.all([signInAs(alva, demo.alva), signInAs(kim, demo.kim)]);
  const readers = await twice(t, browser, server.url, demo.birger);
  const secretaries = await twice(t, browser, server.url, demo.kim);
  const arena = await joinArena(alva);
  await joinArena(readers[0].page);

  await t.test("and it would be seen if it were not", async () => {
    for (const [{ page, noted }, expected] of [[readers[0], /policy was violated: script-src-attr/], [readers[1], /^ran\(0\)$/]]) {
      await page.evaluate(() => document.querySelector("main").insertAdjacentHTML("beforeend", '<p class="prose"><img src="x" onerror="ran(0)"></p>'));
      await eventually(`${expected}`, () => noted.some((what) => expected.test(what)));
      assert.deepEqual((await faults(page)).map((fault) => fault.split(":")[0]), ["the attribute onerror", "an element that nobody may write"]);
      for (const notes of [noted, page.errors]) notes.length = 0;
    }
  });

  await t.test("in posts that come while the thread is open, and in those that were there", async () => {
    // Fewer than a page of a thread holds at a time.
    for (let from = 0; from < posts.length; from += 40) {
      const some = posts.slice(from, from + 40);
      const thread = await openThread(alva, arena, `Fientligt från ${from}`, "Vi undrar.");
      await Promise.all(readers.map(({ page }) => follow(page, thread)));
      const { csrf } = await hiddenFields(alva, thread, `${thread}/posts`);
      for (const [body] of some) await sendForm(alva, `${thread}/posts`, { csrf, commit: randomUUID(), body, "shown-as": "name" });
      for (const reader of readers) {
        const { page, under } = reader;
        await eventually("the posts", async () => {
          if (await button(page, /Visa/).count()) await button(page, /Visa/).first().click();
          return (await shown(page)).length === some.length;
        });
        await harmless(reader, `live, from ${from}`);
        const live = await shown(page);
        asWritten(live, some, `live, from ${from}, ${under}`);
        await page.reload();
        await liveText(page, /på/);
        await harmless(reader, `read in, from ${from}`);
        assert.deepEqual(await shown(page), live, "the same as it came");
      }
      // What replaces a post that is open; and what it was before.
      await Promise.all(readers.map(({ page }) => follow(page, thread)));
      for (const number of [2, 3]) await editElsewhere(alva, thread, number, `Ändrat: ${some.at(-number)[0]}`);
      for (const reader of readers) {
        await reader.page.locator("#post-3").getByRole("link", { name: "Ändrat" }).waitFor();
        await harmless(reader, `changed, from ${from}`);
        const history = await reader.page.locator("#post-3").getByRole("link", { name: "Ändrat" }).getAttribute("href");
        for (const path of [history, `${thread}?reply-to=4#reply`, `${thread}?reply-to=2#reply`]) {
          await reader.page.goto(path);
          await harmless(reader, path);
        }
      }
    }
  });

  await t.test("in names, titles and reasons, wherever they are shown", async () => {
    const commit = () => randomUUID();
    await alva.goto("/me");
    const own = await alva.locator('a[href^="/people/"]').first().getAttribute("href");
    const send = async (page, at, action, form) => sendForm(page, action, { ...(await hiddenFields(page, at, action)), ...form });
    await send(alva, "/me", "/me", { name: line(201), title: title(202) });
    const [thread, closed] = [await openThread(alva, arena, title(203), line(204)), await openThread(alva, arena, line(205), title(206))];
    await send(alva, `${closed}/closing`, `${closed}/closing`, { reason: `${title(207)}\n\n[ut](javascript:ran(208))` });
    const issued = await alva.context().request.post("/me/tokens", {
      form: { ...(await hiddenFields(alva, "/me", "/me/tokens")), commit: commit(), label: line(209), scopes: "read", days: "2" },
      headers: { origin: server.url },
    });
    assert.equal(issued.status(), 200);

    await send(kim, "/arenas/new", "/arenas/new", { commit: commit(), name: title(210), purpose: `${line(211)}\n\n[ut](javascript:ran(212)) ${title(213)}`, access: "open" });
    await kim.goto("/arenas");
    const hostile = await kim.getByRole("link", { name: title(210), exact: true }).getAttribute("href");
    await send(kim, "/agencies/new", "/agencies/new", { name: title(214), short_name: line(215).slice(0, 30), website: "https://example.org/'onmouseover='ran(216)", kind: "state", organisation_number: "" });
    await kim.goto(`/agencies?q=${encodeURIComponent("onload=ran(214)")}`);
    const agency = await kim.locator('main a[href^="/agencies/"]').filter({ hasText: "ran(214)" }).first().getAttribute("href");
    await readers[0].page.goto(hostile);
    await press(readers[0].page, button(readers[0].page, "Gå med i arenan"));

    const reading = {
      "/": [title(203), line(205)],
      "/arenas": [title(210)],
      [arena]: [title(203), line(205), line(201)],
      [`${arena}/members`]: [line(201), title(202)],
      [hostile]: [title(210), line(211), title(213)],
      [`${hostile}/threads/new`]: [title(210)],
      [thread]: [title(203), line(201), title(202), line(204)],
      [closed]: [line(205), title(207)],
      [`${closed}/closing`]: [line(205)],
      "/people": [line(201), title(202)],
      [own]: [line(201), title(202)],
      [agency]: [title(214), "'onmouseover='ran(216)"],
      [`/agencies?q=${encodeURIComponent(line(218))}`]: [],
      [`/people?agency=${encodeURIComponent(line(219))}`]: [],
      [`/sign-in?next=${encodeURIComponent("javascript:ran(220)//")}`]: [],
      [`/sign-in/link?session=${encodeURIComponent(line(221))}&secret=x&next=javascript:ran(222)`]: [],
      [`/threads/${encodeURIComponent(line(223))}`]: [],
      [`/${encodeURIComponent(title(224))}`]: [],
    };
    const running = {
      [`${arena}/members`]: [line(201)],
      [`${hostile}/edit`]: [title(210), line(211)],
      [`${agency}/edit`]: [title(214)],
      [`${agency}/end`]: [title(214)],
      [own]: [line(201), title(202)],
      "/people": [line(201)],
      "/people/invite": [title(214)],
      "/admin": [line(201)],
      [`/admin?q=${encodeURIComponent(line(225))}`]: [line(225)],
      [own.replace("/people", "/admin/people")]: [line(201), line(209), line(226)],
    };
    await send(kim, own.replace("/people", "/admin/people"), `${own.replace("/people", "/admin/people")}/suspension`, { reason: line(226), until: "" });
    for (const [lookers, pages] of [[readers, reading], [secretaries, running]]) {
      for (const [path, texts] of Object.entries(pages)) {
        for (const looker of lookers) {
          await looker.page.goto(path);
          await harmless(looker, path);
          const all = await looker.page.evaluate(() =>
            [document.title, document.body.textContent, ...[...document.querySelectorAll("input, textarea")].map(({ value }) => value)].join("\n"),
          );
          assert.deepEqual(texts.filter((text) => !all.includes(text)), [], `${path} shows it as it was written`);
        }
      }
    }
  });

  await t.test("in a form that comes back", async () => {
    // It is too long to be taken.
    const name = title(301).padEnd(130, "x");
    for (const looker of secretaries) {
      const { page } = looker;
      await page.goto("/arenas/new");
      await page.locator("[maxlength]").evaluateAll((fields) => fields.forEach((field) => field.removeAttribute("maxlength")));
      await page.getByLabel("Namn").fill(name);
      await page.locator("textarea").first().fill(`</textarea>${line(302)}`);
      await press(page, button(page, "Öppna arenan"));
      await harmless(looker, "the form");
      assert.equal(await page.getByLabel("Namn").inputValue(), name);
      assert.equal(await page.locator("textarea").first().inputValue(), `</textarea>${line(302)}`);
    }
  });

  await t.test("and what turns the direction of texts is not taken", async () => {
    const thread = await openThread(kim, await joinArena(kim), "Riktning", "Vi undrar.");
    const { csrf } = await hiddenFields(kim, thread, `${thread}/posts`);
    for (const body of refused) {
      const sent = sendForm(kim, `${thread}/posts`, { csrf, commit: randomUUID(), body, "shown-as": "name" });
      await assert.rejects(sent, /refused: 422/, JSON.stringify(body));
    }
  });
});
