import { openLedger, type OpenLedger } from "../../../services/delivery/ledger-location";
import { carriedApprovals, carryApproval } from "../../../services/delivery/carried-approvals";
import { resumerArguments, resumeWhereApproved } from "../../../services/delivery/resume";
import { exitCodes } from "../../../services/delivery/command-line";
import type { RoleKey } from "../../../services/evidence/approvals";
import type { Entry } from "../../../services/evidence/ledger";
import type { RiskTier } from "../../../services/contract/tiers";
import { digestOf } from "../../infra/serving/fixture";
import { api, waiting, type Api } from "../../cli/delivery/api";
import { signedDetails } from "../../support/approvals";
import { MemoryStore } from "../../support/object-store";
import { testKey } from "../../support/signing";

let region: Api;
let store: MemoryStore;
let ledger: OpenLedger;
let said: string[];
beforeEach(async () => {
  region = await api();
  Object.assign(region.rollout.status, waiting);
  store = new MemoryStore();
  ledger = await openLedger("s3://example-audit/ledger", { objects: store });
  said = [];
});
afterEach(() => region.stop());

const model = "loan-approval";
const atGate = {
  region: "eu-west-1",
  digest: digestOf("b"),
  version: "1.4.0",
  podTemplateHash: "bbbb",
  step: 3,
  pausedFor: "CanaryPauseStep",
  pausedAt: "2026-11-24T10:15:00Z",
};
const risk = { actor: "risk@example.com", role: "model-risk" };
const board = { actor: "chair@example.com", role: "ethics-board" };
interface Given extends Record<string, string | number | undefined> {
  readonly actor: string;
  readonly role: string;
}

const detailsOf = ({ actor: _, ...given }: Given, at: object = atGate): Entry["details"] =>
  JSON.parse(JSON.stringify({ ...at, ...given, reason: "reviewed" }));
const given = async (by: Given, at: object = atGate) =>
  ledger.record({ actor: by.actor, action: "approve", subject: model, details: detailsOf(by, at) });
const looks = (
  {
    riskTier = "high",
    keys = [],
  }: { readonly riskTier?: RiskTier; readonly keys?: readonly RoleKey[] } = {},
  entries: (of: string) => Promise<readonly Entry[]> = () => ledger.entries(),
) =>
  resumeWhereApproved(
    { name: model, riskTier },
    {
      region: "eu-west-1",
      send: region.send,
      entries,
      approverKeys: keys,
      report: (line) => void said.push(line),
    },
  );

test("a release with the approvals of its tier goes on as kubectl argo rollouts promote makes it", async () => {
  await given(risk);
  await given(board);
  expect(await looks()).toBe(true);
  expect(region.writes).toEqual([
    [
      "PATCH",
      "/apis/argoproj.io/v1alpha1/namespaces/causeway-models/rollouts/loan-approval/status",
      { metadata: { resourceVersion: "100" }, status: { pauseConditions: null } },
    ],
  ]);
  expect(said).toEqual([`loan-approval: ${digestOf("b")} at step 4 was resumed`]);
});

test("an approval of the image before its trial counts, once somebody approved at the pause too", async () => {
  const before = { region: "eu-west-1", digest: digestOf("b") };
  await given(board, before);
  await given(risk, before);
  expect(await looks()).toBe(false);
  expect(said[0]).toContain("waits for a recorded approval at this pause; got none");
  await given(risk);
  expect(await looks()).toBe(true);
});

const twice = [risk, { ...risk, role: "ethics-board" }];
const both = [risk, board];
const insufficient: Readonly<Record<string, readonly [readonly Given[], object?]>> = {
  "nobody approved": [[]],
  "one person approved": [[board]],
  "one person approved in two roles": [twice],
  "two people approved in one role": [[board, { ...board, actor: "risk@example.com" }]],
  "nobody of the ethics board approved": [[risk, { ...board, role: "second-opinion" }]],
  "they approved at another step": [both, { ...atGate, step: 2 }],
  "they approved another pause of the step": [
    both,
    { ...atGate, pausedAt: "2026-11-23T10:15:00Z" },
  ],
  "they approved an inconclusive analysis": [
    both,
    { ...atGate, pausedFor: "InconclusiveAnalysisRun" },
  ],
  "they approved another version": [both, { ...atGate, podTemplateHash: "cccc" }],
  "they approved another image": [both, { ...atGate, digest: digestOf("c") }],
  "they approved in another region": [both, { ...atGate, region: "eu-central-1" }],
  "they named no region": [both, { ...atGate, region: undefined }],
  "they named no step": [both, { ...atGate, step: undefined }],
};

