import { setTimeout as sleep } from "node:timers/promises";
import type { Credentials } from "./sign-request";
import { signedHeaders, type AwsRequest, type SigningScope } from "./sign-request";

/**
 * An answer of AWS that is no success, in the words of the AWS CLI, so that whoever reads the one
 * reads the other.
 */
export class AwsError extends Error {
  override readonly name = "AwsError";
  constructor(
    readonly code: string,
    operation: string,
    said: string,
  ) {
    super(`An error occurred (${code}) when calling the ${operation} operation: ${said}`);
  }
}

/** How often a request is sent that AWS was too busy for. */
const attempts = 4;

/**
 * Sends a signed request; one that AWS says it did not begin (429, 503) is sent again. Any other
 * answer is given back.
 */
export async function call(
  request: AwsRequest,
  credentials: Credentials,
  scope: Omit<SigningScope, "now">,
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const headers = signedHeaders(request, credentials, { ...scope, now: new Date() });
    const answer = await fetch(request.url, {
      method: request.method,
      headers,
      redirect: "manual",
      ...(request.body && { body: Buffer.from(request.body) }),
    });
    if (attempt === attempts || (answer.status !== 429 && answer.status !== 503)) return answer;
    await answer.arrayBuffer();
    await sleep(100 * 2 ** attempt);
  }
}
