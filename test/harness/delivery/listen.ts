import type { AddressInfo } from "node:net";
import type { Server } from "node:http";

export interface Listening {
  readonly port: number;
  close(): void;
}

/** Lets a server listen on a free loopback port. */
export function listenOnLoopback(server: Server): Promise<Listening> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address: AddressInfo | string | null = server.address();
      const close = (): void => {
        server.close();
        server.closeAllConnections();
      };
      resolve({ port: typeof address === "object" && address !== null ? address.port : 0, close });
    });
  });
}
