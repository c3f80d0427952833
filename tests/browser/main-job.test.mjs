// What Erfa is for, from the first start on: two people of two agencies talk live in one thread, and nothing is lost.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { button, follow, liveText, posts, press, shows, writePost } from "./exchange.mjs";
import { dataDirectory, erfa, eventually, newestMail, somebody, start, startChromium } from "./harness.mjs";

/** The agencies on file beside the workspace; where there is no such file, those that the journey needs. */
async function agenciesFile(data) {
  const real = new URL("../../../shared/real-input/agencies.csv", import.meta.url).pathname;
  if (existsSync(real)) return real;
  const rows = ["name,short_name,website,former_or_other_names", "Kronofogdemyndigheten,KFM,,", "Skatteverket,SKV,,Riksskatteverket", ""];
  await writeFile(join(data, "agencies.csv"), rows.join("\n"));
  return join(data, "agencies.csv");
}

/** Says who one is, the first time. */
async function introduce(page, name, title) {
  await page.getByLabel("Namn").fill(name);
  await page.getByLabel("Vad du arbetar med").fill(title);
  await press(page, button(page, "Gå med"));
}

async function invite(page, address, agency) {
  await page.goto("/people/invite");
  await page.getByLabel("E-postadress").fill(address);
  await page.getByLabel("Myndighet").selectOption({ label: agency });
  await page.getByLabel("Deltagare").check();
  await press(page, button(page, "Bjud in"));
}

/** Asks for a link and opens it from the mail, in the same browser. */
async function signInByMail(page, data, address) {
  await page.goto("/sign-in");
  await page.getByLabel("E-postadress").fill(address);
  await press(page, button(page, "Skicka länken"));
  const mail = await eventually(`the mail to ${address}`, () => newestMail(data, address));
  await page.goto(/https?:\/\/\S+\/sign-in\/link\S*/.exec(mail)[0]);
  await press(page, button(page, "Logga in"));
}

test("two people of two agencies talk live in one thread, and nothing is lost", async (t) => {
  const data = await dataDirectory(t);
  const server = await start(t, "serve", data);
  const browser = await startChromium(t);
  const [secretary, alva, birger] = await Promise.all([1, 2, 3].map(() => somebody(t, browser, server.url)));

  await secretary.goto(server.signInLink);
  await press(secretary, button(secretary, "Logga in"));
  await introduce(secretary, "Kim Kanslisson", "samordnare");

  erfa("import", "agencies", await agenciesFile(data), "--data", data);
  await secretary.goto("/agencies");
  await secretary.getByLabel("Sök på namn").fill("kronofogde");
  await press(secretary, button(secretary, "Sök"));
  await secretary.getByRole("link", { name: "Kronofogdemyndigheten" }).waitFor();

  await secretary.goto("/arenas/new");
  await secretary.getByLabel("Namn").fill("Från process till leverans");
  await secretary.getByLabel("Syfte").fill("Hur vi kortar vägen från behov till något som används.");
  await secretary.getByLabel("Arbetssätt").check();
  await secretary.getByLabel("Öppen", { exact: true }).check();
  await press(secretary, button(secretary, "Öppna arenan"));
  const arena = new URL(secretary.url()).pathname;
  assert.match(arena, /^\/arenas\/[0-9a-f-]{36}$/);

  await invite(secretary, "alva@myndighet.example", "Skatteverket");
  await invite(secretary, "birger@myndighet.example", "Kronofogdemyndigheten");

  await signInByMail(alva, data, "alva@myndighet.example");
  await introduce(alva, "Alva Exempelberg", "utvecklingsledare");
  await signInByMail(birger, data, "birger@myndighet.example");
  await introduce(birger, "Birger Exempelström", "jurist");
  for (const page of [alva, birger]) {
    await page.goto("/arenas");
    await press(page, page.getByRole("link", { name: "Från process till leverans" }));
    await press(page, button(page, "Gå med i arenan"));
    assert.equal(new URL(page.url()).pathname, arena);
  }

  await press(alva, alva.getByRole("link", { name: "Öppna en tråd" }));
  await alva.getByLabel("Fråga", { exact: true }).check();
  await alva.getByLabel("Rubrik").fill("Hur kortar ni tiden till första leverans?");
  await alva.getByLabel("Första inlägget").fill("Hos oss tar det nio månader.");
  await press(alva, button(alva, "Publicera och öppna tråden"));
  const thread = new URL(alva.url()).pathname;
  await birger.getByRole("link", { name: "Hur kortar ni tiden till första leverans?" }).waitFor();
  await Promise.all([follow(alva, thread), follow(birger, thread)]);
  const loaded = await Promise.all([alva, birger].map((page) => page.evaluate(() => performance.timeOrigin)));

  await writePost(birger, "Mät väntan först.");
  await shows(alva, ["Hos oss tar det nio månader.", "Mät väntan först."]);
  const sent = performance.now();
  await writePost(alva, "Tack! Hur?");
  const said = ["Hos oss tar det nio månader.", "Mät väntan först.", "Tack! Hur?"];
  await shows(birger, said);
  t.diagnostic(`a post was with the other ${Math.round(performance.now() - sent)} ms after it was written`);

  await server.kill();
  await Promise.all([liveText(alva, /Återansluter/), liveText(birger, /Återansluter/)]);
  const again = await start(t, "serve", data, { listen: new URL(server.url).host });
  assert.deepEqual([again.url, again.signInLink], [server.url, null], "the same place, and no second first link");
  await Promise.all([liveText(alva, /Direktuppdatering på/), liveText(birger, /Direktuppdatering på/)]);

  await writePost(birger, "Rita upp ett ärende på väggen.");
  said.push("Rita upp ett ärende på väggen.");
  await Promise.all([shows(alva, said), shows(birger, said)]);
  await writePost(alva, "Det gör vi i dag.");
  said.push("Det gör vi i dag.");
  await Promise.all([shows(alva, said), shows(birger, said)]);
  const now = await Promise.all([alva, birger].map((page) => page.evaluate(() => performance.timeOrigin)));
  assert.deepEqual(now, loaded, "both pages went on by themselves");

  await secretary.goto(thread);
  assert.deepEqual(await posts(secretary), said, "nothing is missing for one who reads it afterwards");
  for (const page of [secretary, alva, birger]) assert.deepEqual(page.errors, []);
});
