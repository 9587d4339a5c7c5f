import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { documents, resourcesOf, typeToken } from "../../../cli/lint/manifests";
import { goodDeployment } from "../../policies/rules/workloads/good";
import { set } from "../../support/rule-suite";
import { causeway } from "../../support/verb";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "causeway-lint-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const deployment = goodDeployment();
const privileged = set(
  deployment,
  "spec.template.spec.containers.0.securityContext.privileged",
  true,
);

function file(name: string, content: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const lines = (text: string) => text.split("\n").filter((line) => line !== "");

async function run(...args: string[]) {
  const { code, out, err } = await causeway("lint", args);
  return { code, out: out.trimEnd().split("\n"), err: lines(err) };
}

describe("causeway lint", () => {
  it("exits 0 for good manifests and counts them", async () => {
    file("deep/down/a.yaml", `# a comment\n---\n${JSON.stringify(deployment)}\n---\n# nothing\n`);
    file("b.json", JSON.stringify({ apiVersion: "v1", kind: "List", items: [deployment] }));
    file("README.md", "not a manifest");
    expect(await run(folder)).toEqual({
      code: 0,
      out: ["2 files, 2 objects: 0 mandatory, 0 advisory, 0 unreadable"],
      err: [],
    });
  });

  it("exits 1 for a violation and says file, line, rule and remedy", async () => {
    const path = file(
      "bad.yaml",
      `${JSON.stringify(deployment)}\n---\n\n${JSON.stringify(privileged)}\n`,
    );
    const { code, out } = await run(path);
    expect(code).toBe(1);
    expect(out.slice(0, 2).join("\n")).toBe(
      `${path}:4: mandatory workloads-pod-privileged (critical): container "server" of Deployment "scorer" must not set securityContext.privileged, got true\n    Remove securityContext.privileged; add the one capability that is needed instead.`,
    );
    expect(out.at(-1)).toBe("1 file, 2 objects: 1 mandatory, 0 advisory, 0 unreadable");
  });

  it("judges the objects of all files together by the rules over a stack", async () => {
    const namespace = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: "causeway-models",
        labels: { "pod-security.kubernetes.io/enforce": "restricted" },
      },
    };
    file("namespace.yaml", JSON.stringify(namespace));
    expect((await run(folder)).out.join("\n")).toContain("workloads-namespace-quota");
    file(
      "quota.yaml",
      JSON.stringify({
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "all", namespace: "causeway-models" },
      }),
    );
    expect((await run(folder)).out.join("\n")).not.toContain("workloads-namespace-quota");
  });

  it("obeys a pack configuration", async () => {
    const path = file("bad.yaml", JSON.stringify(privileged));
    const config = file("config.json", JSON.stringify({ "workloads-pod-privileged": "advisory" }));
    expect(await run("--config", config, path)).toMatchObject({
      code: 0,
      out: [
        expect.stringContaining(": advisory workloads-pod-privileged"),
        expect.stringContaining("Remove securityContext.privileged"),
        "1 file, 1 object: 0 mandatory, 1 advisory, 0 unreadable",
      ],
    });
  });

  it("exits 2 for YAML that cannot be read, says where, and judges the rest", async () => {
    const path = file("broken.yaml", `${JSON.stringify(privileged)}\n---\na: [1\nb: 2\n`);
    const { code, out, err } = await run(path);
    expect(code).toBe(2);
    expect(err).toEqual([`${path}:4: deficient indentation (unreadable)`]);
    expect(out.join("\n")).toContain("workloads-pod-privileged");
  });

  it.each([
    ["a key in a block", "metadata:\n  name: a\n  name : b\n", 3, "name"],
    ["a key that ends its line", "spec:\n  a: 1\nspec:\n  b: 1\n", 3, "spec"],
    ["a key with a colon", "a:b: 1\n'a:b': 2\n", 2, "a:b"],
    ["a key of JSON", '{\n"a": 1,\n"a, b": 2,\n"a, b": 3}', 4, "a, b"],
    ["a key without a value", "x: {a: 1, a}\n", 1, "a"],
  ])("names %s that is there twice, and its line", async (_, content, line, key) => {
    const path = file("twice.yaml", content);
    expect(await run(path)).toMatchObject({
      code: 2,
      err: [`${path}:${line}: duplicated mapping key ${JSON.stringify(key)} (unreadable)`],
    });
  });

  it.each([
    [
      "a document that is no object",
      "just text\n",
      "a Kubernetes object must have apiVersion and kind, got no apiVersion",
    ],
    [
      "an object without a kind",
      "apiVersion: v1\n",
      "a Kubernetes object must have apiVersion and kind, got no kind",
    ],
  ])("exits 2 for %s", async (_, content, message) => {
    const path = file("odd.yaml", content);
    expect(await run(path)).toMatchObject({ code: 2, err: [`${path}:1: ${message} (unreadable)`] });
  });

  it("exits 2 for a path that leads nowhere, for a folder without manifests, for no path and for an unknown option", async () => {
    expect(await run(join(folder, "nowhere"))).toMatchObject({
      code: 2,
      err: [expect.stringMatching(/nowhere: must be a file or a folder, got nothing there/)],
    });
    expect(await run(folder)).toMatchObject({
      code: 2,
      err: [expect.stringContaining("no Kubernetes object found")],
    });
    expect(await run()).toMatchObject({
      code: 2,
      err: [expect.stringContaining("no Kubernetes object found")],
    });
    expect(await run("--fast", folder)).toMatchObject({
      code: 2,
      err: [
        expect.stringContaining("unknown option '--fast'"),
        expect.anything(),
        expect.anything(),
      ],
    });
  });

  describe("of kinds that no rule knows", () => {
    const thing = (name: string, apiVersion = "unheard.example/v1") => ({
      apiVersion,
      kind: "Thing",
      metadata: { name },
    });
    const quota = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "all" } };
    const objects = [thing("a", "other.example/v2"), thing("b"), deployment, thing("c"), quota];
    const source = objects.map((each) => JSON.stringify(each)).join("\n---\n");
    const said = [
      "3 of 5 not judged: 2 Thing (unheard.example/v1), 1 Thing (other.example/v2)",
      "1 file, 5 objects: 0 mandatory, 0 advisory, 0 unreadable",
    ];

    it("names each with its API and the number of its objects", async () => {
      file("a.yaml", source);
      expect(await run(folder)).toEqual({ code: 0, out: said, err: [] });
    });

    it("names them on standard input too, and tells a program where they are", async () => {
      const { code, out } = await causeway("lint", [], source);
      expect([code, lines(out)]).toEqual([0, said]);
      const { unjudged } = JSON.parse((await causeway("lint", ["--json", "-"], source)).out) as {
        unjudged: unknown;
      };
      expect(unjudged).toEqual([
        { apiVersion: "unheard.example/v1", kind: "Thing", locations: ["-:3", "-:7"] },
        { apiVersion: "other.example/v2", kind: "Thing", locations: ["-:1"] },
      ]);
    });
  });

  it("judges no patch of Kustomize as if it were a whole object", async () => {
    const patch = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "scorer" },
      spec: { template: { spec: { containers: [{ name: "server", image: "docker.io/x" }] } } },
    };
    file("base/deployment.yaml", JSON.stringify(deployment));
    file("prod/replicas.yaml", JSON.stringify(patch));
    file("prod/fields.yaml", '[{ "op": "add", "path": "/spec/replicas", "value": 3 }]');
    expect((await run(folder)).code).not.toBe(0);
    file(
      "prod/kustomization.yaml",
      "resources: [../base]\npatches: [{ path: replicas.yaml }, { path: fields.yaml }]\n",
    );
    expect(await run(folder)).toEqual({
      code: 0,
      out: ["4 files, 1 object: 0 mandatory, 0 advisory, 0 unreadable"],
      err: [],
    });
  });

  it("reads standard input, and gives a program the findings as JSON", async () => {
    const { code, out } = await causeway("lint", ["--json"], JSON.stringify(privileged));
    expect([code, JSON.parse(out)]).toEqual([
      1,
      {
        files: 1,
        objects: 1,
        unjudged: [],
        unreadable: [],
        findings: [
          expect.objectContaining({
            location: "-:1",
            rule: "workloads-pod-privileged",
            enforcement: "mandatory",
          }),
        ],
      },
    ]);
  });
});

