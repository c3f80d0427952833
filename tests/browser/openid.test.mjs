// Signing in with a real OpenID provider: the account is linked from one's page, and from then on a button is enough.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { button, press } from "./exchange.mjs";
import { afterwards, dataDirectory, somebody, start, startChromium } from "./harness.mjs";
import { overflow, untranslated, violations } from "./site.mjs";

/** A provider on this machine, and what tells it what to do. */
async function startProvider(t) {
  const cwd = new URL("../oidc", import.meta.url).pathname;
  const child = spawn("node", ["provider.mjs", "{}"], { cwd, stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit");
  afterwards(t, async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const { issuer } = JSON.parse(line);
  const tell = (what) => fetch(`${issuer}/told`, { method: "POST", body: JSON.stringify(what) });
  return { issuer, tell };
}

async function checked(page, what) {
  assert.deepEqual(await violations(page), [], what);
  assert.deepEqual(await overflow(page), [], what);
  assert.deepEqual(await untranslated(page), [], what);
}

test("somebody links their account and signs in with it", async (t) => {
  const [provider, data] = [await startProvider(t), await dataDirectory(t)];
  const config = join(data, "erfa.toml");
  await writeFile(join(data, "secret"), "a secret that is long enough for anybody");
  await writeFile(config, `[openid.agency]
issuer = "${provider.issuer}"
client_id = "erfa"
client_auth = "client_secret_basic"
secret_file = "${join(data, "secret")}"
name_sv = "Logga in med Verket"
name_en = "Sign in with Verket"
`);
  const server = await start(t, "serve", data, { settings: ["--config", config] });
  await provider.tell({ redirect: `${server.url}/sign-in/openid/agency/answer` });
  const page = await somebody(t, await startChromium(t), server.url);

  // Nobody is known by the account yet.
  await page.goto("/sign-in");
  await checked(page, "the page to sign in");
  await button(page, "Logga in med Verket").click();
  await page.getByRole("heading", { name: "Du är inte känd här" }).waitFor();
  await checked(page, "the page for who is not known");

  await page.goto(server.signInLink);
  await press(page, button(page, "Logga in"));
  await page.getByLabel("Namn").fill("Kim Kanslisson");
  await page.getByLabel("Vad du arbetar med").fill("samordnare");
  await press(page, button(page, "Gå med"));
  await page.goto("/me");
  await button(page, "Koppla: Logga in med Verket").click();
  await page.waitForURL("**/me#identities");
  const accounts = page.getByRole("region", { name: "Konton i inloggningstjänster" });
  await accounts.getByText("ada").first().waitFor();
  await checked(page, "one's own page");

  await press(page, page.getByRole("button", { name: "Logga ut" }));
  await page.goto("/sign-in?next=/me");
  await button(page, "Logga in med Verket").click();
  await page.waitForURL("**/me");
  await page.getByText("Kim Kanslisson").first().waitFor();
  await page.getByRole("region", { name: "Här är du inloggad" }).getByText("Den här webbläsaren").waitFor();
  if (process.env.ERFA_SHOTS) await page.screenshot({ path: join(process.env.ERFA_SHOTS, "openid-me.png"), fullPage: true });
  assert.deepEqual(page.errors, []);
});
