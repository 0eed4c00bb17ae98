/** Pages in Debian's Chromium, or whichever there is, served from an origin of their own. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import { type Browser, chromium } from "playwright-core";

/** The browser of the machine: nothing is downloaded. */
export function openBrowser(): Promise<Browser> {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const found = names.map((it) => {
    try {
      return execFileSync("which", [it], { encoding: "utf8", stdio: "pipe" }).trim();
    } catch {
      return "";
    }
  });
  const executablePath = found.find(Boolean);
  if (executablePath === undefined) throw new Error("there is no Chromium");
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

/** Serves files from memory on an origin of its own. */
export async function serve(
  files: Readonly<Record<string, string>>,
): Promise<{ origin: string } & AsyncDisposable> {
  const types: Record<string, string> = { js: "text/javascript", html: "text/html" };
  const server = http.createServer((request, answer) => {
    const name = request.url?.slice(1) || "index.html";
    const text = files[name];
    answer.writeHead(text === undefined ? 404 : 200, {
      "content-type": types[name.split(".").at(-1) ?? ""] ?? "text/plain",
    });
    answer.end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
