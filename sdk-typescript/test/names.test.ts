import dgram from "node:dgram";
import dns from "node:dns";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";

import { nameLookup } from "../src/names.js";

const open: dgram.Socket[] = [];
afterEach(() => {
  for (const it of open.splice(0)) it.close();
});

/** A DNS server that knows no name, or says nothing at all. */
async function resolver(isSilent: boolean): Promise<{ made: dns.Resolver; asked: () => number }> {
  let asked = 0;
  const server = dgram.createSocket("udp4");
  open.push(server);
  server.on("message", (query, { address, port }) => {
    asked += 1;
    const answer = Buffer.from(query);
    // An answer, to a question with recursion: no such name.
    answer.writeUInt16BE(0x8183, 2);
    if (!isSilent) server.send(answer, port, address);
  });
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  const made = new dns.Resolver();
  made.setServers([`127.0.0.1:${server.address().port}`]);
  return { made, asked: () => asked };
}

function looked(names: ReturnType<typeof nameLookup>, name: string) {
  return new Promise<string | undefined>((resolve) => {
    names.lookup(name, {}, (error, address) => resolve(error?.code ?? String(address)));
  });
}

test("a look-up that nobody answers ends when it is given up", async () => {
  const { made } = await resolver(true);
  const names = nameLookup(() => made);
  const result = looked(names, "nightbell.invalid");
  names.cancel();
  expect(await result).toBe("ECANCELLED");
});

test("where there is an answer, whatever it is, the system looks the name up", async () => {
  const { made, asked } = await resolver(false);
  expect(
    await looked(
      nameLookup(() => made),
      "nightbell.invalid",
    ),
  ).toMatch(/ENOTFOUND|EAI_AGAIN/);
  expect(asked()).toBeGreaterThanOrEqual(2);
});

test("names of this machine need nobody's answer", async () => {
  const { made, asked } = await resolver(true);
  expect(
    await looked(
      nameLookup(() => made),
      "localhost",
    ),
  ).toMatch(/^(127\.0\.0\.1|::1)$/);
  expect(asked()).toBe(0);
});
