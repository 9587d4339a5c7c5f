import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settingsJob, settingsMap } from "../../../../infra/platform/elastic/settings-job";
import {
  settingsData,
  settingsRequests,
  type LogSettings,
} from "../../../../infra/platform/elastic/settings";
import { savedObjects, savedSearches } from "../../../../infra/platform/elastic/saved-searches";
import { sizes } from "../../../../infra/platform/elastic/sizes";
import { logFields } from "../../../../services/contract/log-fields";

const prod: LogSettings = {
  size: sizes.prod,
  predictionDays: 400,
  snapshots: { bucket: "example-audit", basePath: "log-snapshots/eu-west-1" },
};
const local: LogSettings = { size: sizes.local, predictionDays: 183 };
const body = (settings: LogSettings, path: string) =>
  settingsRequests(settings).find((request) => request.path === path)?.body as any; // eslint-disable-line @typescript-eslint/no-explicit-any

describe("what Elasticsearch is told", () => {
  test("is in the order in which one thing names another, and each name is told", () => {
    expect(settingsRequests(prod).map(({ path }) => path)).toEqual([
      "/_snapshot/causeway-audit",
      "/_slm/policy/causeway-snapshots",
      "/_ilm/policy/causeway-predictions",
      "/_ilm/policy/causeway-subjects",
      "/_ilm/policy/causeway-other",
      "/_index_template/causeway-predictions",
      "/_index_template/causeway-subjects",
      "/_index_template/causeway-training",
      "/_index_template/causeway-platform",
    ]);
    for (const stream of ["predictions", "subjects", "training", "platform"])
      expect(
        body(
          prod,
          `/_ilm/policy/${body(prod, `/_index_template/causeway-${stream}`).template.settings["index.lifecycle.name"]}`,
        ),
      ).toBeDefined();
    expect(body(prod, "/_slm/policy/causeway-snapshots").repository).toBe("causeway-audit");
  });

  test("predictions are kept for the given days from the end of their index, and deleted only once they are in a snapshot", () => {
    expect(body(prod, "/_ilm/policy/causeway-predictions").policy.phases.delete).toEqual({
      min_age: "400d",
      actions: { wait_for_snapshot: { policy: "causeway-snapshots" }, delete: {} },
    });
    expect(body(local, "/_ilm/policy/causeway-predictions").policy.phases.delete).toEqual({
      min_age: "183d",
      actions: { delete: {} },
    });
    expect(body(prod, "/_ilm/policy/causeway-other").policy.phases.delete).toEqual({
      min_age: "30d",
      actions: { delete: {} },
    });
  });

  test("snapshots go to the region's part of the bucket, under the bucket's own encryption", () => {
    expect(body(prod, "/_snapshot/causeway-audit")).toEqual({
      type: "s3",
      settings: { bucket: "example-audit", base_path: "log-snapshots/eu-west-1", compress: true },
    });
    expect(
      settingsRequests(local)
        .map(({ path }) => path)
        .filter((path) => /snapshot|slm/.test(path)),
    ).toEqual([]);
  });

  test("who a prediction was about is kept as long, in no snapshot, and its end waits for none", () => {
    expect(body(prod, "/_slm/policy/causeway-snapshots").config).toEqual({
      indices: ["causeway-predictions", "causeway-training", "causeway-platform"],
      ignore_unavailable: true,
      include_global_state: false,
      feature_states: ["none"],
    });
    expect(
      body(prod, "/_index_template/causeway-subjects").template.settings["index.lifecycle.name"],
    ).toBe("causeway-subjects");
    expect(body(prod, "/_ilm/policy/causeway-subjects").policy.phases.delete).toEqual({
      min_age: "400d",
      actions: { delete: {} },
    });
  });

  test("a stray field cannot grow the mapping, and every field that the server logs has one", () => {
    for (const stream of ["predictions", "subjects", "training", "platform"]) {
      const { mappings, settings } = body(prod, `/_index_template/causeway-${stream}`).template;
      const objects = (mapping: { dynamic?: unknown; properties?: object }): unknown[] =>
        mapping.properties === undefined
          ? []
          : [mapping.dynamic, ...Object.values(mapping.properties).flatMap(objects)];
      expect(new Set(objects(mappings))).toEqual(new Set([false]));
      expect(settings["index.mapping.ignore_malformed"]).toBe(true);
    }
    const { properties } = body(prod, "/_index_template/causeway-predictions").template.mappings
      .properties.causeway;
    expect(Object.keys(properties)).toEqual(Object.keys(logFields));
    expect(properties).toMatchObject({
      requestId: { type: "keyword" },
      milliseconds: { type: "float" },
      time: { type: "date" },
      frames: { type: "match_only_text" },
    });
  });

  test("a line has a copy on another node where there is one", () => {
    expect(
      body(prod, "/_index_template/causeway-predictions").template.settings[
        "index.number_of_replicas"
      ],
    ).toBe(1);
    expect(
      body(local, "/_index_template/causeway-predictions").template.settings[
        "index.number_of_replicas"
      ],
    ).toBe(0);
  });
});

