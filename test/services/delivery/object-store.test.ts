import { createServer, type IncomingMessage, type Server } from "node:http";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openLedger } from "../../../services/delivery/ledger-location";
import { objectLocation, s3 } from "../../../services/delivery/object-store";
import { openOrders } from "../../../services/delivery/orders";

let folder = "";
let server: Server;
let address = "";
let objects: Map<string, string>;
let seen: { method: string; url: string; region: string; headers: IncomingMessage["headers"] }[];
let busy = 0;
/** Code and status with which the store refuses to write. */
let refusal: readonly [code: string, status: number] | undefined;
const home = "eu-west-1";
const session = {
  AccessKeyId: "ASIAEXAMPLE",
  SecretAccessKey: "secret",
  Token: "session token",
  Expiration: "2099-01-01T00:00:00Z",
};
const before = { ...process.env };

/** S3's own answer of an error. */
const error = (code: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>said &amp; done</Message></Error>`;

function listing(url: URL): string {
  const found = [...objects.keys()]
    .filter((key) => key.startsWith(url.searchParams.get("prefix") ?? ""))
    .sort();
  const from = Number(url.searchParams.get("key-marker") ?? 0);
  const escaped = (name: string) => name.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const more =
    from + 2 < found.length
      ? `<IsTruncated>true</IsTruncated><NextKeyMarker>${from + 2}</NextKeyMarker>`
      : "<IsTruncated>false</IsTruncated>";
  return `<?xml version="1.0"?><ListVersionsResult>${more}${found
    .slice(from, from + 2)
    .map((name) => `<Version><Key>${escaped(name)}</Key><VersionId>v1</VersionId></Version>`)
    .join("")}</ListVersionsResult>`;
}

type Answer = readonly [status: number, body?: string, headers?: Record<string, string>];

function answerTo(request: IncomingMessage, body: Buffer): Answer {
  const url = new URL(request.url ?? "/", address);
  const { authorization = "", "if-none-match": onlyNew } = request.headers;
  if (url.pathname === "/v1/credentials")
    return authorization === "pod's token" ? [200, JSON.stringify(session)] : [401];
  const [, region = ""] =
    /Credential=ASIAEXAMPLE\/\d+\/([^/]+)\/s3\/aws4_request/.exec(authorization) ?? [];
  const { method = "", headers } = request;
  seen.push({ method, url: request.url ?? "", region, headers });
  if (headers["x-amz-security-token"] !== session.Token) return [403, error("AccessDenied")];
  if (region !== home) return [301, error("PermanentRedirect"), { "x-amz-bucket-region": home }];
  if (busy-- > 0) return [503, error("SlowDown")];
  const key = decodeURIComponent(url.pathname.replace(/^\/audit\//, ""));
  if (method === "PUT") {
    if (refusal !== undefined) return [refusal[1], error(refusal[0])];
    if (onlyNew === "*" && objects.has(key)) return [412, error("PreconditionFailed")];
    objects.set(key, body.toString("utf8"));
    return [200];
  }
  if (url.searchParams.has("versions")) return [200, listing(url)];
  return objects.has(key) ? [200, objects.get(key) ?? ""] : [404, error("NoSuchKey")];
}

/**
 * Amazon S3 and the agent of EKS Pod Identity on loopback, as documented: path-style addresses,
 * pages of two keys, a bucket that lies in its region alone.
 */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "causeway-s3-"));
  writeFileSync(join(folder, "token"), "pod's token");
  objects = new Map();
  seen = [];
  busy = 0;
  refusal = undefined;
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request
      .on("data", (part: Buffer) => parts.push(part))
      .on("end", () => {
        const [status, body = "", headers = {}] = answerTo(request, Buffer.concat(parts));
        response.writeHead(status, headers).end(body);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const name of Object.keys(process.env))
    if (name.startsWith("AWS_")) delete process.env[name];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: address,
    AWS_REGION: "eu-central-1",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${address}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(folder, "token"),
    AWS_CONFIG_FILE: join(folder, "none"),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, "none"),
    AWS_EC2_METADATA_DISABLED: "true",
  });
});
afterEach(async () => {
  process.env = { ...before };
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  rmSync(folder, { recursive: true, force: true });
});

const audit = "s3://audit/ledger";

describe("a pod, whose image holds node alone", () => {
  test("keeps the ledger in the bucket, from another region, with the role that EKS gives it", async () => {
    const ledger = await openLedger(audit);
    const fact = {
      actor: "retraining",
      action: "promote",
      subject: "loan-approval",
      details: { region: "eu-west-1" },
    } as const;
    await ledger.record(fact);
    expect([...objects.keys()]).toEqual(["ledger/000000000001.json"]);
    // The first request does not know the bucket's region; it is told.
    expect(seen.map(({ method, region }) => [method, region]).slice(0, 2)).toEqual([
      ["GET", "eu-central-1"],
      ["GET", home],
    ]);
    expect(seen.at(-1)).toMatchObject({
      method: "PUT",
      region: home,
      headers: { "if-none-match": "*" },
    });
  });

  test("reads every page, approvals by role, and only what it does not have", async () => {
    const ledger = await openLedger(audit);
    for (const role of ["ethics-board", "model-risk", "owner"])
      await ledger.record({
        actor: `${role}@example.com`,
        action: "approve",
        subject: "loan-approval",
        details: { digest: "x", role },
      });
    const again = await openLedger(audit);
    expect((await again.entries()).map(({ details }) => details["role"])).toEqual([
      "ethics-board",
      "model-risk",
      "owner",
    ]);
    objects.delete([...objects.keys()].find((key) => key.startsWith("approvals/owner/"))!);
    expect(
      (await (await openLedger(audit)).entries()).map(({ details }) => details["role"]),
    ).toEqual(["ethics-board", "model-risk"]);
    const sent = seen.length;
    await again.entries();
    expect(seen.slice(sent).filter(({ url }) => url.includes(".json"))).toEqual([]);
  });

  test("continues the chain where another wrote the same number first", async () => {
    const [here, there] = [await openLedger(audit), await openLedger(audit)];
    await here.record({ actor: "a", action: "promote", subject: "m", details: {} });
    expect(
      (await there.record({ actor: "b", action: "promote", subject: "m", details: {} })).sequence,
    ).toBe(2);
  });

  test("has no order where there is none, and waits where S3 is busy", async () => {
    await expect(
      openOrders("s3://audit/orders").get("eu-west-1", "loan-approval"),
    ).resolves.toBeUndefined();
    busy = 2;
    await s3().putNew("audit", "a b/ü'().json", "{}");
    expect([...objects]).toEqual([["a b/ü'().json", "{}"]]);
    expect(Buffer.from((await s3().get("audit", "a b/ü'().json"))!).toString()).toBe("{}");
    expect(await s3().get("audit", "none")).toBeUndefined();
  });

  test("says S3's refusals in its words, with the object that they are about", async () => {
    refusal = ["AccessDenied", 403];
    await expect(s3().putNew("audit", "one.json", "{}")).rejects.toThrow(
      "cannot write s3://audit/one.json: AccessDenied: said & done",
    );
    await expect(s3().putNew("audit", "one.json", "{}")).rejects.toThrow("AccessDenied");
    refusal = ["ConditionalRequestConflict", 409];
    expect(await s3().putNew("audit", "one.json", "{}")).toBe(false);
  });

  test("takes no object of another name for an entry", async () => {
    objects.set("ledger/../../evil.json", "{}");
    expect(await (await openLedger(audit)).read()).toMatchObject({
      entries: [],
      flaws: [],
      strays: ["../../evil.json"],
    });
    expect(readdirSync(folder)).toEqual(["token"]);
  });

  test("reads its token anew for every program, and says so where it gets no credentials", async () => {
    writeFileSync(join(folder, "token"), "another");
    await expect(s3().versions("audit", "ledger/")).rejects.toThrow(
      /^cannot list versions of s3:\/\/audit\/ledger\/: CredentialsProviderError: /,
    );
    writeFileSync(join(folder, "token"), "pod's token");
    expect(await s3().versions("audit", "ledger/")).toEqual([]);
  });
});

test.each([
  ["s3://audit/ledger/", { bucket: "audit", prefix: "ledger" }],
  ["s3://audit/a/b", { bucket: "audit", prefix: "a/b" }],
  ["s3://audit", { bucket: "audit", prefix: "" }],
  ["ledger.jsonl", undefined],
  ["/s3://audit", undefined],
])("the location %s is %j", (location, expected) =>
  expect(objectLocation(location)).toEqual(expected),
);

/**
 * The image of the promoter holds node alone: a program of it that started another would end there
 * and on no other machine.
 */
test("no module of the image's programs starts another program", () => {
  const sources = resolve(__dirname, "..", "..", "..", "services", "delivery");
  const files = readdirSync(sources, { encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(sources, name));
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => /child_process/.test(readFileSync(file, "utf8")))).toEqual([]);
});
