import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filebeatConfig } from "../../infra/platform/elastic/shipper";
import { savedSearches } from "../../infra/platform/elastic/saved-searches";
import { containerLines, ContainerLog, nanoseconds } from "../harness/logs/container-files";
import { queryFrom } from "../harness/logs/kql";
import { mavenProject } from "../harness/logs/search-server";
import { isTemplate, programRequests, templateForStandIn } from "../harness/logs/settings";
import { laptopConfig } from "../harness/logs/shipper";
import { differences } from "../e2e/logs/arrival";

describe("a container's file", () => {
  test("has a long line in pieces, of which only the last ends it", () => {
    expect(containerLines("abcdefg", { time: "T", output: "stderr", pieceBytes: 3 })).toBe(
      "T stderr P abc\nT stderr P def\nT stderr F g\n",
    );
    expect(containerLines("", { time: "T", output: "stdout" })).toBe("T stdout F \n");
  });

  test("has times with nine digits that go up with the lines", () => {
    expect([1, 2].map((count) => nanoseconds(Date.UTC(2026, 10, 24, 3), count))).toEqual([
      "2026-11-24T03:00:00.000000001Z",
      "2026-11-24T03:00:00.000000002Z",
    ]);
  });

  test("gets the time for its name when it is full, and a new one takes its place", () => {
    const folder = mkdtempSync(join(tmpdir(), "causeway-container-"));
    const log = new ContainerLog(folder, {
      namespace: "space",
      pod: "pod",
      uid: "1",
      container: "server",
    });
    log.write("one");
    log.rotate();
    log.write("two");
    const files = readdirSync(join(folder, "space_pod_1", "server")).sort();
    expect(files).toEqual(["0.log", expect.stringMatching(/^0\.log\.\d{8}-\d{6}$/)]);
    expect(
      files.map((file) =>
        readFileSync(join(folder, "space_pod_1", "server", file), "utf8")
          .split(" ")
          .at(-1),
      ),
    ).toEqual(["two\n", "one\n"]);
    rmSync(folder, { recursive: true });
  });
});

test("a laptop changes the folder of the files, and adds what the operator adds, and nothing else", () => {
  const config = laptopConfig(filebeatConfig(), {
    podLogs: "/folder/pods",
    url: "https://localhost:1",
    authority: "/folder/ca.crt",
  });
  const {
    hosts,
    "ssl.certificate_authorities": authorities,
    ...output
  } = config["output.elasticsearch"] as Record<string, unknown>;
  expect([hosts, authorities]).toEqual([["https://localhost:1"], ["/folder/ca.crt"]]);
  expect(
    JSON.parse(
      JSON.stringify({ ...config, "output.elasticsearch": output }).replaceAll(
        "/folder/pods",
        "/var/log/pods",
      ),
    ),
  ).toEqual(filebeatConfig());
});

test("of a template only what the stand-in refuses is left out", () => {
  const template = programRequests().find(isTemplate)?.body as {
    template: { settings: object; mappings: object };
  };
  const given = templateForStandIn(template) as typeof template;
  expect(Object.keys(template).filter((name) => !(name in given))).toEqual(["allow_auto_create"]);
  expect(
    Object.keys(template.template.settings).filter((name) => !(name in given.template.settings)),
  ).toEqual(["index.mode", "index.lifecycle.name"]);
  expect(given.template.mappings).toEqual(template.template.mappings);
  expect(() => templateForStandIn({})).toThrow("holds no template with settings");
});

describe("a query in Kibana's language", () => {
  const match = (field: string, value: string) => ({ match: { [field]: value } });

  test("becomes one of the server's, `and` before `or`", () => {
    expect(queryFrom("a : x or b : y and c >= 400")).toEqual({
      bool: {
        should: [
          match("a", "x"),
          { bool: { filter: [match("b", "y"), { range: { c: { gte: 400 } } }] } },
        ],
        minimum_should_match: 1,
      },
    });
    expect(queryFrom("a : (x or y) or not b : *")).toEqual({
      bool: {
        should: [
          { bool: { should: [match("a", "x"), match("a", "y")], minimum_should_match: 1 } },
          { bool: { must_not: [{ exists: { field: "b" } }] } },
        ],
        minimum_should_match: 1,
      },
    });
    expect(queryFrom("(a : x or b : y) and c <= 1")).toEqual({
      bool: {
        filter: [
          { bool: { should: [match("a", "x"), match("b", "y")], minimum_should_match: 1 } },
          { range: { c: { lte: 1 } } },
        ],
      },
    });
    expect(queryFrom("")).toEqual({ match_all: {} });
  });

  test("is refused where it says what is not translated", () => {
    for (const text of ["a : (x", "a :", "a < 3", "a : x b : y", "and a : x", "(a : x"])
      expect(() => queryFrom(text)).toThrow(SyntaxError);
  });

  test("every saved search is translated", () => {
    for (const { query } of savedSearches) expect(() => queryFrom(query)).not.toThrow();
  });
});

describe("what was written and what is stored", () => {
  const container = { namespace: "causeway-models", pod: "p", uid: "1", container: "server" };
  const line = (text: string) => ({ ...container, text, output: "stdout" as const });
  const kubernetes = {
    namespace: "causeway-models",
    container: "server",
    pod: { name: "p", uid: "1" },
  };

  test("are compared as often as they are there, with their stream", () => {
    const written = [
      line('{"msg":"request","b":1}'),
      line("text"),
      line("text"),
      line('{"msg":"subject"}'),
    ];
    const stored = [
      {
        index: ".ds-causeway-predictions-000001",
        line: { kubernetes, stream: "stdout", causeway: { b: 1, msg: "request" } },
      },
      {
        index: ".ds-causeway-predictions-000002",
        line: { kubernetes, stream: "stdout", message: "text" },
      },
      {
        index: ".ds-causeway-predictions-000001",
        line: { kubernetes, stream: "stdout", causeway: { msg: "subject" } },
      },
    ];
    const { lost, more } = differences(written, stored);
    expect(lost).toEqual([
      expect.stringMatching(/predictions.*"text"/),
      expect.stringMatching(/subjects.*"subject"/),
    ]);
    expect(more).toEqual([expect.stringMatching(/predictions.*"subject"/)]);
    expect(differences([line("text")], [stored[1]!, stored[1]!]).more).toHaveLength(1);
  });
});

test("the project for Maven names each artefact with its group and version", () => {
  expect(mavenProject(["org.example:part:1.2", "org.example:more:3"])).toContain(
    "<dependency><groupId>org.example</groupId><artifactId>part</artifactId><version>1.2</version></dependency><dependency>",
  );
});