test.each(Object.entries(insufficient))("a release waits where %s", async (_, [by, at]) => {
  for (const one of by) await given(one, at);
  expect(await looks()).toBe(false);
  expect(region.writes).toEqual([]);
  expect(said).toHaveLength(1);
});

test.each(
  Object.entries(insufficient).flatMap(([title, [, at]]) => (at ? [[title, at] as const] : [])),
)("a release waits where one person approved here, and of the other %s", async (_, at) => {
  await given(risk);
  await given(board, at);
  expect(await looks()).toBe(false);
  await given(board);
  expect(await looks()).toBe(true);
});

test("an approval of another model, or an entry that is none, counts for nothing", async () => {
  await given(risk);
  const entry = { actor: board.actor, details: detailsOf(board) };
  await ledger.record({ ...entry, action: "approve", subject: "churn" });
  await ledger.record({ ...entry, action: "override", subject: model });
  expect(await looks()).toBe(false);
});

test("an approval whose witness is missing or lies under another role counts for nothing", async () => {
  await given(risk);
  const { hash } = await given(board);
  const witness = `example-audit/approvals/ethics-board/${hash}.json`;
  const text = store.objects.get(witness)!;
  store.objects.delete(witness);
  store.objects.set(`example-audit/approvals/model-risk/${hash}.json`, text);
  expect(await looks()).toBe(false);
  store.objects.set(witness, text);
  expect(await looks()).toBe(true);
});

test("with approver keys an approval counts with a signature of its role over the whole entry alone", async () => {
  const [boardKey, riskKey] = [testKey(), testKey("p256")];
  const keys = [
    { role: "ethics-board", key: boardKey.publicKey },
    { role: "model-risk", key: riskKey.publicKey },
  ];
  const signed = (by: Given, key: typeof boardKey, change: object = {}) =>
    ledger.record({
      actor: by.actor,
      action: "approve",
      subject: model,
      details: {
        ...signedDetails({ model, actor: by.actor, ...detailsOf(by) }, key.signer),
        ...change,
      },
    });
  await given(risk);
  await given(board);
  await signed(board, testKey());
  await signed({ ...board, step: 2 }, boardKey, { step: 3 });
  await signed({ ...board, pausedAt: "2026-11-23T10:15:00Z" }, boardKey, {
    pausedAt: atGate.pausedAt,
  });
  await signed(risk, riskKey);
  expect(await looks({ keys })).toBe(false);
  for (const why of ["no signature", "which is no key of the role", "over something else"])
    expect(said[0]).toContain(why);
  await signed(board, boardKey);
  expect(await looks({ keys })).toBe(true);
});

test.each<RiskTier>(["minimal", "limited"])(
  "a gate of the tier %s asks for one approval too",
  async (riskTier) => {
    expect(await looks({ riskTier })).toBe(false);
    await given(risk);
    expect(await looks({ riskTier })).toBe(true);
  },
);

const inconclusive = {
  currentStepIndex: 2,
  pauseConditions: [{ reason: "InconclusiveAnalysisRun", startTime: "2026-11-24T10:14:00Z" }],
  canary: { currentStepAnalysisRunStatus: { name: "x", status: "Inconclusive" } },
};

test("an inconclusive analysis asks one person, and goes on with the next step", async () => {
  Object.assign(region.rollout.status, inconclusive);
  await given(risk);
  expect(await looks()).toBe(false);
  await given(risk, {
    ...atGate,
    step: 2,
    pausedFor: "InconclusiveAnalysisRun",
    pausedAt: "2026-11-24T10:14:00Z",
  });
  expect(await looks()).toBe(true);
  expect(region.rollout.status).toMatchObject({ controllerPause: false, currentStepIndex: 3 });
});

