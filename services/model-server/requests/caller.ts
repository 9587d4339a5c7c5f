import { callerHeader } from "../../contract/callers";

/**
 * Who calls, by the claim `sub` of the token, as the gateway says it; undefined where no gateway
 * does. It goes nowhere but into a keyed hash.
 */
export function callerIn(headers: Readonly<Record<string, unknown>>): string | undefined {
  const caller = headers[callerHeader];
  return typeof caller === "string" && caller !== "" ? caller : undefined;
}
