// Every kind of page that there is, and what must hold on each.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { button, demo, draft, joinArena, liveText, openThread, press, signInAs, writePost } from "./exchange.mjs";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Fills what a page may show, and gives each kind of page by its name, for those who see it. */
export async function map(secretary, reader, invited) {
  await signInAs(reader, demo.alva);
  const arena = await joinArena(reader);
  const thread = await openThread(reader, arena, "Vad visar en sida?", "Text med **vikt**, `kod`, [en länk](https://example.org/) och\n\n- en\n- lista\n\n> ett citat");
  await press(reader, reader.getByRole("link", { name: "Svara på inlägg 1" }));
  await liveText(reader, /Direktuppdatering på/);
  await writePost(reader, "Ett svar.");
  await press(reader, reader.getByRole("link", { name: "Ändra inlägg 2" }));
  await draft(reader).fill("Ett annat svar.");
  await press(reader, button(reader, "Spara"));
  const href = (name) => reader.getByRole("link", { name }).first().getAttribute("href");
  const [edit, withdraw] = [await href("Ändra inlägg 2"), await href("Ta tillbaka inlägg 2")];
  const closed = await openThread(reader, arena, "En stängd tråd", "Den här är klar.");
  await reader.goto(`${closed}/closing`);
  await reader.getByLabel("Skäl").fill("Vi har fått svar.");
  await press(reader, button(reader, "Stäng tråden"));
  await reader.goto("/agencies");
  const agency = await reader.locator("main .names a").first().getAttribute("href");
  await reader.goto("/people");
  const person = await reader.locator("main .rows a").first().getAttribute("href");

  await signInAs(secretary, demo.kim);
  await secretary.goto("/people/invite");
  await secretary.getByLabel("E-postadress").fill("ny@myndighet.example");
  await secretary.getByLabel("Deltagare").check();
  await press(secretary, button(secretary, "Bjud in"));

  return [
    [invited, { welcome: "/", "sign-in": "/sign-in", sent: "/sign-in/sent", "link-refused": "/sign-in/link?session=x&secret=y", "missing-signed-out": "/x" }],
    [reader, {
      start: "/", arenas: "/arenas", arena, members: `${arena}/members`, "new-thread": `${arena}/threads/new`, thread,
      reply: `${thread}?reply-to=1`, closed, edit, withdraw, history: edit.replace(/edit$/, "history"), closing: `${thread}/closing`,
      agencies: "/agencies", "agencies-none": "/agencies?q=zzzz", agency, people: "/people", person, me: "/me",
      accessibility: "/accessibility", "personal-data": "/personal-data", "public-records": "/public-records",
      missing: "/threads/00000000-0000-0000-0000-000000000000",
    }],
    [secretary, {
      "new-arena": "/arenas/new", "edit-arena": `${arena}/edit`, "manage-members": `${arena}/members`, invite: "/people/invite",
      "manage-people": "/people", "manage-person": person,
    }],
  ];
}

/** What axe-core finds wrong with the page, as lines; empty if nothing. */
export async function violations(page) {
  await page.evaluate(await readFile(axe, "utf8"));
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary}`));
}

/** What sticks out of the window to the side; empty if nothing does. */
export function overflow(page) {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const out = [...document.querySelectorAll("main *, header *, footer *")].filter((e) => e.getBoundingClientRect().right > clientWidth + 1);
    return [`${scrollWidth} px in a window of ${clientWidth}`, ...out.slice(0, 3).map((e) => e.outerHTML.slice(0, 120))];
  });
}

/** Texts that no catalogue has, shown as ⟦their name⟧, and those where a value was not filled in. */
export function untranslated(page) {
  return page.evaluate(() => {
    const values = [...document.querySelectorAll("body *")].flatMap((element) => [...element.attributes].map(({ value }) => value));
    const texts = [document.title, ...document.body.innerText.split("\n"), ...values];
    return texts.filter((text) => /[⟦⟧]|\{ ?\$|\{\{|\bundefined\b|\[object /.test(text));
  });
}
