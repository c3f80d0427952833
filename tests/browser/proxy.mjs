// The network between a browser and the program: it can be cut and mended, and it can lose answers.

import { once } from "node:events";
import { connect, createServer } from "node:net";
import { afterwards } from "./harness.mjs";

/** A proxy whose `url` is what the browser knows; `target` says where the program listens. */
export async function startProxy(t) {
  const pairs = new Set();
  let [target, isCut, losesAnswers] = [null, false, false];
  const server = createServer((near) => {
    near.on("error", () => {});
    if (isCut) return near.resetAndDestroy();
    const far = connect(target);
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
    url: `http://127.0.0.1:${server.address().port}`,
    leadsTo: (port) => (target = port),
    cut: () => ((isCut = true), drop()),
    mend: () => ([isCut, losesAnswers] = [false, false]),
    loseAnswers: () => (losesAnswers = true),
  };
}
