import { randomBytes } from "node:crypto";

const header = "x-request-id";
const accepted = /^[0-9A-Za-z_-]{1,64}$/;

/** Ids of requests: the caller's own when it is harmless text, else one that no other process makes. */
export function requestIds(): (request: { readonly headers: NodeJS.Dict<string | string[]> }) => string {
  const prefix = randomBytes(6).toString("base64url");
  let count = 0;
  return ({ headers }) => {
    const given = headers[header];
    if (typeof given === "string" && accepted.test(given)) return given;
    count += 1;
    return `${prefix}${count.toString(36)}`;
  };
}
