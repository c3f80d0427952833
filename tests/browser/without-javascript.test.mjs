// Everything but liveness works without the script.

import assert from "node:assert/strict";
import { test } from "node:test";
import { button, demo, draft, joinArena, openThread, posts, press, signInAs } from "./exchange.mjs";
import { dataDirectory, somebody, start, startChromium } from "./harness.mjs";

test("without the script one signs in, joins, asks, answers, edits, withdraws and closes", async (t) => {
  const server = await start(t, "demo", await dataDirectory(t));
  const browser = await startChromium(t);
  const [alva, birger] = await Promise.all(
    [1, 2].map(() => somebody(t, browser, server.url, { javaScriptEnabled: false })),
  );
  await signInAs(alva, demo.alva);
  await signInAs(birger, demo.birger);
  const arena = await joinArena(alva);
  await joinArena(birger);
  const thread = await openThread(alva, arena, "Utan skript", "Går det utan skript?");
  assert.equal(await alva.locator("#live-bar").isVisible(), false, "nothing is promised that needs the script");

  await birger.goto(thread);
  await press(birger, birger.getByRole("link", { name: "Svara på inlägg 1" }));
  await birger.getByText("Du svarar på inlägg 1").waitFor();
  await draft(birger).fill("Ja, **allt** går.");
  await press(birger, button(birger, "Publicera"));
  assert.match(birger.url(), /#post-2$/, "one comes to what one has written");
  await birger.locator("#post-2").getByRole("link", { name: "Svar till inlägg 1" }).waitFor();
  assert.equal(await birger.locator("#post-2 strong").innerText(), "allt");

  await press(birger, birger.getByRole("link", { name: "Ändra inlägg 2" }));
  await draft(birger).fill("Ja, nästan allt går.");
  await press(birger, button(birger, "Spara"));
  assert.deepEqual(await posts(birger), ["Går det utan skript?", "Ja, nästan allt går."]);
  await press(birger, birger.locator("#post-2").getByRole("link", { name: "Ändrat" }));
  await birger.getByText("Ja, allt går.").waitFor();
  await press(birger, birger.getByRole("link", { name: "Tillbaka till inlägget" }));

  await t.test("an empty post is refused beside its field, with a summary that leads there", async () => {
    await alva.goto(thread);
    // The browser itself lets nothing empty through; somebody's other browser may.
    const form = { ...(await hiddenFields(alva)), body: " ", "shown-as": "name" };
    const answer = await alva.context().request.post(`${thread}/posts`, { form, headers: { origin: server.url } });
    assert.equal(answer.status(), 422);
    const html = await answer.text();
    assert.match(html, /<a href="#field-body">Skriv något här\./);
    assert.match(html, /id="error-body"/);
  });

  await t.test("the same form sent twice posts once", async () => {
    await alva.goto(thread);
    const form = { ...(await hiddenFields(alva)), body: "En gång.", "shown-as": "name" };
    const send = () => alva.context().request.post(`${thread}/posts`, { form, headers: { origin: server.url }, maxRedirects: 0 });
    const answers = await Promise.all([send(), send(), send()]);
    const [first] = answers.map((answer) => answer.headers().location);
    assert.match(first, /#post-3$/);
    assert.deepEqual(answers.map((answer) => [answer.status(), answer.headers().location]), Array(3).fill([303, first]));
    await alva.goto(thread);
    assert.deepEqual(await posts(alva), ["Går det utan skript?", "Ja, nästan allt går.", "En gång."]);
  });

  await press(birger, birger.getByRole("link", { name: "Ta tillbaka inlägg 2" }));
  await birger.getByText("Ja, nästan allt går.").waitFor();
  await press(birger, button(birger, "Ta tillbaka"));
  assert.equal((await posts(birger))[1], "Den som skrev inlägget har tagit tillbaka det.");

  await alva.goto(thread);
  await press(alva, alva.getByRole("link", { name: "Stäng tråden" }));
  await alva.getByLabel("Skäl").fill("Vi har fått svar.");
  await press(alva, button(alva, "Stäng tråden"));
  await alva.getByText("Vi har fått svar.").waitFor();
  await draft(birger).fill("En sak till.");
  await press(birger, button(birger, "Publicera"));
  await birger.getByText("Tråden stängdes medan du skrev").first().waitFor();
  assert.equal(await draft(birger).inputValue(), "En sak till.", "what was written is still there");
  await press(birger, birger.getByRole("button", { name: "Logga ut" }));
  await birger.goto(thread);
  assert.match(birger.url(), /\/sign-in\?next=/);
});

async function hiddenFields(page) {
  const fields = page.locator("#reply-form input[type=hidden]");
  return Object.fromEntries(await fields.evaluateAll((inputs) => inputs.map(({ name, value }) => [name, value])));
}
