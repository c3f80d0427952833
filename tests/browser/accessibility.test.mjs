// Every kind of page, in both languages, wide and narrow, light and dark, with large text: nothing in anyone's way.

import assert from "node:assert/strict";
import { test } from "node:test";
import { dataDirectory, somebody, start, startChromium } from "./harness.mjs";
import { map, overflow, untranslated, violations } from "./site.mjs";

/** Pages that say that there is nothing there. */
const missing = new Set(["missing", "missing-signed-out", "link-refused"]);

test("every page", async (t) => {
  const server = await start(t, "demo", await dataDirectory(t));
  const browser = await startChromium(t);
  const [secretary, reader, nobody] = await Promise.all(
    // Without transitions, a change of the colours is there at once.
    [1, 2, 3].map(() => somebody(t, browser, server.url, { reducedMotion: "reduce" })),
  );
  const site = await map(secretary, reader, nobody);

  for (const lang of ["sv", "en"]) {
    for (const [page] of site) await page.context().addCookies([{ name: "erfa-lang", value: lang, url: server.url }]);
    await t.test(`in ${lang}`, async (t) => {
      // The three browsers go through their pages at the same time.
      const wrong = await Promise.all(site.map(([page, places]) => inspectAll(page, places, lang)));
      assert.equal(wrong.flat().join("\n"), "");
    });
  }
});

async function inspectAll(page, places, lang) {
  const wrong = [];
  for (const [name, path] of Object.entries(places)) {
    const found = await inspect(page, name, path, lang);
    wrong.push(...found.map((what) => `${name} in ${lang}, ${what}`));
  }
  return [...wrong, ...page.errors.splice(0)];
}

async function inspect(page, name, path, lang) {
  const wrong = [];
  const look = async (width, colorScheme) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    const found = [...(await overflow(page)), ...(await violations(page))];
    wrong.push(...found.map((what) => `${width} px, ${colorScheme}: ${what}`));
    // For people who want to look too: a directory for pictures.
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${name}-${lang}-${width}-${colorScheme}.png`, fullPage: true });
  };
  await page.setViewportSize({ width: 1280, height: 900 });
  const answer = await page.goto(path);
  const expected = missing.has(name) ? 404 : 200;
  if (answer.status() !== expected) wrong.push(`answered ${answer.status()}`);
  const shown = await page.evaluate(() => [document.documentElement.lang, document.querySelectorAll("h1").length]);
  assert.deepEqual(shown, [lang, 1], `${name}: its language, and one h1`);
  wrong.push(...(await untranslated(page)).map((text) => `untranslated: ${text}`));
  await look(1280, "light");
  await look(320, "dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  wrong.push(...(await overflow(page)).map((what) => `200 % text: ${what}`));
  return wrong;
}
