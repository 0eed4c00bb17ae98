/** The low-level client over gRPC, loaded when it is asked for. */
import type { Config } from "./config.js";
import { createServices, type Services } from "./services.js";
import { createNodeTransport } from "./transport-node.js";

/** Opens nothing before the first call. */
export function openServices(config: Config, url: string): { services: Services; close(): void } {
  const { transport, close } = createNodeTransport(config, url, true);
  return { services: createServices(transport), close };
}
