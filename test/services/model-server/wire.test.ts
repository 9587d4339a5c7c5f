/** @jest-environment ./test/services/model-server/support/environment.ts */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { paths, tensor, testServer, type TestServer } from "./support/server";

/** What real sockets do and `inject` cannot. */
describe("on the wire", () => {
  let server: TestServer;
  let port: number;
  beforeAll(async () => {
    server = await testServer({ limits: { requestMilliseconds: 400 } });
    await server.app.listen({ port: 0, host: "127.0.0.1" });
    ({ port } = server.app.server.address() as { port: number });
  });
  afterAll(() => server.app.close());

  /**
   * Sends pieces with pauses and gives back all that comes until the server closes, or until
   * `until` is in it.
   */
  function talk(
    pieces: readonly (string | Buffer)[],
    pauseMilliseconds = 0,
    until?: string,
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => void send().catch(reject));
      const send = async (): Promise<void> => {
        for (const piece of pieces) {
          if (socket.destroyed) return;
          socket.write(piece);
          await sleep(pauseMilliseconds);
        }
      };
      let all = "";
      socket.on("data", (data) => {
        all += data.toString();
        if (until !== undefined && all.includes(until)) socket.destroy();
      });
      socket.on("close", () => resolve(all));
      socket.on("error", (error) => (all === "" ? reject(error) : resolve(all)));
    });
  }

  const head = (length: number, more = "") =>
    `POST ${paths.infer} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n${more}\r\n`;
  const body = JSON.stringify(tensor());

  test.each([
    ["a body that drips", [head(100), "{", " ", " ", " ", " ", " ", " ", " "], 150],
    ["a body that never comes", [head(100)], 0],
    [
      "a head that drips",
      [
        "POST / HTTP/1.1\r\n",
        "a: b\r\n",
        "c: d\r\n",
        "e: f\r\n",
        "g: h\r\n",
        "i: j\r\n",
        "k: l\r\n",
      ],
      150,
    ],
  ])("closes on %s with 408", async (_title, pieces, pause) => {
    const answer = await talk(pieces, pause);
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(JSON.parse(answer.split("\r\n\r\n")[1]!)).toEqual({
      error: "the request did not arrive in time",
      code: "request.timeout",
      problems: [],
    });
  });

  test("refuses too large a head with 431", async () => {
    const answer = await talk([head(2, `x: ${"y".repeat(9_000)}\r\n`)]);
    expect(answer).toMatch(
      /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n[^]*"code":"header\.size"/,
    );
  });

  test.each([
    ["bytes that are no HTTP", ["\x16\x03\x01\x02\x00\x01\x00"]],
    [
      "two different lengths",
      [
        `POST ${paths.infer} HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nabc`,
      ],
    ],
    [
      "a length and chunks at once (request smuggling)",
      [
        `POST ${paths.infer} HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      ],
    ],
    [
      "a chunk size that is no number",
      [
        `POST ${paths.infer} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`,
      ],
    ],
    ["a line break in a header", [`GET /v2 HTTP/1.1\r\nhost: x\r\nx: a\nb\r\n\r\n`]],
  ])("refuses %s with 400", async (_title, pieces) => {
    expect(await talk(pieces)).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n[^]*"code":"request\.malformed"/,
    );
  });

  test("stops reading chunks that grow beyond the limit", async () => {
    const chunk = `10000\r\n${" ".repeat(65_536)}\r\n`;
    const answer = await talk(
      [
        `POST ${paths.infer} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
        ...Array.from({ length: 20 }, () => chunk),
      ],
      1,
      '"problems":[]}',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 Payload Too Large\r\n[^]*"code":"body\.size"/);
  });

  test("answers requests that come in one packet, in order, and a client that leaves early costs nothing", async () => {
    const both = await talk([head(body.length) + body + head(2) + "{}"], 0, "field.missing");
    expect(both.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 400"]);
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(head(body.length) + body.slice(0, 50));
      setTimeout(() => socket.destroy(), 50);
    });
    await sleep(200);
    expect(server.limiter.inFlight).toBe(0);
    expect(server.counted("causeway_malformed_requests_total")).toBeGreaterThanOrEqual(9);
  });
});
