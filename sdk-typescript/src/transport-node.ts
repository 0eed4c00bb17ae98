/** gRPC over HTTP/2 from Node, Bun and Deno, on a socket that keeps no process alive. */
import type { SecureClientSessionOptions } from "node:http2";
import net from "node:net";
import tls from "node:tls";
import type { Interceptor, Transport } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";

import type { Config } from "./config.js";
import { credentialsInterceptor } from "./credentials.js";
import { nameLookup } from "./names.js";
import { VERSION } from "./version.js";

/** A transport, and how to let go of its connection. */
export interface NodeTransport {
  readonly transport: Transport;
  /** Gives up a connection that does not stand yet. */
  giveUp(): void;
  close(): void;
}

/** Nothing is connected before the first call. */
export function createNodeTransport(
  config: Pick<Config, "apiKey" | "ca">,
  url: string,
  keepsAlive: boolean,
): NodeTransport {
  const ca = config.ca === undefined ? {} : { ca: config.ca };
  const connecting = new Set<net.Socket>();
  const nodeOptions: SecureClientSessionOptions = {
    ...ca,
    createConnection: (authority) => {
      const socket = connect(authority, ca, keepsAlive);
      connecting.add(socket);
      for (const event of ["connect", "close"]) socket.once(event, () => connecting.delete(socket));
      return socket;
    },
  };
  const sessionManager = new Http2SessionManager(url, {}, nodeOptions);
  const transport = createGrpcTransport({
    baseUrl: url,
    sessionManager,
    interceptors: [named, credentialsInterceptor(config)],
  });
  const giveUp = () => {
    for (const socket of connecting) socket.destroy();
  };
  return { transport, giveUp, close: () => sessionManager.abort() };
}

const named: Interceptor = (next) => (request) => {
  request.header.set("user-agent", `nightbell-typescript/${VERSION} (grpc; ${process.version})`);
  return next(request);
};

function connect(authority: URL, ca: tls.ConnectionOptions, keepsAlive: boolean): net.Socket {
  const isTls = authority.protocol === "https:";
  const host = authority.hostname.replace(/^\[|\]$/g, "");
  const port = Number(authority.port || (isTls ? 443 : 80));
  const names = net.isIP(host) === 0 ? { servername: host } : {};
  const { lookup, cancel } = nameLookup();
  const socket = isTls
    ? tls.connect({ host, port, lookup, ...names, ...ca, ALPNProtocols: ["h2"] })
    : net.connect({ host, port, lookup });
  socket.once("close", cancel);
  if (!keepsAlive) {
    socket.unref();
    // Connect refs it for as long as a stream is open.
    socket.ref = () => socket;
  }
  return socket;
}
