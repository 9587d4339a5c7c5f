import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { compareVersions } from "./lib/text";
import { cachedFolder } from "./toolchain/cache";
import { downloadOfficial, publishedDigest } from "./toolchain/download";
import { ownReplacements, stagingReplacements } from "./toolchain/go";

const BODY = "#!/bin/sh\necho tool\n";
const DIGEST = createHash("sha256").update(BODY).digest("hex");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "causeway-toolchain-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("published checksums", () => {
  it("reads a bare digest and a list of digests", () => {
    expect(publishedDigest(`${DIGEST}\n`, "tool")).toBe(DIGEST);
    expect(publishedDigest(`aa  other\n${DIGEST} *tool\n`, "tool")).toBe(DIGEST);
    expect(publishedDigest("aa  other\nbb  another\n", "tool")).toBeUndefined();
  });
});

describe("an official download", () => {
  let server: Server;
  let base: string;
  let published: string;

  beforeEach(async () => {
    published = DIGEST;
    server = createServer((request, response) => {
      if (request.url === "/tool") response.end(BODY);
      else if (request.url === "/tool.sha256") response.end(published);
      else {
        response.statusCode = 404;
        response.end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const download = (name = "tool") =>
    downloadOfficial(
      "tool",
      { url: `${base}/${name}`, checksumUrl: `${base}/${name}.sha256`, algorithm: "sha256" },
      folder,
    );

  it("writes a program whose checksum is the published one", async () => {
    await download();
    expect(readFileSync(path.join(folder, "tool"), "utf8")).toBe(BODY);
  });

  it("refuses a body whose checksum is another", async () => {
    published = "0".repeat(64);
    await expect(download()).rejects.toThrow(
      `has the sha256 ${DIGEST}, published is ${"0".repeat(64)}`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it("says so when there is nothing at the address", async () => {
    await expect(download("other")).rejects.toThrow("/other answered 404");
  });
});

describe("the tool cache", () => {
  beforeEach(() => {
    process.env["CAUSEWAY_CACHE"] = folder;
  });
  afterEach(() => {
    delete process.env["CAUSEWAY_CACHE"];
  });

  it("leaves nothing behind when filling fails", async () => {
    await expect(
      cachedFolder("tool-1", () => Promise.reject(new Error("no network"))),
    ).rejects.toThrow("no network");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("fills a folder once", async () => {
    const fill = jest.fn(() => Promise.resolve());
    expect(await cachedFolder("tool-1", fill)).toBe(path.join(folder, "tool-1"));
    await cachedFolder("tool-1", fill);
    expect(fill).toHaveBeenCalledTimes(1);
  });
});

describe("modules of Kubernetes", () => {
  it("replaces exactly the staging modules by the versions published beside the release", () => {
    const goMod =
      "require (\n\tk8s.io/api v0.0.0\n\tk8s.io/utils v0.0.0-20260210185600-b8788abfbbc2\n\tk8s.io/klog/v2 v2.140.0\n)\n";
    expect(stagingReplacements(goMod, "1.36.3")).toEqual([
      "replace k8s.io/api => k8s.io/api v0.36.3",
    ]);
  });
});

describe("versions", () => {
  it("compares number by number", () => {
    expect(compareVersions("1.9.0", "1.26.0")).toBeLessThan(0);
    expect(compareVersions("1.26.8", "1.26.0")).toBeGreaterThan(0);
    expect(compareVersions("1.26", "1.26.0")).toBe(0);
  });
});

describe("the replacements of a module", () => {
  it("keeps those by published versions, with and without a version on the left, and leaves out those by local folders", () => {
    const goMod = [
      "module example.com/controller",
      "",
      "require k8s.io/api v0.0.0",
      "replace example.com/one => example.com/fork v1.2.3",
      "replace (",
      "\tk8s.io/api v0.0.0 => k8s.io/api v0.29.3",
      "\texample.com/local => ./local",
      ")",
    ].join("\n");
    expect(ownReplacements(goMod)).toEqual([
      "replace example.com/one => example.com/fork v1.2.3",
      "replace k8s.io/api v0.0.0 => k8s.io/api v0.29.3",
    ]);
  });
});
