import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { restoreDrill } from "../../../cli/drill/restore";
import {
  readState,
  stateDifferences,
  stateProblems,
  type ExportedState,
} from "../../../cli/drill/state";

const urn = (name: string) => `urn:pulumi:prod::causeway::a:b:C::${name}`;
const provider = urn("provider");
const state = (change: Partial<ExportedState["deployment"]> = {}): ExportedState => ({
  version: 3,
  deployment: {
    secrets_providers: { type: "passphrase", state: {} },
    resources: [
      { urn: urn("stack") },
      { urn: provider, parent: urn("stack"), id: "id-1" },
      {
        urn: urn("bucket"),
        parent: urn("stack"),
        provider: `${provider}::id-1`,
        dependencies: [provider],
        inputs: { b: 1, a: { ciphertext: "one" } },
      },
    ],
    ...change,
  },
});
const resources = () => state().deployment.resources!;

describe("a state that is to be relied on", () => {
  test("is complete", () => expect(stateProblems(state())).toEqual([]));

  test.each([
    ["has no resource", { resources: [] }, "it holds no resource"],
    [
      "was cut off",
      { pending_operations: [{}] },
      "1 operations were cut off: run pulumi refresh first",
    ],
    [
      "lost a resource that others name",
      { resources: resources().slice(1) },
      `${provider} names ${urn("stack")}, which the state does not hold`,
    ],
    [
      "lost a provider",
      { resources: resources().filter((each) => each.urn !== provider) },
      `${urn("bucket")} names ${provider}, which the state does not hold`,
    ],
    [
      "holds a resource twice",
      { resources: [...resources(), resources()[0]!] },
      `${urn("stack")} is there twice`,
    ],
  ])("is not one that %s", (_, change, problem) =>
    expect(stateProblems(state(change))).toContain(problem),
  );

  test("may hold a resource that waits for its deletion beside its successor", () => {
    expect(
      stateProblems(state({ resources: [...resources(), { urn: urn("bucket"), delete: true }] })),
    ).toEqual([]);
  });

  test("is JSON of the right shape", () => {
    expect(() => readState("{", "state.json")).toThrow("state.json");
    expect(() => readState('{"version":3}', "state.json")).toThrow("deployment");
  });
});

describe("a restored state", () => {
  test("may have other ciphertexts and another order of keys", () => {
    const again = state({
      resources: resources().map((each) =>
        each.urn === urn("bucket") ? { ...each, inputs: { a: { ciphertext: "two" }, b: 1 } } : each,
      ),
    });
    expect(stateDifferences(state(), again)).toEqual([]);
  });

  test.each([
    ["a lost resource", resources().slice(0, 2), `${urn("bucket")} is lost`],
    [
      "a new resource",
      [...resources(), { urn: urn("other") }],
      `${urn("other")} came out of nowhere`,
    ],
    [
      "a changed input",
      resources().map((each) =>
        each.urn === urn("bucket") ? { ...each, inputs: { b: 2 } } : each,
      ),
      `${urn("bucket")} is another`,
    ],
  ])("is told apart by %s", (_, changed, difference) =>
    expect(stateDifferences(state(), state({ resources: changed }))).toEqual([difference]),
  );
});

describe("the drill", () => {
  let folder = "";
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "causeway-restore-test-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A CLI whose exports write a state. */
  const cli = (calls: string[], exported: ExportedState) => (args: readonly string[]) => {
    calls.push(args.join(" ").replaceAll(folder, "."));
    if (args[1] === "export") writeFileSync(args.at(-1)!, JSON.stringify(exported));
    return Promise.resolve();
  };

  test("only reads the first backend, and names the key of a cloud to the second", async () => {
    const [from, to]: [string[], string[]] = [[], []];
    const kept = state({
      secrets_providers: { type: "cloud", state: { url: "awskms://alias/state" } },
    });
    expect(
      await restoreDrill({ from: cli(from, kept), to: cli(to, kept), stack: "prod", folder }),
    ).toEqual({ resources: 3, differences: [] });
    expect(from).toEqual(["stack export --stack prod --file ./state.json"]);
    expect(to).toEqual([
      "stack init prod --secrets-provider awskms://alias/state",
      "stack import --stack prod --file ./state.json",
      "stack export --stack prod --file ./restored.json",
    ]);
    expect(JSON.parse(readFileSync(join(folder, "state.json"), "utf8"))).toEqual(kept);
  });

  test("refuses a state that is not complete before it restores anything", async () => {
    const to: string[] = [];
    await expect(
      restoreDrill({
        from: cli([], state({ resources: [] })),
        to: cli(to, state()),
        stack: "prod",
        folder,
      }),
    ).rejects.toThrow("it holds no resource");
    expect(to).toEqual([]);
  });

  test("tells what a restore lost", async () => {
    const { differences } = await restoreDrill({
      from: cli([], state()),
      to: cli([], state({ resources: resources().slice(0, 2) })),
      stack: "prod",
      folder,
    });
    expect(differences).toEqual([`${urn("bucket")} is lost`]);
  });
});
