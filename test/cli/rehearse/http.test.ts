import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Loopback } from "../../../cli/rehearse/http";

/** A server that answers the first request of a connection, and closes it at the second. */
async function closing() {
  const seen = new Set<Socket>();
  const server = createServer((request, response) => {
    if (seen.has(request.socket)) return void request.socket.destroy();
    seen.add(request.socket);
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

test("a connection that ends as it is used again costs no scrape, and no request is sent twice", async () => {
  const { server, port } = await closing();
  const connection = new Loopback(port);
  try {
    expect(await connection.get("/metrics")).toBe("{}");
    expect(await connection.get("/metrics")).toBe("{}");
    expect(await connection.post("/predict", {})).toEqual({ status: 502, body: undefined });
  } finally {
    connection.close();
    server.close();
  }
});
