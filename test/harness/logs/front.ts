import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { request, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { join } from "node:path";
import { listenOnLoopback, type Listening } from "../delivery/listen";

/** One request that came through. */
export interface Call {
  readonly account: string;
  readonly method: string;
  /** Path without its query. */
  readonly path: string;
  readonly status: number;
}

/**
 * How the lines of all `_bulk` requests were taken, by their status: 201 stored, 409 stored before.
 */
export type Taken = Map<number, number>;

export interface FrontOptions {
  /** Address of the search server. */
  readonly url: string;
  readonly folder: string;
  /** Passwords by account. */
  readonly passwords: Readonly<Record<string, string>>;
}

/**
 * Stands before the search server for what Elasticsearch has and it lacks: TLS, accounts with
 * passwords, and a licence, without which Filebeat does not begin.
 */
export class Front {
  readonly calls: Call[] = [];
  readonly taken: Taken = new Map();
  /** Certificate of the authority. */
  readonly authority: string;
  /** What happens between the search server's answer and the caller's. */
  beforeAnswer: () => Promise<void> = () => Promise.resolve();
  #listening: Listening | undefined;

  constructor(private readonly options: FrontOptions) {
    this.authority = join(options.folder, "ca.crt");
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        this.#key,
        "-out",
        this.authority,
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
      ],
      { stdio: "ignore" },
    );
  }

  async open(): Promise<this> {
    this.#listening = await listenOnLoopback(
      createServer(
        { key: readFileSync(this.#key), cert: readFileSync(this.authority) },
        (asked, answer) => this.#serve(asked, answer),
      ),
    );
    return this;
  }

  get url(): string {
    return `https://localhost:${this.#listening?.port}`;
  }

  close(): void {
    this.#listening?.close();
  }

  get #key(): string {
    return join(this.options.folder, "key.pem");
  }

  #serve(asked: IncomingMessage, answer: ServerResponse): void {
    const [account = "", password] = Buffer.from(
      asked.headers.authorization?.replace("Basic ", "") ?? "",
      "base64",
    )
      .toString()
      .split(":");
    const path = asked.url?.split("?")[0] ?? "/";
    const finish = (status: number, body: Buffer | string) => {
      this.calls.push({ account, method: asked.method ?? "", path, status });
      answer
        .writeHead(status, {
          "content-type": "application/json",
          "X-elastic-product": "Elasticsearch",
        })
        .end(body);
    };
    if (password === undefined || this.options.passwords[account] !== password)
      return finish(401, "{}");
    if (path === "/_license")
      return finish(
        200,
        JSON.stringify({ license: { uid: "stand-in", type: "basic", status: "active" } }),
      );
    const headers = {
      ...asked.headers,
      authorization: undefined,
      host: undefined,
      connection: undefined,
      "accept-encoding": undefined,
    };
    const onward = request(
      `${this.options.url}${asked.url}`,
      {
        method: asked.method,
        agent: false,
        headers: Object.fromEntries(
          Object.entries(headers).filter(([, value]) => value !== undefined),
        ),
      },
      (given) => {
        const pieces: Buffer[] = [];
        given
          .on("data", (piece: Buffer) => pieces.push(piece))
          .on("end", () => {
            const body = Buffer.concat(pieces);
            if (path === "/_bulk") this.#count(body);
            void this.beforeAnswer().then(() => finish(given.statusCode ?? 502, body));
          });
      },
    );
    onward.on("error", ({ message }) => finish(502, JSON.stringify({ error: message })));
    asked.pipe(onward);
  }

  #count(body: Buffer): void {
    const { items = [] }: { items?: Record<string, { status: number }>[] } = JSON.parse(
      body.toString(),
    );
    for (const { status } of items.flatMap((item) => Object.values(item)))
      this.taken.set(status, (this.taken.get(status) ?? 0) + 1);
  }
}
