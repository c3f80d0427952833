// With the keyboard alone: every step can be taken, and one always sees where one is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { demo, follow, joinArena, openThread, postElsewhere, shows, signInAs } from "./exchange.mjs";
import { dataDirectory, eventually, somebody, start, startChromium } from "./harness.mjs";

/** More presses of Tab than any page needs. */
const TABS_MAX = 250;

/** What has the focus, and whether one sees that it does. */
const focus = (page) =>
  page.evaluate(() => {
    const { activeElement: active } = document;
    const box = active.getBoundingClientRect();
    const seen = document.elementFromPoint(box.left + box.width / 2, Math.min(box.top + box.height / 2, innerHeight - 1));
    const outlined = (element, pseudo) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element, pseudo);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    };
    return {
      id: active.id,
      name: (active.labels?.[0] ?? active).textContent.trim().replace(/\s+/g, " "),
      isBody: active === document.body,
      isOutlined: outlined(active) || outlined(active, "::after"),
      isUncovered: active.contains(seen) || Boolean(seen?.contains(active)),
      isOnScreen: box.bottom > 0 && box.top < innerHeight,
    };
  });

/** Goes on with Tab until it stands on this, and looks at every stop. */
async function tabTo(page, name) {
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    await page.keyboard.press("Tab");
    const at = await focus(page);
    if (at.isBody) continue;
    assert.ok(at.isOutlined && at.isUncovered && at.isOnScreen, `one sees that the focus is here: ${JSON.stringify(at)}`);
    if (name instanceof RegExp ? name.test(at.name) : at.name === name) return;
  }
  assert.fail(`${name} can't be reached with Tab`);
}

/** Presses Enter on what leads to another page. */
async function enter(page) {
  const before = await page.evaluate(() => performance.timeOrigin);
  await page.keyboard.press("Enter");
  await page.waitForFunction((before) => performance.timeOrigin !== before && document.readyState === "complete", before);
}

test("with the keyboard alone", async (t) => {
  const server = await start(t, "demo", await dataDirectory(t));
  const browser = await startChromium(t);
  const [alva, birger] = await Promise.all([1, 2].map(() => somebody(t, browser, server.url)));
  await signInAs(birger, demo.birger);
  const arena = await joinArena(birger);
  const thread = await openThread(birger, arena, "Går det med tangentbordet?", "Vi undrar.");

  await t.test("one signs in, past the menu", async () => {
    await alva.goto("/sign-in");
    await tabTo(alva, "Hoppa till innehållet");
    await alva.keyboard.press("Enter");
    await eventually("the content", async () => (await focus(alva)).id === "main");
    await tabTo(alva, `Logga in som ${demo.alva}`);
    await enter(alva);
  });

  await t.test("one joins the arena and finds the thread", async () => {
    await tabTo(alva, "Arenor");
    await enter(alva);
    const name = await alva.locator(`main a[href="${arena}"]`).innerText();
    await tabTo(alva, name);
    await enter(alva);
    const join = alva.getByRole("button", { name: "Gå med i arenan" });
    if (await join.count()) {
      await tabTo(alva, "Gå med i arenan");
      await enter(alva);
    }
    await tabTo(alva, "Går det med tangentbordet?");
    await enter(alva);
    assert.equal(new URL(alva.url()).pathname, thread);
  });

  await t.test("one writes and sends, and the focus stays", async () => {
    await alva.locator("#live-text", { hasText: "Direktuppdatering på" }).waitFor();
    await tabTo(alva, "Ditt inlägg");
    await alva.keyboard.type("Ja, ");
    await postElsewhere(birger, thread, "Jag hann före.");
    await alva.locator("#post-2").waitFor();
    await alva.keyboard.type("det går.");
    await tabTo(alva, "Publicera");
    await alva.keyboard.press("Enter");
    await shows(alva, ["Vi undrar.", "Jag hann före.", "Ja, det går."]);
    await eventually("the focus back in the form", async () => (await focus(alva)).id === "field-body");
  });

  await t.test("a post that is changed while the focus is in it waits until the focus has left", async () => {
    await follow(alva, thread);
    await tabTo(alva, "Ta tillbaka inlägg 3");
    const other = await alva.context().newPage();
    await other.goto(`${thread}`);
    await other.getByRole("link", { name: "Ändra inlägg 3" }).click();
    await other.getByLabel("Ditt inlägg").fill("Ja, det går bra.");
    await other.getByRole("button", { name: "Spara" }).click();
    await other.locator("#post-3", { hasText: "Ja, det går bra." }).waitFor();
    // What comes after the edit is there, and the edit still waits.
    await postElsewhere(birger, thread, "Fint.");
    await alva.locator("#post-4").waitFor();
    assert.equal((await focus(alva)).name, "Ta tillbaka inlägg 3");
    assert.ok(await alva.locator("#post-3", { hasText: "Ja, det går." }).count());
    await tabTo(alva, "Svara på inlägg 4");
    await shows(alva, ["Vi undrar.", "Jag hann före.", "Ja, det går bra.", "Fint."]);
    assert.equal((await focus(alva)).name, "Svara på inlägg 4", "and it moves nothing then");
    await other.close();
  });

  assert.deepEqual(alva.errors, []);
});