test("an inconclusive analysis at the gate does not open it to one person", async () => {
  const { pauseConditions } = inconclusive;
  Object.assign(region.rollout.status, { pauseConditions });
  const at = { ...atGate, pausedAt: "2026-11-24T10:14:00Z" };
  await given(risk, { ...at, pausedFor: "InconclusiveAnalysisRun" });
  await given(risk, at);
  expect(await looks()).toBe(false);
  await given(board, at);
  expect(await looks()).toBe(true);
});

test.each([
  ["runs", { pauseConditions: [] }],
  ["was aborted", { abort: true }],
  ["pauses for a while", { currentStepIndex: 1 }],
  ["was changed, and the controller has not seen it", { observedGeneration: "3" }],
])("a release that %s is left alone, and the ledger unread", async (_, status) => {
  Object.assign(region.rollout.status, status);
  const unread = () => Promise.reject(new Error("the ledger was read"));
  expect(await looks({}, unread)).toBe(false);
  expect(region.writes).toEqual([]);
});

test("a release that changed in between is not resumed", async () => {
  await given(risk);
  await given(board);
  region.meanwhile = () => {
    region.rollout.metadata.resourceVersion = "300";
    region.rollout.status["currentPodHash"] = "cccc";
  };
  await expect(looks()).rejects.toThrow("the object has been modified");
  expect(region.rollout.status["pauseConditions"]).toEqual(waiting.pauseConditions);
});

test("a Rollout of another region is not resumed, and one that is not there is no failure", async () => {
  await given(risk);
  await given(board);
  region.rollout.metadata["annotations"] = { "causeway.dev/region": "eu-central-1" };
  await expect(looks()).rejects.toThrow("the Rollout is of eu-central-1, not of eu-west-1");
  const absent: Api["send"] = () => Promise.resolve({ status: 404, text: "{}" });
  const nothing = { region: "eu-west-1", entries: ledger.entries, approverKeys: [] };
  expect(
    await resumeWhereApproved(
      { name: "new", riskTier: "high" },
      { ...nothing, send: absent, report: () => undefined },
    ),
  ).toBe(false);
});

test("a ledger that was changed resumes nothing", async () => {
  await given(risk);
  await given(board);
  const [name] = [...store.objects.keys()].filter((key) => key.includes("/ledger/"));
  store.objects.set(name!, store.objects.get(name!)!.replace("model-risk", "ethics-board"));
  ledger = await openLedger("s3://example-audit/ledger", { objects: store });
  expect(await looks()).toBe(false);
  expect(region.writes).toEqual([]);
});

describe("approvals that were taken into the cluster", () => {
  const carried = () => carriedApprovals(region.send, model);
  const take = async (by: Given) => carryApproval(region.send, await given(by));

  test("count like those of a ledger", async () => {
    await take(risk);
    expect(await looks({}, carried)).toBe(false);
    await take(board);
    expect(await looks({}, carried)).toBe(true);
  });

  test("count for nothing in another's name, or changed", async () => {
    await take(risk);
    await take(board);
    const maps = region.configMaps as { data: { actor: string; entry: string } }[];
    const { data } = maps[1]!;
    for (const change of [
      { actor: "risk@example.com" },
      { entry: data.entry.replace("chair@example.com", "else@example.com") },
      { entry: "{" },
    ]) {
      maps[1]!.data = { ...data, ...change };
      expect(await looks({}, carried)).toBe(false);
    }
  });
});

test("its command line names each model with its tier", () => {
  expect(
    resumerArguments(["--region=eu-west-1", "--model=scoring=high", "--model=churn=minimal"]),
  ).toEqual({
    region: "eu-west-1",
    models: [
      { name: "scoring", riskTier: "high" },
      { name: "churn", riskTier: "minimal" },
    ],
    approverKeys: [],
  });
  expect(() => resumerArguments(["--region=eu-west-1", "--model=scoring"])).toThrow("--model");
  expect(exitCodes.input).toBe(2);
});
