import { Agent, createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What a region's servers do at the moment. */
export interface RegionState {
  /** Whether anything in the region answers; a lost region takes connections and drops them. */
  up: boolean;
  /** Replicas that are ready; the gateway answers 503 without any. */
  replicas: number;
  /**
   * Whether the region's key can be used; running replicas go on without it, and none can start.
   */
  keyEnabled: boolean;
  /** Version that the replicas serve. */
  version: string;
}

/** An answer to a prediction: the version that gave it; undefined where there was none. */
export type Answer = string | undefined;

const requestTimeoutMilliseconds = 5_000;

/**
 * One region on loopback: a process of its own would do the same, with the health path of the
 * gateway and answers that name their version.
 */
export class RegionServer {
  readonly state: RegionState;
  private readonly server: Server;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });
  private port = 0;

  constructor(
    readonly region: string,
    readonly replicas: number,
    version: string,
  ) {
    this.state = { up: true, replicas, keyEnabled: true, version };
    this.server = createServer((incoming, outgoing) => {
      const { up, replicas: ready, version: served } = this.state;
      if (!up) return void incoming.socket.destroy();
      outgoing.writeHead(ready > 0 ? 200 : 503, { "content-type": "application/json" });
      outgoing.end(
        JSON.stringify(
          incoming.url === "/healthz" ? { ready: ready > 0 } : { model_version: served },
        ),
      );
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const address = this.server.address() satisfies string | AddressInfo | null;
    if (typeof address === "object" && address !== null) this.port = address.port;
  }

  async close(): Promise<void> {
    this.agent.destroy();
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /**
   * Replaces a replica, as nodes that expire and releases do: without the key it goes and none
   * comes.
   */
  replaceReplica(): void {
    this.state.replicas = Math.min(
      this.replicas,
      Math.max(0, this.state.replicas - 1) + (this.state.keyEnabled ? 1 : 0),
    );
  }

  /** What the health check of the entry finds. */
  async healthy(): Promise<boolean> {
    return (await this.get("/healthz")) !== undefined;
  }

  /** A prediction for a caller. */
  async predict(): Promise<Answer> {
    const text = await this.get("/v2/models/model/infer");
    const body: unknown = text === undefined ? undefined : JSON.parse(text);
    const version: unknown =
      typeof body === "object" && body !== null ? Reflect.get(body, "model_version") : undefined;
    return typeof version === "string" ? version : undefined;
  }

  private get(path: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const sent = request(
        {
          host: "127.0.0.1",
          port: this.port,
          path,
          agent: this.agent,
          timeout: requestTimeoutMilliseconds,
        },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (part: string) => (text += part));
          answer.on("end", () => resolve(answer.statusCode === 200 ? text : undefined));
          answer.on("error", () => resolve(undefined));
        },
      );
      sent.on("timeout", () => sent.destroy());
      sent.on("error", () => resolve(undefined));
      sent.end();
    });
  }
}
