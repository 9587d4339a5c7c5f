import { createServer, request as send, type IncomingMessage } from "node:http";
import { listenOnLoopback, type Listening } from "./listen";

/**
 * Stands in for the cluster's DNS: a proxy that the controller sends its requests to other hosts
 * through, so that the address of Prometheus in the AnalysisTemplates stays what the program made
 * it. `portFor` says where a query goes; nobody there is a connection refused.
 */
export async function nameService(portFor: (body: string) => number): Promise<Listening> {
  return listenOnLoopback(
    createServer((incoming, response) => {
      read(incoming).then(
        (body) => {
          const { pathname, search } = new URL(incoming.url ?? "/", "http://localhost");
          const onward = send(
            {
              host: "127.0.0.1",
              port: portFor(`${search}${body}`),
              path: `${pathname}${search}`,
              method: incoming.method,
              headers: {
                "content-type": incoming.headers["content-type"] ?? "",
                "content-length": Buffer.byteLength(body),
              },
            },
            (answer) => {
              response.writeHead(answer.statusCode ?? 502, answer.headers);
              answer.pipe(response);
            },
          );
          onward.on("error", () => response.writeHead(503).end("no Prometheus"));
          onward.end(body);
        },
        () => response.destroy(),
      );
    }),
  );
}

function read(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    incoming
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .on("end", () => resolve(Buffer.concat(chunks).toString("utf8")))
      .on("error", reject);
  });
}