describe("documents", () => {
  it("splits at markers, keeps a marker's own content, and knows the line of each document", () => {
    expect(documents("a: 1\n--- \n# comment\nb: 2\n--- {c: 3}\n...\n").documents).toEqual([
      { line: 1, content: { a: 1 } },
      { line: 4, content: { b: 2 } },
      { line: 5, content: { c: 3 } },
    ]);
  });

  it("does not split inside a block of text", () => {
    expect(documents("text: |\n  one\n  ---\n  two\n").documents).toEqual([
      { line: 1, content: { text: "one\n---\ntwo\n" } },
    ]);
  });
});

describe("resources", () => {
  it.each([
    ["v1", "Pod", "kubernetes:core/v1:Pod"],
    ["apps/v1", "Deployment", "kubernetes:apps/v1:Deployment"],
    [
      "networking.istio.io/v1",
      "VirtualService",
      "kubernetes:networking.istio.io/v1:VirtualService",
    ],
  ])("gives %s %s the provider's type token", (apiVersion, kind, token) =>
    expect(typeToken(apiVersion, kind)).toBe(token),
  );

  it("takes lists and JSON arrays apart", () => {
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { generateName: "job-" } };
    expect(
      resourcesOf([pod, { apiVersion: "v1", kind: "PodList", items: [pod] }]).map(
        ({ name }) => name,
      ),
    ).toEqual(["job-", "job-"]);
  });
});