describe("saved searches", () => {
  const objects = savedObjects()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; id: string; references: { id: string }[] });

  test("each search and each data view is one line, and what a search refers to is there", () => {
    expect(new Set(objects.map(({ id }) => id)).size).toBe(savedSearches.length + 4);
    const views = objects.filter(({ type }) => type === "index-pattern").map(({ id }) => id);
    for (const { references } of objects.filter(({ type }) => type === "search"))
      for (const { id } of references) expect(views).toContain(id);
  });

  test("columns and queries use fields that are indexed", () => {
    const paths = (properties: object, prefix = ""): string[] =>
      Object.entries(properties).flatMap(([name, mapping]: [string, { properties?: object }]) =>
        mapping.properties === undefined
          ? [`${prefix}${name}`]
          : paths(mapping.properties, `${prefix}${name}.`),
      );
    for (const { stream, columns, query } of savedSearches) {
      const known = paths(
        body(prod, `/_index_template/causeway-${stream}`).template.mappings.properties,
      );
      const asked = [...query.matchAll(/([A-Za-z.]+) (?::|>=)/g)].map(([, field = ""]) => field);
      expect([...columns, ...asked].filter((field) => !known.includes(field))).toEqual([]);
    }
  });
});

describe("the Job", () => {
  test("has another name for other settings, and the same name for the same", () => {
    expect(settingsJob(prod).metadata.name).toMatch(/^log-settings-[0-9a-f]{10}$/);
    expect(settingsJob({ ...prod }).metadata.name).toBe(settingsJob(prod).metadata.name);
    expect(settingsJob({ ...prod, predictionDays: 401 }).metadata.name).not.toBe(
      settingsJob(prod).metadata.name,
    );
    expect(settingsMap(prod).metadata.labels["app.kubernetes.io/component"]).toBe("log-settings");
  });
});

/**
 * The very script, against a stand-in of Elasticsearch and Kibana that speaks TLS with an authority
 * of its own.
 */
describe("the script", () => {
  const folder = mkdtempSync(join(tmpdir(), "causeway-log-settings-"));
  const ca = join(folder, "ca.crt");
  const received: {
    readonly method: string;
    readonly url: string;
    readonly account: string;
    readonly body: string;
  }[] = [];
  let server: Server;
  let refuse = (_url: string): number | undefined => undefined;
  let imported = '{"success":true}';

  beforeAll(async () => {
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        join(folder, "key.pem"),
        "-out",
        ca,
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
      ],
      { stdio: "ignore" },
    );
    for (const [name, text] of Object.entries(settingsData(prod)))
      writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, "password"), "s3cret");
    server = createServer(
      { key: readFileSync(join(folder, "key.pem")), cert: readFileSync(ca) },
      (request, response) => {
        let text = "";
        request
          .on("data", (data) => (text += data))
          .on("end", () => {
            const url = request.url ?? "";
            received.push({
              method: request.method ?? "",
              url,
              account: Buffer.from(
                (request.headers.authorization ?? "").split(" ")[1] ?? "",
                "base64",
              ).toString(),
              body: text,
            });
            response.writeHead(refuse(url) ?? 200).end(url.includes("_import") ? imported : "{}");
          });
      },
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  beforeEach(() => {
    received.length = 0;
    refuse = () => undefined;
    imported = '{"success":true}';
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function run(): Promise<{ readonly code: number | null; readonly output: string }> {
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const env = {
      PATH: process.env["PATH"],
      ACCOUNT: "log-settings",
      PASSWORD_FILE: join(folder, "password"),
      SETTINGS_FOLDER: folder,
      ELASTICSEARCH_URL: url,
      ELASTICSEARCH_CA: ca,
      KIBANA_URL: url,
      KIBANA_CA: ca,
      PAUSE_SECONDS: "0.05",
    };
    const child = spawn("bash", [join(folder, "apply.sh")], { env });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
  }

  test("sends every request once, with the account's password and over the given authority, and then the searches", async () => {
    const { code, output } = await run();
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(received.slice(1, 10).map(({ method, url }) => [method, url])).toEqual(
      settingsRequests(prod).map(({ method, path }) => [method, path]),
    );
    expect(received.slice(1, 10).map(({ body: sent }) => JSON.parse(sent) as unknown)).toEqual(
      settingsRequests(prod).map(({ body: meant }) => meant),
    );
    expect(new Set(received.map(({ account }) => account))).toEqual(
      new Set(["log-settings:s3cret"]),
    );
    expect(received.at(-1)?.url).toBe("/api/saved_objects/_import?overwrite=true");
    expect(received.at(-1)?.body).toContain(savedObjects());
    expect(output).not.toContain("s3cret");
  });

  test("waits until Elasticsearch and Kibana are ready", async () => {
    let early = 2;
    refuse = (url) => (/_cluster\/health|api\/status/.test(url) && early-- > 0 ? 503 : undefined);
    expect((await run()).code).toBe(0);
    expect(received.filter(({ url }) => url.startsWith("/_cluster/health"))).toHaveLength(3);
  });

  test("ends at the first request that is refused, with the answer, and applies nothing after it", async () => {
    refuse = (url) => (url.startsWith("/_slm/") ? 400 : undefined);
    const { code } = await run();
    expect(code).not.toBe(0);
    expect(received.at(-1)?.url).toBe("/_slm/policy/causeway-snapshots");
  });

  test("fails when Kibana took only some of the searches", async () => {
    imported = '{"success":false,"successCount":2}';
    const { code, output } = await run();
    expect([code, output.includes('"successCount":2')]).toEqual([1, true]);
  });
});
