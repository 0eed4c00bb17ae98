/** Servers that do harm. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import { join } from "node:path";

import { freePort } from "./server.js";

export const FAULTS = [
  "connection refused",
  "black hole",
  "slow by 30 s",
  "status 500",
  "no TLS",
  "a certificate of nobody's",
  "no such name",
] as const;

export type Fault = (typeof FAULTS)[number];

const SLOW_MS = 30_000;

/** The address of a server that has a fault; `folder` is for its files. */
export async function faulty(
  fault: Fault,
  folder: string,
): Promise<{ url: string } & AsyncDisposable> {
  if (fault === "no such name") return { url: "http://nightbell.invalid", ...nothing };
  if (fault === "connection refused") {
    return { url: `http://127.0.0.1:${await freePort()}`, ...nothing };
  }
  const kept = new Set<net.Socket>();
  const listening = serverOf(fault, folder);
  listening.on("connection", (socket: net.Socket) => {
    kept.add(socket);
    socket.on("error", () => {});
  });
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  const { port } = listening.address() as net.AddressInfo;
  const isTls = fault === "no TLS" || fault === "a certificate of nobody's";
  return {
    url: `${isTls ? "https" : "http"}://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of kept) socket.destroy();
      listening.close();
    },
  };
}

const nothing: AsyncDisposable = { async [Symbol.asyncDispose]() {} };

function serverOf(fault: Fault, folder: string): net.Server {
  switch (fault) {
    case "black hole":
      return net.createServer();
    case "slow by 30 s":
      return net.createServer((socket) => {
        setTimeout(
          () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
          SLOW_MS,
        ).unref();
      });
    case "a certificate of nobody's":
      return https.createServer(certificate(folder), (_, answer) => answer.end("{}"));
    default:
      return errors();
  }
}

/** Answers 500, and speaks HTTP/2 to whoever does. */
function errors(): net.Server {
  const one = http.createServer((_, answer) => {
    answer.writeHead(500, { "content-type": "text/html" });
    answer.end("<h1>Internal Server Error</h1>");
  });
  const two = http2.createServer((_, answer) => {
    answer.writeHead(500);
    answer.end();
  });
  return net.createServer((socket) => {
    socket.once("data", (first) => {
      socket.pause();
      socket.unshift(first);
      (first.toString("latin1").startsWith("PRI ") ? two : one).emit("connection", socket);
      socket.resume();
    });
  });
}

export function certificate(folder: string): { key: Buffer; cert: Buffer; file: string } {
  const [key, file] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const self = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  execFileSync("openssl", [...self, ...name, "-keyout", key, "-out", file], { stdio: "pipe" });
  return { key: readFileSync(key), cert: readFileSync(file), file };
}
