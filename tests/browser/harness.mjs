// What the journeys stand on: the real program as a child process, and people with a browser each.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const program = process.env.ERFA_BIN ?? new URL("../../target/debug/erfa", import.meta.url).pathname;

const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ERFA_")));

/** Undone after the test, the latest first: a program ends before its data go. */
const undone = new WeakMap();
export function afterwards(t, undo) {
  if (!undone.has(t)) {
    undone.set(t, []);
    t.after(async () => {
      for (const undo of undone.get(t).reverse()) await undo();
    });
  }
  undone.get(t).push(undo);
}

/** A directory that is gone after the test. */
export async function dataDirectory(t) {
  const data = await mkdtemp(join(tmpdir(), "erfa-browser-"));
  afterwards(t, () => rm(data, { recursive: true, force: true }));
  return data;
}

/** Runs a command of the program to its end, and gives what it printed. */
export function erfa(...args) {
  const ended = spawnSync(program, args, { env: environment, encoding: "utf8" });
  if (ended.status !== 0) throw new Error(`erfa ${args.join(" ")} failed: ${ended.stderr}`);
  return ended.stdout.trim();
}

/** Settings for one person who does in seconds what many people do. */
export const ratesRaised = ["--set", "rates.person_writes=100000000", "--set", "rates.person_reads=100000000"];

/** Starts the program, and gives where it listens once it does. */
export async function start(t, command, data, { listen = "127.0.0.1:0", settings = [] } = {}) {
  const args = [command, "--data", data, "--listen", listen, "--metrics-listen", "127.0.0.1:0", "--json", ...settings];
  const child = spawn(program, args, { env: environment, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  afterwards(t, async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    ended.then(([code]) => Promise.reject(new Error(`erfa ${command} ended with ${code} before it was ready`))),
  ]);
  const { url, signInLink } = JSON.parse(line);
  const end = async (signal) => {
    child.kill(signal);
    await ended;
  };
  return { url, signInLink, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
}

/** Chromium, as root in a closed network; `ways` says where hosts are in truth. */
export async function startChromium(t, ways = {}) {
  const rules = Object.entries(ways).map(([host, address]) => `MAP ${host} ${address}`);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...(rules.length ? [`--host-resolver-rules=${rules.join(",")}`] : []),
    ],
  });
  afterwards(t, () => browser.close());
  return browser;
}

/** Somebody with a browser of their own. */
export async function somebody(t, browser, url, options = {}) {
  const context = await browser.newContext({
    baseURL: url,
    locale: "sv-SE",
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  afterwards(t, () => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/WebSocket|Failed to load resource|ERR_INTERNET|ERR_CONNECTION/.test(message.text())) {
      errors.push(message.text());
    }
  });
  return Object.assign(page, { errors });
}

/** The text of the newest mail to an address, if there is one. */
export async function newestMail(data, address) {
  const outbox = join(data, "outbox");
  const names = (await readdir(outbox)).filter((name) => name.endsWith(".eml")).sort().reverse();
  for (const name of names) {
    const mail = await readFile(join(outbox, name), "utf8");
    if (mail.includes(address) && mail.includes("/sign-in/link")) return /^Content-Transfer-Encoding: quoted-printable/im.test(mail) ? decodeQuotedPrintable(mail) : mail;
  }
  return undefined;
}

function decodeQuotedPrintable(text) {
  const bytes = text.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** What comes of a look, as soon as something does. */
export async function eventually(what, look, limitMs = 10_000) {
  for (const end = performance.now() + limitMs; performance.now() < end; ) {
    const found = await look();
    if (found) return found;
    await new Promise(setImmediate);
  }
  throw new Error(`${what}: not within ${limitMs} ms`);
}
