import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { modelsOf } from "../../services/contract/files";
import { coverage, uncovered } from "../../policies/coverage";
import type { Rule } from "../../policies/rule";
import { type Signer } from "../../services/evidence/attestation";
import { loadRelease } from "../../services/evidence/load";
import type { Entry } from "../../services/evidence/ledger";
import { planJson } from "../plan/plan-json";
import type { StackPlan } from "../plan/plan";
import { repository } from "../project";
import type { ArchivedFile } from "./archive";
import { guide } from "./guide";
import { places, summaryOf } from "./summary";
import { attestationOf, sumsOf } from "./sums";
import { digestOf } from "../../services/contract/digests";

/** What evidence is collected from. */
export interface EvidenceSources {
  /** Folder of the stack files, with `services/models` below it. */
  readonly project: string;
  readonly model: string;
  /** Every entry of the audit ledger, verified. */
  readonly ledger: readonly Entry[];
  /** Those that count: of a bucket, an approval without its witness does not. @default all */
  readonly counting?: readonly Entry[] | undefined;
  /** Text of the ledger's newest checkpoint. @default it has none */
  readonly checkpoint?: string | undefined;
  readonly plans: readonly StackPlan[];
  readonly rules: readonly Rule[];
  /** Vouches for the whole. @default nobody does */
  readonly signer?: Signer | undefined;
}

/**
 * Pages that say how the platform is kept, by their names in `docs/`; those that are not written
 * are left out.
 */
const documents = [
  "audit",
  "coverage",
  "governance",
  "privacy",
  "access",
  "encryption",
  "resilience",
  "threats",
  "attestation",
  "retraining",
  "delivery",
  "operating",
  "logs",
] as const;

/** Where the bills of materials of the two images lie. */
const bills = {
  server: "services/model-server/sbom.cdx.json",
  training: "services/training/sbom.cdx.json",
} as const;

/**
 * Everything that an auditor of a model asks for, with a listing of digests, and an attestation
 * over it where there is a signer. The same sources give the same bytes: nothing in it tells when
 * or by whom it was collected.
 * @throws InputError where the model has no release
 */
export function collect({
  project,
  model,
  ledger,
  counting = ledger,
  checkpoint,
  plans,
  rules,
  signer,
}: EvidenceSources): readonly ArchivedFile[] {
  const release = loadRelease(modelsOf(project), model);
  const files: ArchivedFile[] = [
    ...folder(join(modelsOf(project), model), `${places.models}/${model}`),
    ...plans.flatMap((plan) => stackFiles(project, plan)),
    json(places.coverage, { frameworks: coverage(rules), withoutFramework: uncovered(rules) }),
    ...documents.flatMap((name) =>
      copy(join(repository, "docs", `${name}.md`), `${places.documents}/${name}.md`),
    ),
    ...(["server", "training"] as const).flatMap((image) =>
      copy(join(repository, bills[image]), `${places.bills}/${image}.cdx.json`).filter(
        ({ bytes }) => digestOf(bytes) === release.bills[image],
      ),
    ),
    text(places.ledger, ledger.map((entry) => `${JSON.stringify(entry)}\n`).join("")),
    ...(checkpoint === undefined ? [] : [text(places.checkpoint, checkpoint)]),
    json(
      places.approvals,
      counting.filter(({ action }) => action === "approve").map(({ hash }) => hash),
    ),
  ];
  const summary = summaryOf(model, files);
  const all = [...files, json(places.summary, summary), text(places.guide, guide(summary))];
  const sums = sumsOf(all);
  return [...all, sums, ...(signer === undefined ? [] : [attestationOf(sums, model, signer)])];
}

/**
 * A stack as it would be created, by what the policies say of it; and the two files that decide it.
 */
function stackFiles(project: string, plan: StackPlan): ArchivedFile[] {
  const {
    resources,
    stack,
    environment,
    verdict,
    counts,
    violations,
    recovery,
    cost,
    releases,
    gaps,
  } = planJson(plan);
  const judgement = {
    stack,
    environment,
    verdict,
    counts,
    violations,
    rules: plan.judgement.rules,
    recovery,
    cost,
    releases,
    gaps,
    resourcesDigest: digestOf(Buffer.from(JSON.stringify(resources))),
  };
  const at = `${places.stacks}/${plan.stack}`;
  return [
    json(`${at}/judgement.json`, judgement),
    ...copy(join(project, `Pulumi.${plan.stack}.yaml`), `${at}/stack.yaml`),
    ...copy(join(project, "policies", "config", `${plan.stack}.json`), `${at}/policies.json`),
  ];
}

function folder(path: string, name: string): ArchivedFile[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".") || entry.name === "__pycache__") return [];
    const [inside, named] = [join(path, entry.name), `${name}/${entry.name}`];
    return entry.isDirectory() ? folder(inside, named) : copy(inside, named);
  });
}

function copy(path: string, name: string): ArchivedFile[] {
  return existsSync(path) ? [{ name, bytes: readFileSync(path) }] : [];
}

function json(name: string, value: unknown): ArchivedFile {
  return text(name, `${JSON.stringify(value, null, 2)}\n`);
}

function text(name: string, value: string): ArchivedFile {
  return { name, bytes: Buffer.from(value) };
}
