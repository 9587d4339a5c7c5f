import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { AwsError, call } from "./call";
import { findCredentials } from "./credentials";
import { uriEncoded, type AwsRequest } from "./sign-request";

type Variables = Readonly<Record<string, string | undefined>>;

/** The few calls of Amazon S3 by which ledger, orders and facts are read and written. */
export interface Objects {
  /**
   * Copies every object below a prefix whose name ends so into a folder; what is there already is
   * left alone, for the objects that are read so are never changed.
   */
  fetch(bucket: string, prefix: string, folder: string, ending: string): Promise<void>;
  /** Copies one object into a file. Throws AwsError of code NoSuchKey where there is none. */
  get(bucket: string, key: string, file: string): Promise<void>;
  /**
   * Stores a file, encrypted as the bucket's default says. With `onlyNew` it throws AwsError of
   * code PreconditionFailed where there is one.
   */
  put(bucket: string, key: string, file: string, onlyNew: boolean): Promise<void>;
}

/**
 * The objects as whoever runs this may see them; `AWS_ENDPOINT_URL_S3` names another address of the
 * service.
 */
export function objectsOf(variables: Variables = process.env): Objects {
  const regions = new Map<string, string>();
  const send = async (
    operation: string,
    bucket: string,
    key: string,
    request: Omit<AwsRequest, "url">,
    query: Readonly<Record<string, string>> = {},
  ): Promise<Response> => {
    const region =
      regions.get(bucket) ??
      variables["AWS_REGION"] ??
      variables["AWS_DEFAULT_REGION"] ??
      "us-east-1";
    const answer = await call(
      { ...request, url: addressOf(bucket, key, region, query, variables) },
      await findCredentials(variables),
      { service: "s3", region },
    );
    if (answer.ok) return answer;
    const home = answer.headers.get("x-amz-bucket-region");
    const text = await answer.text();
    // A bucket of another region says where it is.
    if (
      home !== null &&
      home !== region &&
      (answer.status === 301 || answer.status === 400 || answer.status === 307)
    ) {
      regions.set(bucket, home);
      return send(operation, bucket, key, request, query);
    }
    throw new AwsError(
      tag(text, "Code") ?? String(answer.status),
      operation,
      tag(text, "Message") ?? "no reason was given",
    );
  };
  const get = async (bucket: string, key: string, file: string) => {
    const answer = await send("GetObject", bucket, key, { method: "GET" });
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  };
  return {
    get,
    put: async (bucket, key, file, onlyNew) => {
      const answer = await send("PutObject", bucket, key, {
        method: "PUT",
        body: readFileSync(file),
        headers: onlyNew ? { "if-none-match": "*" } : {},
      });
      await answer.arrayBuffer();
    },
    fetch: async (bucket, prefix, folder, ending) => {
      const under = `${prefix.replace(/\/+$/, "")}/`;
      for (let more: string | undefined = ""; more !== undefined;) {
        const answer = await send(
          "ListObjectsV2",
          bucket,
          "",
          { method: "GET" },
          { "list-type": "2", prefix: under, ...(more !== "" && { "continuation-token": more }) },
        );
        const page = await answer.text();
        for (const key of tags(page, "Key").filter((name) => name.endsWith(ending))) {
          const file = placeIn(folder, key.slice(under.length));
          if (!existsSync(file)) await get(bucket, key, file);
        }
        more = tag(page, "NextContinuationToken");
      }
    },
  };
}

function addressOf(
  bucket: string,
  key: string,
  region: string,
  query: Readonly<Record<string, string>>,
  variables: Variables,
): URL {
  const other = variables["AWS_ENDPOINT_URL_S3"];
  const path = key.split("/").map(uriEncoded).join("/");
  const url = new URL(
    other === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com/${path}`
      : `${other.replace(/\/+$/, "")}/${bucket}/${path}`,
  );
  url.search = new URLSearchParams(query).toString();
  return url;
}

/** A file in a folder. Throws where the key would lead out of it. */
function placeIn(folder: string, name: string): string {
  if (name.split("/").some((part) => part === "" || part === "." || part === ".."))
    throw new Error(`the object ${JSON.stringify(name)} cannot be a file of a folder`);
  return join(folder, name);
}

/**
 * Texts of the elements of a name. S3's answers have no attributes there and no other markup
 * inside.
 */
function tags(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) =>
    unescaped(text),
  );
}

function tag(xml: string, name: string): string | undefined {
  return tags(xml, name)[0];
}

const entities: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};

function unescaped(text: string): string {
  return text.replace(
    /&(?:#(\d+)|#x([0-9a-fA-F]+)|(lt|gt|quot|apos|amp));/g,
    (_all, decimal?: string, hexadecimal?: string, named?: string) =>
      named !== undefined
        ? (entities[named] ?? "")
        : String.fromCodePoint(
            decimal !== undefined ? Number(decimal) : Number.parseInt(hexadecimal ?? "0", 16),
          ),
  );
}
