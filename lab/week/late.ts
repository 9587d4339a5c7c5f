import { request } from "node:http";
import type { Answer } from "../../cli/rehearse/router";

/**
 * POSTs JSON whose body comes `milliseconds` after its head, which is a slow answer in the eyes of
 * the server.
 */
export function postLate(
  port: number,
  path: string,
  body: unknown,
  milliseconds: number,
): Promise<Answer> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
    };
    const sent = request(
      {
        host: "127.0.0.1",
        port,
        method: "POST",
        path,
        headers,
        agent: false,
        timeout: milliseconds + 10_000,
      },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            body: JSON.parse(Buffer.concat(parts).toString("utf8")),
          }),
        );
        answer.on("error", reject);
      },
    );
    sent.on("timeout", () => sent.destroy(new Error("no answer")));
    sent.on("error", reject);
    sent.flushHeaders();
    setTimeout(() => sent.end(text), milliseconds);
  });
}
