import { randomBytes } from "node:crypto";

const header = "x-request-id";
/**
 * A UUID, as Envoy makes it, or a trace id (W3C): ids are logged, and in a freer form callers would
 * put account numbers and the like.
 */
const accepted = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})$/i;

/**
 * Ids of requests: the caller's own when it is one of a machine, else one that no other process
 * makes.
 */
export function requestIds(): (request: {
  readonly headers: NodeJS.Dict<string | string[]>;
}) => string {
  const prefix = randomBytes(6).toString("base64url");
  let count = 0;
  return ({ headers }) => {
    const given = headers[header];
    if (typeof given === "string" && accepted.test(given)) return given;
    count += 1;
    return `${prefix}${count.toString(36)}`;
  };
}
