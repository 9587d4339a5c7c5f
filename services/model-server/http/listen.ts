import type { Server } from "node:http";
import { InputError } from "../../contract/problems";

/** Where a server is to listen, with the variable that says the port. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly variable: string;
}

/** A port that another process holds: unlike other wrong input, it may be free after a restart. */
export class PortTaken extends InputError {}

/** Starts listening. Rejects with InputError that names the variable which is wrong. */
export async function listening(server: Server, address: Address): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(address.port, address.host, () => resolve());
  }).catch((error: unknown) => {
    throw listenError(error, address);
  });
}

/** What a failure to listen says to a person; other errors are left as they are. */
export function listenError(error: unknown, { host, port, variable }: Address): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return portTaken({ host, port, variable });
  if (code === "EACCES")
    return new InputError("the environment", [
      { key: variable, got: port, allowed: "a port that this user may open, such as 8080" },
    ]);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN")
    return new InputError("the environment", [
      { key: "CAUSEWAY_HOST", got: host, allowed: "an address of this machine, such as 0.0.0.0" },
    ]);
  return error;
}

export function portTaken({ host, port, variable }: Address): PortTaken {
  return new PortTaken("the environment", [
    { key: variable, got: port, allowed: `a port of ${host} that no other process holds` },
  ]);
}
