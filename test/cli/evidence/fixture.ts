import { rules } from "../../../policies/rules";
import { nextEntry, type Entry } from "../../../services/evidence/ledger/entry";
import { archive, type ArchivedFile } from "../../../cli/evidence/archive";
import { collect } from "../../../cli/evidence/collect";
import { verifyEvidence, type EvidenceOptions } from "../../../cli/evidence/verify";
import { planStack, type StackPlan } from "../../../cli/plan/plan";
import { fixtureProject as project } from "../../harness/fixtures";
import { testKey } from "../../support/signing";

export const model = "loan-approval";
export const key = testKey();

export const entries = (["train", "evaluate", "approve", "release"] as const).reduce<Entry[]>(
  (list, action) => [
    ...list,
    nextEntry(
      list.at(-1),
      { actor: "causeway:pipelines", action, subject: model, details: {} },
      new Date("2026-11-24T12:00:00Z"),
    ),
  ],
  [],
);

/** Plans, and the files of an archive, made once for each test file that imports this. */
export let plans: StackPlan[];
export let files: readonly ArchivedFile[];
export let signed: readonly ArchivedFile[];

beforeAll(async () => {
  // Nothing is planned: what the judgement says is not what is tested here.
  plans = await Promise.all(
    ["prod", "local"].map((stack) =>
      planStack({ project, stack, program: () => undefined, rules: [] }),
    ),
  );
  files = collect({ project, model, ledger: entries, plans, rules });
  signed = collect({ project, model, ledger: entries, plans, rules, signer: key.signer });
});

export const verify = async (
  given: readonly ArchivedFile[],
  options: Partial<EvidenceOptions> = {},
) => verifyEvidence(await archive(given), { trusted: [], ...options });

export const named = async (
  given: readonly ArchivedFile[],
  options: Partial<EvidenceOptions> = {},
) => (await verify(given, options)).mismatches.map(({ file, message }) => `${file} ${message}`);

export const content = (given: readonly ArchivedFile[]) =>
  given.filter(({ name }) => name !== "SHA256SUMS" && name !== "attestation.json");

export const change = (given: readonly ArchivedFile[], at: string, to: (bytes: Buffer) => Buffer) =>
  given.map((file) => (file.name === at ? { ...file, bytes: to(Buffer.from(file.bytes)) } : file));

export const text = (change: (text: string) => string) => (bytes: Buffer) =>
  Buffer.from(change(bytes.toString("utf8")));
