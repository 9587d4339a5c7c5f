import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelsFolder as realModels } from "../../harness/fixtures";
import { readLedger, storeAt } from "../../../services/evidence/ledger";
import { approve, type Approval } from "../../../cli/delivery/approve";
import type { RoleKey } from "../../../services/evidence/approvals";
import { resumeWhereApproved } from "../../../services/delivery/resume";
import { openLedger } from "../../../services/delivery/ledger-location";
import { api, type Api } from "./api";
import type { DeliveryContext } from "../../../cli/delivery/regions";

/** A model with a Rollout on trial, made again before each test of a file that imports this. */
export let folder = "";
export let region: Api;
export let context: DeliveryContext;
/** What the resumer said. */
export let said: string[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "causeway-delivery-"));
  cpSync(join(realModels, "loan-approval"), join(folder, "loan-approval"), {
    recursive: true,
    filter: (path) => !path.endsWith(".onnx"),
  });
  said = [];
  region = await api();
  context = {
    cluster: region.cluster,
    model: "loan-approval",
    modelsFolder: folder,
    ledger: await openLedger(join(folder, "ledger.jsonl")),
    now: new Date("2026-11-24T10:40:00Z"),
  };
});

afterEach(async () => {
  await region.stop();
  rmSync(folder, { recursive: true, force: true });
});

export const entries = () => readLedger(storeAt(join(folder, "ledger.jsonl")));
export const become = (status: object) => Object.assign(region.rollout.status, status);

export const failed = {
  phase: "Degraded",
  abort: true,
  abortedAt: "2026-11-24T10:20:00Z",
  message:
    'RolloutAborted: Rollout aborted update to revision 2: Metric "errors" assessed Failed due to failed (1) > failureLimit (0)',
};

export const promoted = {
  phase: "Healthy",
  message: "",
  stableRS: "bbbb",
  currentStepIndex: 5,
  conditions: [{ type: "Completed", status: "True", lastTransitionTime: "2026-11-24T10:30:00Z" }],
};

/** What the region's resumer does at its next look; returns whether it resumed. */
export const resumerLooks = (approverKeys: readonly RoleKey[] = []) =>
  resumeWhereApproved(
    { name: "loan-approval", riskTier: "high" },
    {
      region: "eu-west-1",
      send: region.send,
      entries: () => context.ledger.entries(),
      approverKeys,
      report: (line) => void said.push(line),
    },
  );

/** The ethics board's approval, which high risk asks for beside another. */
export const boardApproves = (more: Partial<Approval> = {}) =>
  approve(
    { ...context, cluster: { ...region.cluster, whoAmI: async () => "chair@example.com" } },
    { role: "ethics-board", reason: "the benefits outweigh", ...more },
  );
