import { createHmac } from "node:crypto";
import { sha256 } from "../../contract/digests";

/** Credentials of a session; `token` is there for every kind but an access key. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly token?: string | undefined;
}

/** A request as it is sent, before it is signed. */
export interface AwsRequest {
  readonly method: "GET" | "PUT" | "POST";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | undefined;
}

/** Where and when a request is signed. */
export interface SigningScope {
  readonly service: "s3" | "kms";
  readonly region: string;
  readonly now: Date;
}

const hmac = (key: Uint8Array | string, text: string) =>
  createHmac("sha256", key).update(text).digest();

/**
 * Text of a query or of a path's segment in the one form that is signed (RFC 3986: all but letters,
 * digits and `-._~`).
 */
export function uriEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * Headers of a request with its signature, Signature Version 4
 * (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). The path of `url` must
 * be encoded by {@link uriEncoded} already.
 */
export function signedHeaders(
  { method, url, headers = {}, body = new Uint8Array() }: AwsRequest,
  { accessKeyId, secretAccessKey, token }: Credentials,
  { service, region, now }: SigningScope,
): Record<string, string> {
  const moment = now.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = moment.slice(0, 8);
  const all: Record<string, string> = {
    ...headers,
    host: url.host,
    "x-amz-content-sha256": sha256(body),
    "x-amz-date": moment,
    ...(token !== undefined && { "x-amz-security-token": token }),
  };
  const names = Object.keys(all)
    .map((name) => name.toLowerCase())
    .sort();
  const values = new Map(
    Object.entries(all).map(([name, value]) => [
      name.toLowerCase(),
      value.trim().replace(/ +/g, " "),
    ]),
  );
  const query = [...url.searchParams]
    .map(([name, value]) => `${uriEncoded(name)}=${uriEncoded(value)}`)
    .sort()
    .join("&");
  const canonical = [
    method,
    url.pathname,
    query,
    ...names.map((name) => `${name}:${values.get(name) ?? ""}`),
    "",
    names.join(";"),
    sha256(body),
  ].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = [region, service, "aws4_request"].reduce(hmac, hmac(`AWS4${secretAccessKey}`, day));
  const signature = hmac(
    key,
    ["AWS4-HMAC-SHA256", moment, scope, sha256(canonical)].join("\n"),
  ).toString("hex");
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope},SignedHeaders=${names.join(";")},Signature=${signature}`,
  };
}
