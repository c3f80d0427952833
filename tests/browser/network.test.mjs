// The network goes and comes back: everything that was written meanwhile arrives, once and in order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { button, draft, follow, liveText, openThread, posts, shows, writePost } from "./exchange.mjs";
import { eventually } from "./harness.mjs";
import { twoOverNetworks } from "./proxy.mjs";

test("a network that goes and comes back", async (t) => {
  const { network, alva, birger, arena } = await twoOverNetworks(t);
  const both = async (title) => {
    const thread = await openThread(alva, arena, title, "Vi undrar.");
    await Promise.all([follow(alva, thread), follow(birger, thread)]);
  };

  await t.test("what was posted meanwhile arrives once, in order", async () => {
    await both("Bortkopplad");
    const loaded = await alva.evaluate(() => performance.timeOrigin);
    network.cut();
    await liveText(alva, /Återansluter/);
    await draft(alva).fill("Skrivet utan nät");
    const said = ["Ett.", "Två."];
    for (const one of said) await writePost(birger, one);
    assert.deepEqual(await posts(alva), ["Vi undrar."]);
    network.mend();
    await liveText(alva, /Direktuppdatering på/);
    await shows(alva, ["Vi undrar.", ...said]);
    assert.equal(await draft(alva).inputValue(), "Skrivet utan nät");
    assert.equal(await alva.evaluate(() => performance.timeOrigin), loaded, "the page was not read in again");
    await writePost(birger, "Tre.");
    await shows(alva, ["Vi undrar.", ...said, "Tre."]);
  });

  await t.test("a post that can't be sent stays in its field, and goes out once", async () => {
    await both("Inte skickat");
    network.cut();
    await draft(alva).fill("Kommer det här fram?");
    await button(alva, "Publicera").click();
    await alva.locator("#reply-form .form-problem", { hasText: "gick inte att nå servern" }).waitFor();
    assert.equal(await draft(alva).inputValue(), "Kommer det här fram?");
    network.mend();
    await liveText(alva, /Direktuppdatering på/);
    await button(alva, "Publicera").click();
    await Promise.all([alva, birger].map((page) => shows(page, ["Vi undrar.", "Kommer det här fram?"])));
    assert.equal(await draft(alva).inputValue(), "");
  });

  await t.test("a post whose answer was lost is not posted again when it is sent again", async () => {
    await both("Svaret försvann");
    network.loseAnswers();
    await draft(alva).fill("En gång räcker.");
    await button(alva, "Publicera").click();
    await shows(birger, ["Vi undrar.", "En gång räcker."]);
    await alva.locator("#reply-form .form-problem", { hasText: "gick inte att nå servern" }).waitFor();
    network.mend();
    await liveText(alva, /Direktuppdatering på/);
    await shows(alva, ["Vi undrar.", "En gång räcker."]);
    await button(alva, "Publicera").click();
    await eventually("an empty field", async () => (await draft(alva).inputValue()) === "");
    await writePost(birger, "Så är det.");
    await Promise.all([alva, birger].map((page) => shows(page, ["Vi undrar.", "En gång räcker.", "Så är det."])));
  });

  assert.deepEqual([...alva.errors, ...birger.errors], []);
});
