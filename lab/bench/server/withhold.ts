import { connect, type Socket } from "node:net";

export interface Withholding {
  readonly port: number;
  readonly path: string;
  /** Bytes of the body that each head promises; one of them is sent. */
  readonly length: number;
  readonly connections: number;
}

/** Milliseconds until a connection that the server ended is opened again. */
const pauseMilliseconds = 20;

/** Sends heads of requests on so many connections, and never their bodies, until it is stopped. */
export function withhold({ port, path, length, connections }: Withholding): { stop(): void } {
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n{`;
  const sockets = new Set<Socket>();
  let stopped = false;
  const open = (): void => {
    if (stopped) return;
    const socket = connect(port, "127.0.0.1", () => socket.write(head));
    sockets.add(socket);
    socket.resume().on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      setTimeout(open, pauseMilliseconds);
    });
  };
  for (let i = 0; i < connections; i += 1) open();
  return {
    stop() {
      stopped = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}
