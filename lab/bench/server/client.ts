import { connect, type Socket } from "node:net";

/**
 * What a load left behind. Latencies in milliseconds, from the moment a request was written to the
 * last byte of its answer.
 */
export interface Load {
  readonly seconds: number;
  /** Answers by HTTP status. */
  readonly answers: ReadonlyMap<number, number>;
  /** Of answers with status 200. */
  readonly accepted: Latencies;
  /** Requests that got no answer. */
  readonly lost: number;
  /** Requests that were due in an open loop and found no free connection until the end. */
  readonly unsent: number;
}

export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
  /**
   * Requests per second of an open loop, whatever the answers; a closed loop, where each connection
   * asks again at once, without it.
   */
  readonly rate?: number;
}

/**
 * Puts load on a server at 127.0.0.1 for a bounded time. Raw sockets with one prepared request: on
 * one core it offers several times what a full HTTP client can, so that the server and not the
 * client is measured.
 */
export async function load(options: LoadOptions): Promise<Load> {
  const sockets = await Promise.all(
    Array.from({ length: options.connections }, () => opened(options.port)),
  );
  const meter = new Meter(options, sockets);
  return meter.run();
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

class Meter {
  readonly #request: Buffer;
  readonly #free: Connection[] = [];
  readonly #answers = new Map<number, number>();
  readonly #times: number[] = [];
  readonly #connections: readonly Connection[];
  #lost = 0;
  #due = 0;
  #sent = 0;
  #over = false;

  constructor(
    readonly options: LoadOptions,
    sockets: readonly Socket[],
  ) {
    const { path, body } = options;
    this.#request = Buffer.from(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    this.#connections = sockets.map(
      (socket) =>
        new Connection(
          socket,
          (connection, status, milliseconds) => this.#answered(connection, status, milliseconds),
          () => (this.#lost += 1),
        ),
    );
  }

  async run(): Promise<Load> {
    const { seconds, rate } = this.options;
    const from = performance.now();
    this.#free.push(...this.#connections);
    if (rate === undefined) this.#sendFree(this.#connections.length);
    await new Promise<void>((resolve) => {
      const tick = () => {
        const now = performance.now();
        if (now - from >= seconds * 1_000) return resolve();
        if (rate !== undefined) {
          this.#due = ((now - from) / 1_000) * rate;
          this.#sendFree(Math.floor(this.#due - this.#sent));
        }
        // Timers are a millisecond coarse: an open loop looks at the clock each time round.
        if (rate === undefined) setTimeout(tick, 20);
        else setImmediate(tick);
      };
      tick();
    });
    this.#over = true;
    const elapsed = (performance.now() - from) / 1_000;
    for (const connection of this.#connections) connection.close();
    const unsent = rate === undefined ? 0 : Math.max(0, Math.floor(this.#due - this.#sent));
    return {
      seconds: elapsed,
      answers: this.#answers,
      accepted: latencies(this.#times),
      lost: this.#lost,
      unsent,
    };
  }

  #sendFree(most: number): void {
    for (let i = 0; i < most; i += 1) {
      const connection = this.#free.pop();
      if (connection === undefined) return;
      this.#sent += 1;
      connection.send(this.#request);
    }
  }

  #answered(connection: Connection, status: number, milliseconds: number): void {
    if (this.#over) return;
    this.#answers.set(status, (this.#answers.get(status) ?? 0) + 1);
    if (status === 200) this.#times.push(milliseconds);
    this.#free.push(connection);
    if (this.options.rate === undefined) this.#sendFree(1);
  }
}

/** One connection with at most one request on it. */
class Connection {
  #from = 0;
  #buffer = "";
  #busy = false;
  #closing = false;

  constructor(
    readonly socket: Socket,
    readonly onAnswer: (connection: Connection, status: number, milliseconds: number) => void,
    readonly onLost: () => void,
  ) {
    socket.setEncoding("latin1");
    socket.on("data", (data) => this.#read(String(data)));
    socket.on("error", () => undefined);
    socket.on("close", () => this.#busy && !this.#closing && this.onLost());
  }

  send(request: Buffer): void {
    this.#busy = true;
    this.#from = performance.now();
    this.socket.write(request);
  }

  close(): void {
    this.#closing = true;
    this.socket.destroy();
  }

  #read(data: string): void {
    this.#buffer = this.#buffer === "" ? data : this.#buffer + data;
    const end = this.#buffer.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#buffer.slice(0, end + 2))?.[1];
    if (this.#buffer.length < end + 4 + Number(length ?? 0)) return;
    const status = Number(this.#buffer.slice(9, 12));
    this.#buffer = "";
    this.#busy = false;
    this.onAnswer(this, status, performance.now() - this.#from);
  }
}

function latencies(times: number[]): Latencies {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99) };
}
