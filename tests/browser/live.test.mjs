// A thread while others write in it: nothing that one reads or writes is disturbed, and nothing passes one by.

import assert from "node:assert/strict";
import { test } from "node:test";
import { button, demo, draft, follow, joinArena, liveText, openThread, postElsewhere, posts, press, shows, signInAs, writePost } from "./exchange.mjs";
import { dataDirectory, eventually, somebody, start, startChromium } from "./harness.mjs";

const long = (n) => `Inlägg nummer ${n}.\n\n${"Så här gjorde vi, i korthet och utan omvägar. ".repeat(12)}`;
const text = (n) => long(n).trim();

test("a thread while others write in it", async (t) => {
  const server = await start(t, "demo", await dataDirectory(t));
  const browser = await startChromium(t);
  const [alva, birger] = await Promise.all([somebody(t, browser, server.url), somebody(t, browser, server.url)]);
  await Promise.all([signInAs(alva, demo.alva), signInAs(birger, demo.birger)]);
  const [arena] = await Promise.all([joinArena(alva), joinArena(birger)]);
  const both = async (title) => {
    const thread = await openThread(alva, arena, title, "Vi undrar.");
    await Promise.all([follow(alva, thread), follow(birger, thread)]);
    return thread;
  };

  await t.test("leaves what is being written, the focus and the scroll as they are", async () => {
    const thread = await both("Ostört");
    for (const n of [1, 2, 3]) await postElsewhere(birger, thread, long(n));
    await eventually("the posts", async () => (await posts(alva)).length === 4 || (await button(alva, /Visa/).count()));
    await alva.reload();
    await liveText(alva, /på/);
    await draft(alva).fill("Det här håller jag på att skriva");
    await draft(alva).press("ArrowLeft");
    const look = () =>
      alva.evaluate(() => {
        const { activeElement: area } = document;
        return [area.id, area.value, area.selectionStart, Math.round(area.getBoundingClientRect().top)];
      });
    const before = await look();
    await postElsewhere(birger, thread, long(4));
    await alva.locator("#post-5").waitFor();
    assert.deepEqual(await look(), before, "above the field a post came");

    // And for one who reads: the line before their eyes stays where it is.
    await alva.evaluate(() => {
      document.activeElement.blur();
      document.getElementById("post-3").scrollIntoView({ block: "start" });
    });
    const place = () => alva.evaluate(() => Math.round(document.getElementById("post-3").getBoundingClientRect().top));
    const read = await place();
    await postElsewhere(birger, thread, long(5));
    await alva.locator("#post-6").waitFor();
    assert.equal(await place(), read);
  });

  await t.test("shows an edit and a withdrawal where the post is", async () => {
    await both("Ändrat");
    await writePost(birger, "Först så.");
    await shows(alva, ["Vi undrar.", "Först så."]);
    const back = await birger.context().newPage();
    await back.goto(birger.url());
    await press(back, back.getByRole("link", { name: "Ändra inlägg 2" }));
    await draft(back).fill("Sedan så.");
    await press(back, button(back, "Spara"));
    await shows(alva, ["Vi undrar.", "Sedan så."]);
    await alva.locator("#post-2").getByRole("link", { name: "Ändrat" }).waitFor();
    await press(back, back.getByRole("link", { name: "Ta tillbaka inlägg 2" }));
    await press(back, button(back, "Ta tillbaka"));
    await shows(alva, ["Vi undrar.", "Den som skrev inlägget har tagit tillbaka det."]);
    await back.close();
  });

  await t.test("says who is here and who is writing", async () => {
    await both("Närvaro");
    await alva.locator("#live-here", { hasText: "2 personer här nu" }).waitFor();
    await draft(birger).pressSequentially("Vi h");
    await alva.locator("#live-typing", { hasText: "Någon skriver" }).waitFor();
    assert.equal(await birger.locator("#live-typing").innerText(), "", "one is not told of oneself");
    await birger.goto("/me");
    await alva.locator("#live-here", { hasText: "1 person här nu" }).waitFor();
  });

  await t.test("waits while it is paused, and catches up", async () => {
    const thread = await both("Paus");
    await alva.getByRole("button", { name: "Pausa" }).click();
    await liveText(alva, /pausad/);
    await postElsewhere(birger, thread, "Ett.");
    await postElsewhere(birger, thread, "Två.");
    await button(alva, "Visa 2 nya inlägg").waitFor();
    assert.deepEqual(await posts(alva), ["Vi undrar."]);
    await alva.getByRole("button", { name: "Fortsätt" }).click();
    await shows(alva, ["Vi undrar.", "Ett.", "Två."]);
    await liveText(alva, /Direktuppdatering på/);
  });

  await t.test("announces a burst, and shows it when asked to", async () => {
    const thread = await both("Många");
    const said = ["A", "B", "C", "D", "E", "F", "G", "H"];
    for (const one of said) await postElsewhere(birger, thread, one);
    const shown = await eventually("a collected post", async () => {
      const n = Number(/^Visa (\d+) (?:nytt|nya) inlägg$/.exec(await alva.locator("#live-new").innerText())?.[1] ?? 0);
      const shown = (await posts(alva)).length;
      return n && n + shown === 9 ? shown : 0;
    });
    await alva.locator("#live-new").getByRole("button").click();
    await shows(alva, ["Vi undrar.", ...said]);
    const focused = await alva.evaluate(() => document.activeElement.closest("li")?.id);
    assert.equal(focused, `post-${shown + 1}`, "the reader goes on at the first of them");
  });

  await t.test("refuses a post to a thread that was closed, and keeps the text", async () => {
    const thread = await both("Stängd");
    await draft(birger).fill("Det här hann jag inte skicka.");
    await alva.goto(`${thread}/closing`);
    await alva.getByLabel("Skäl").fill("Vi har fått svar.");
    await press(alva, button(alva, "Stäng tråden"));
    await birger.locator("#thread-state", { hasText: "Vi har fått svar." }).waitFor();
    await button(birger, "Publicera").click();
    await birger.locator("#reply-form .form-problem", { hasText: "Tråden stängdes medan du skrev" }).waitFor();
    assert.equal(await draft(birger).inputValue(), "Det här hann jag inte skicka.");
    await alva.goto(thread);
    assert.deepEqual(await posts(alva), ["Vi undrar."]);
  });

  await t.test("keeps a draft over a reload, until it is sent", async () => {
    await both("Utkast");
    await draft(birger).fill("Halvfärdigt");
    await birger.reload();
    assert.equal(await draft(birger).inputValue(), "Halvfärdigt");
    await liveText(birger, /på/);
    await writePost(birger, "Helt färdigt");
    await birger.reload();
    assert.equal(await draft(birger).inputValue(), "");
  });

  await t.test("tells a page whose session was ended elsewhere, and keeps what was written", async () => {
    const thread = await both("Utloggad");
    await draft(birger).fill("Mitt i en mening");
    const elsewhere = await birger.context().newPage();
    await elsewhere.goto("/me");
    await press(elsewhere, elsewhere.getByRole("button", { name: "Logga ut" }));
    await liveText(birger, /inte längre inloggad/);
    assert.equal(await draft(birger).inputValue(), "Mitt i en mening");
    await button(birger, "Publicera").click();
    await birger.locator("#reply-form .form-problem", { hasText: "inte längre inloggad" }).waitFor();
    assert.equal(await draft(birger).inputValue(), "Mitt i en mening");
    const link = birger.locator("#live-text").getByRole("link", { name: "Logga in igen" });
    assert.equal(await link.getAttribute("href"), `/sign-in?next=${encodeURIComponent(thread)}`);
  });

  assert.deepEqual([...alva.errors, ...birger.errors], []);
});
