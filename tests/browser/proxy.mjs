// The network between a browser and the program: it can be cut and mended, and it can lose answers.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { demo, joinArena, signInAs } from "./exchange.mjs";
import { afterwards, dataDirectory, ratesRaised, somebody, start, startChromium } from "./harness.mjs";

/** A proxy whose `address` is where the browser connects. */
async function startProxy(t, target) {
  const pairs = new Set();
  let [isCut, losesAnswers] = [false, false];
  const server = createServer((near) => {
    near.on("error", () => {});
    if (isCut) return near.resetAndDestroy();
    const far = connect({ host: target.split(":")[0], port: Number(target.split(":")[1]) });
    const pair = [near, far];
    pairs.add(pair);
    const end = () => {
      pair.forEach((socket) => socket.destroy());
      pairs.delete(pair);
    };
    far.on("error", end).on("close", end);
    near.on("error", end).on("close", end);
    near.pipe(far);
    far.on("data", (bytes) => (losesAnswers ? end() : near.write(bytes)));
  });
  const drop = () => pairs.forEach(([near]) => near.resetAndDestroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterwards(t, () => {
    drop();
    server.close();
  });
  return {
    address: `127.0.0.1:${server.address().port}`,
    cut: () => ((isCut = true), drop()),
    mend: () => ([isCut, losesAnswers] = [false, false]),
    loseAnswers: () => (losesAnswers = true),
  };
}

/** A demo and two who have joined an arena of it: Alva, whose browser gets there through a network that fails, and Birger. */
export async function twoOverNetworks(t) {
  const server = await start(t, "demo", await dataDirectory(t), { settings: ratesRaised });
  const { host } = new URL(server.url);
  const network = await startProxy(t, host);
  const browsers = await Promise.all([startChromium(t, { [host]: network.address }), startChromium(t)]);
  const [alva, birger] = await Promise.all(browsers.map((browser) => somebody(t, browser, server.url)));
  await Promise.all([signInAs(alva, demo.alva), signInAs(birger, demo.birger)]);
  const [arena] = await Promise.all([joinArena(alva), joinArena(birger)]);
  return { network, alva, birger, arena };
}
