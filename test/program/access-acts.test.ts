import { actRows, acts, cell, inClusters } from "../../cli/access/acts";
import { viewOf } from "../../cli/plan/resource";
import { groups, type Group } from "../../infra/kubernetes/labels";
import type { ResourceView } from "../../policies/rule";
import { allowed } from "../e2e/duty-answers";
import type { RequestName } from "../e2e/duty-requests";
import { planOf } from "../support/stacks";

let prod: readonly ResourceView[] = [];
beforeAll(async () => {
  prod = (await planOf("prod")).resources.map(viewOf);
});

/** Groups that the API server of the end-to-end tests lets do a request. */
const answered = (request: RequestName) =>
  (Object.keys(allowed) as Group[])
    .filter((group) => (allowed[group] as readonly RequestName[]).includes(request))
    .map((group) => groups[group]);

test.each([
  ["deploy", "bring another image"],
  ["resume", "resume a paused release"],
  ["erase", "erase a subject"],
] as const)("who is said to %s is whom a real API server lets", (act, request) => {
  const people = inClusters(prod)[act].filter((subject) => !subject.includes("/"));
  expect(people).toEqual(answered(request));
});

/** Rows of a table by who. */
const rowsOf = (resources: readonly ResourceView[]) => {
  const { head, rows } = actRows(resources);
  return Object.fromEntries(
    rows.map(([who = "", ...cells]) => [
      who,
      Object.fromEntries(
        cells.flatMap((text, i) => (text === "" ? [] : [[head[i + 1], text] as const])),
      ),
    ]),
  );
};

test("nobody deploys a high-risk model, approves or erases alone, and nobody changes the ledger", () => {
  const rows = Object.values(rowsOf(prod));
  for (const act of ["deploy", "approve", "erase"])
    expect(rows.map((row) => row[act]).filter((text) => text === "alone")).toEqual([]);
  expect(rows.map((row) => row["change the ledger"]).filter(Boolean)).toEqual([]);
  expect(rowsOf(prod)["`EthicsBoard`"]).toMatchObject({
    approve: "with `ModelRisk`; pods of `causeway-training/release-resumer`",
  });
  expect(rowsOf(prod)["`DataProtection`"]).toEqual({
    erase: "with `MlEngineer` or `PlatformAdmin`; pods of `causeway-training/causeway-erase`",
  });
});

const readers = (resources: readonly ResourceView[]) =>
  [...acts(resources).find(({ name }) => name === "read training data")!.parts[0]!.holders].sort();

test("who reads training data needs its key too", () => {
  expect(readers(prod)).toContain("`MlEngineer`");
  const closed = prod.map((resource) =>
    resource.type.startsWith("aws:kms/")
      ? { ...resource, props: { ...resource.props, policy: '{"Statement":[]}' } }
      : resource,
  );
  expect(readers(closed)).toEqual([]);
});

test("whoever may write an entry may change it where the bucket does not refuse that", () => {
  const open = prod.map((resource) =>
    resource.type === "aws:s3/bucketPolicy:BucketPolicy"
      ? { ...resource, props: { ...resource.props, policy: '{"Statement":[]}' } }
      : resource,
  );
  const changes = Object.entries(rowsOf(open)).filter(([, row]) => row["change the ledger"]);
  expect(changes.map(([who]) => who)).toContain("pods of `causeway-training/retraining-promoter`");
});

test("a cell names whoever has what one lacks, and says nothing where nobody has it", () => {
  const part = (does: string, ...holders: string[]) => ({ does, holders: new Set(holders) });
  const act = (...parts: Parameters<typeof cell>[1]["parts"]) => ({ name: "act", parts });
  expect(cell("a", act(part("x", "a"), part("y", "a")))).toBe("alone");
  expect(cell("a", act(part("x", "a"), part("y", "b", "c")))).toBe("with b or c");
  expect(cell("a", act({ ...part("x", "a", "b", "c"), people: 2 }))).toBe("with b or c");
  expect(cell("d", act(part("y", "d"), { ...part("x", "a", "b"), people: 2 }))).toBe(
    "with a and b",
  );
  expect(cell("a", act({ ...part("x", "a"), people: 2 }))).toBe("");
  expect(cell("a", act(part("x", "a"), part("y")))).toBe("");
  expect(cell("z", act(part("x", "a")))).toBe("");
});
