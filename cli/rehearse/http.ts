import { Agent, request } from "node:http";
import type { Answer, Upstream } from "./router";

/** Longest wait for an answer on loopback. */
const timeoutMilliseconds = 10_000;

/** Connections to one server on loopback, kept open. */
export class Loopback {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });

  constructor(readonly port: number) {}

  /** POSTs JSON. A connection that breaks is an answer of 502, as a proxy would say. */
  readonly post: Upstream = async (path, body, headers = {}): Promise<Answer> => {
    try {
      const { status, text: answer } = await this.#send(
        "POST",
        path,
        JSON.stringify(body),
        headers,
      );
      return { status, body: JSON.parse(answer) };
    } catch {
      return { status: 502, body: undefined };
    }
  };

  /** GETs text. Rejects unless the answer is 200. */
  async get(path: string): Promise<string> {
    const { status, text } = await this.#send("GET", path, undefined);
    if (status !== 200) throw new Error(`GET ${path}: got ${status}, expected 200`);
    return text;
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(
    method: "GET" | "POST",
    path: string,
    body: string | undefined,
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers =
        body === undefined
          ? {}
          : {
              ...more,
              "content-type": "application/json",
              "content-length": Buffer.byteLength(body),
            };
      const sent = request(
        {
          host: "127.0.0.1",
          port: this.port,
          method,
          path,
          headers,
          agent: this.#agent,
          timeout: timeoutMilliseconds,
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on("data", (part: Buffer) => parts.push(part));
          answer.on("end", () =>
            resolve({
              status: answer.statusCode ?? 0,
              text: Buffer.concat(parts).toString("utf8"),
            }),
          );
          answer.on("error", reject);
        },
      );
      sent.on("timeout", () => sent.destroy(new Error("no answer")));
      sent.on("error", (error: NodeJS.ErrnoException) => {
        // A connection that was kept open may end as it is used again; nothing was read of it, and a
        // GET changes nothing. Another one is taken, a new one in the end.
        if (method === "GET" && sent.reusedSocket && error.code === "ECONNRESET")
          resolve(this.#send(method, path, body, more));
        else reject(error);
      });
      sent.end(body);
    });
  }
}
