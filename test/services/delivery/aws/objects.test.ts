import { createServer, type IncomingMessage, type Server } from "node:http";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { byHttp } from "../../../../services/delivery/aws/command";
import { findCredentials, inPod } from "../../../../services/delivery/aws/credentials";
import { objectsOf } from "../../../../services/delivery/aws/objects";
import { signedHeaders } from "../../../../services/delivery/aws/sign-request";
import { openLedger } from "../../../../services/delivery/ledger-location";
import { openOrders } from "../../../../services/delivery/orders";

let folder = "";
let server: Server;
let address = "";
let objects: Map<string, string>;
let seen: { method: string; url: string; region: string; headers: IncomingMessage["headers"] }[];
let busy = 0;
const home = "eu-west-1";
const session = { AccessKeyId: "ASIAEXAMPLE", SecretAccessKey: "secret", Token: "session token" };

/** S3's own answer of an error. */
const error = (code: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>said &amp; done</Message></Error>`;

/**
 * Amazon S3 and the agent of EKS Pod Identity on loopback, as documented: path-style addresses,
 * pages of two keys, a bucket that lies in its region alone.
 */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "causeway-s3-"));
  writeFileSync(join(folder, "token"), "pod's token\n");
  objects = new Map();
  seen = [];
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request
      .on("data", (part: Buffer) => parts.push(part))
      .on("end", () => {
        const answer = (status: number, body = "", headers: Record<string, string> = {}) =>
          response.writeHead(status, headers).end(body);
        const url = new URL(request.url ?? "/", address);
        if (url.pathname === "/v1/credentials")
          return request.headers.authorization === "pod's token"
            ? answer(200, JSON.stringify(session))
            : answer(401);
        const {
          authorization = "",
          "x-amz-date": moment = "",
          "if-none-match": onlyNew,
        } = request.headers;
        const [, region = ""] =
          /Credential=ASIAEXAMPLE\/\d+\/([^/]+)\/s3\/aws4_request/.exec(authorization) ?? [];
        seen.push({
          method: request.method ?? "",
          url: request.url ?? "",
          region,
          headers: request.headers,
        });
        if (region !== home)
          return answer(400, error("AuthorizationHeaderMalformed"), {
            "x-amz-bucket-region": home,
          });
        const now = new Date(
          String(moment).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
        );
        const credentials = {
          accessKeyId: session.AccessKeyId,
          secretAccessKey: session.SecretAccessKey,
          token: session.Token,
        };
        const signed = signedHeaders(
          {
            method: request.method === "PUT" ? "PUT" : "GET",
            url,
            body: Buffer.concat(parts),
            headers: onlyNew === undefined ? {} : { "if-none-match": onlyNew },
          },
          credentials,
          { service: "s3", region, now },
        );
        if (authorization !== signed["authorization"])
          return answer(403, error("SignatureDoesNotMatch"));
        if (busy-- > 0) return answer(503, error("SlowDown"));
        const key = decodeURIComponent(url.pathname.replace(/^\/audit\//, ""));
        if (request.method === "PUT") {
          if (onlyNew === "*" && objects.has(key)) return answer(412, error("PreconditionFailed"));
          objects.set(key, Buffer.concat(parts).toString("utf8"));
          return answer(200);
        }
        if (url.searchParams.get("list-type") !== "2")
          return objects.has(key) ? answer(200, objects.get(key)) : answer(404, error("NoSuchKey"));
        const found = [...objects.keys()]
          .filter((name) => name.startsWith(url.searchParams.get("prefix") ?? ""))
          .sort();
        const from = Number(url.searchParams.get("continuation-token") ?? 0);
        const escaped = (name: string) => name.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
        const more =
          from + 2 < found.length
            ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${from + 2}</NextContinuationToken>`
            : "<IsTruncated>false</IsTruncated>";
        return answer(
          200,
          `<?xml version="1.0"?><ListBucketResult>${more}${found
            .slice(from, from + 2)
            .map((name) => `<Contents><Key>${escaped(name)}</Key></Contents>`)
            .join("")}</ListBucketResult>`,
        );
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  rmSync(folder, { recursive: true, force: true });
});

const pod = (more: Record<string, string> = {}) => ({
  AWS_ENDPOINT_URL_S3: address,
  AWS_REGION: "eu-central-1",
  AWS_CONTAINER_CREDENTIALS_FULL_URI: `${address}/v1/credentials`,
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(folder, "token"),
  ...more,
});
const aws = (args: readonly string[]) => byHttp(args, objectsOf(pod()));

