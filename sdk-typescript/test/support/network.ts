/** A network between a job and a server, which can break. */
import { once } from "node:events";
import net from "node:net";

export class Network {
  readonly #open = new Set<net.Socket>();
  readonly #listening: net.Server;
  #isBroken = false;
  url = "";

  private constructor(target: string) {
    const { hostname, port } = new URL(target);
    this.#listening = net.createServer((near) => {
      if (this.#isBroken) return near.destroy();
      const far = net.connect(Number(port), hostname);
      for (const socket of [near, far]) {
        this.#open.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => this.#open.delete(socket));
      }
      near.pipe(far).pipe(near);
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
    });
  }

  static async to(target: string): Promise<Network> {
    const proxy = new Network(target);
    proxy.#listening.listen(0, "127.0.0.1");
    await once(proxy.#listening, "listening");
    const { port } = proxy.#listening.address() as net.AddressInfo;
    proxy.url = `http://127.0.0.1:${port}`;
    return proxy;
  }

  /** Ends every connection, and lets none come. */
  break(): void {
    this.#isBroken = true;
    for (const socket of this.#open) socket.destroy();
  }

  mend(): void {
    this.#isBroken = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.break();
    this.#listening.close();
  }
}