describe("a pod without the AWS CLI", () => {
  test("keeps the ledger in the bucket, from another region, with the role that EKS gives it", async () => {
    const ledger = await openLedger("s3://audit/ledger", aws);
    const fact = {
      actor: "retraining",
      action: "promote",
      subject: "loan-approval",
      details: { region: "eu-west-1" },
    } as const;
    await ledger.record(fact);
    expect([...objects.keys()]).toEqual(["ledger/000000000001.json"]);
    // The first request does not know the bucket's region; it is told once.
    expect(seen.map(({ method, region }) => [method, region]).slice(0, 2)).toEqual([
      ["GET", "eu-central-1"],
      ["GET", home],
    ]);
    expect(seen.at(-1)).toMatchObject({ method: "PUT", region: home });
  });

  test("reads every page, approvals by role, and only what it does not have", async () => {
    const ledger = await openLedger("s3://audit/ledger", aws);
    for (const role of ["ethics-board", "model-risk", "owner"])
      await ledger.record({
        actor: `${role}@example.com`,
        action: "approve",
        subject: "loan-approval",
        details: { digest: "x", role },
      });
    const again = await openLedger("s3://audit/ledger", aws);
    expect((await again.entries()).map(({ details }) => details["role"])).toEqual([
      "ethics-board",
      "model-risk",
      "owner",
    ]);
    objects.delete([...objects.keys()].find((key) => key.startsWith("approvals/owner/"))!);
    expect(
      (await (await openLedger("s3://audit/ledger", aws)).entries()).map(
        ({ details }) => details["role"],
      ),
    ).toEqual(["ethics-board", "model-risk"]);
    const before = seen.length;
    await again.entries();
    expect(seen.slice(before).filter(({ url }) => url.endsWith(".json"))).toEqual([]);
  });

  test("continues the chain where another wrote the same number first", async () => {
    const [here, there] = [
      await openLedger("s3://audit/ledger", aws),
      await openLedger("s3://audit/ledger", aws),
    ];
    await here.record({ actor: "a", action: "promote", subject: "m", details: {} });
    expect(
      (await there.record({ actor: "b", action: "promote", subject: "m", details: {} })).sequence,
    ).toBe(2);
  });

  test("has no order where there is none, waits where S3 is busy, and says S3's refusals in its words", async () => {
    await expect(
      openOrders("s3://audit/orders", aws).get("eu-west-1", "loan-approval"),
    ).resolves.toBeUndefined();
    busy = 2;
    writeFileSync(join(folder, "one.json"), "{}");
    await aws([
      "s3api",
      "put-object",
      "--bucket",
      "audit",
      "--key",
      "a b/ü'().json",
      "--body",
      join(folder, "one.json"),
    ]);
    expect([...objects.keys()]).toEqual(["a b/ü'().json"]);
    await expect(
      aws(["s3api", "get-object", "--bucket", "audit", "--key", "none", join(folder, "none")]),
    ).rejects.toThrow(
      "An error occurred (NoSuchKey) when calling the GetObject operation: said & done",
    );
    await expect(aws(["s3", "ls"])).rejects.toThrow("aws s3 ls cannot be done without the AWS CLI");
  });

  test("writes no object beside its folder, whatever the key is", async () => {
    objects.set("ledger/../../evil.json", "{}");
    await expect(openLedger("s3://audit/ledger", aws)).rejects.toThrow(
      "cannot be a file of a folder",
    );
    expect(readdirSync(folder)).toEqual(["token"]);
  });

  test("is one by what EKS sets, and says so where it gets no credentials", async () => {
    expect([inPod(pod()), inPod({})]).toEqual([true, false]);
    writeFileSync(join(folder, "token"), "another");
    await expect(findCredentials(pod())).rejects.toThrow("answered 401");
    expect(await findCredentials({ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" })).toEqual({
      accessKeyId: "a",
      secretAccessKey: "b",
    });
    expect(readFileSync(join(folder, "token"), "utf8")).toBe("another");
  });
});

/**
 * The image of the promoter holds node alone: a program of it that called another would end there
 * and nowhere else.
 */
test("no module of the image's programs starts the AWS CLI but the one that knows a pod", () => {
  const folder = resolve(__dirname, "..", "..", "..", "..", "services", "delivery");
  const files = readdirSync(folder, { encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => /\("aws"|'aws'/.test(readFileSync(file, "utf8")))).toEqual([]);
});
