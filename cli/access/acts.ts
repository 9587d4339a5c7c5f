import { groups, namespaces } from "../../infra/kubernetes/labels";
import { groupAccounts, roles as logRoles } from "../../infra/platform/elastic/accounts";
import { streams } from "../../infra/platform/elastic/objects";
import { dutiesOf } from "../../services/contract/tiers";
import { dutyGroups } from "../../policies/duties";
import { ofType, text } from "../../policies/resources";
import type { ResourceView } from "../../policies/rule";
import { encrypted, sign, writesOver } from "./stores";
import { inAws, inCluster, membersOf, type Way } from "./who";

/** One thing that an act takes, and everybody who can do it. */
export interface Part {
  /** What it is, e.g. `brings a release to a Rollout`. */
  readonly does: string;
  readonly holders: ReadonlySet<string>;
  /** How many different people it takes. @default 1 */
  readonly people?: number;
}

/** An act: who has all of its parts does it alone, and who has one needs others for the rest. */
export interface Act {
  readonly name: string;
  readonly parts: readonly Part[];
}

const rollouts = (resources: readonly ResourceView[], resource: string) =>
  inCluster(resources, "patch", "argoproj.io", resource, namespaces.models);

/**
 * Groups and service accounts that do an act of the cluster: RBAC lets them, and admission too. Of
 * groups admission lets the one whose duty it is; e2e asks a real API server for the same
 * (test/e2e/duty-answers.ts). Service accounts it holds to what they are for.
 */
export function inClusters(resources: readonly ResourceView[]) {
  const admitted = (found: readonly string[], group: string | undefined) =>
    found.filter((subject) => subject.includes("/") || subject === group);
  return {
    deploy: admitted(rollouts(resources, "rollouts"), dutyGroups.deploy).filter(
      (subject) => !rollouts(resources, "rollouts/status").includes(subject),
    ),
    resume: admitted(rollouts(resources, "rollouts/status"), undefined),
    erase: admitted(
      inCluster(resources, "create", "argoproj.io", "workflows", namespaces.training),
      dutyGroups.erase,
    ).filter((subject) => subject === dutyGroups.erase),
    // Whoever may erase answers no workflow that waits.
    answer: inCluster(resources, "patch", "argoproj.io", "workflows", namespaces.training).filter(
      (subject) => subject !== dutyGroups.erase && !subject.includes("/"),
    ),
    lines: inCluster(resources, "get", "", "pods/log", namespaces.models),
  } as const satisfies Record<string, readonly string[]>;
}

/** People of a group, or the pods of an account, as other tables call them. */
function named(resources: readonly ResourceView[], subjects: readonly string[]): Set<string> {
  return new Set(
    subjects.flatMap((subject) =>
      subject.includes("/") ? [`pods of \`${subject}\``] : membersOf(resources, subject),
    ),
  );
}

const callers = (ways: readonly Way[]) => new Set(ways.map(({ who }) => who));

/** Who reads the lines that name subjects: people of a group, or an account of the log store. */
function readersOfSubjects(resources: readonly ResourceView[]): string[] {
  const readers = Object.entries(logRoles).flatMap(([account, { indices }]) =>
    indices.some(
      ({ names, privileges }) =>
        names.some((name) => name === streams.subjects) && privileges.includes("read"),
    )
      ? [account]
      : [],
  );
  return readers.flatMap((account) => {
    const [group] = Object.entries(groupAccounts).find(([, own]) => own === account) ?? [];
    const [, name] = Object.entries(groups).find(([key]) => key === group) ?? [];
    return name === undefined
      ? [`account \`${account}\` of the log store`]
      : membersOf(resources, name);
  });
}

/** The most approvals that a model of the stack asks for. */
function approvalsOf(resources: readonly ResourceView[]): number {
  return Math.max(
    0,
    ...ofType(resources, "causeway:serving:ModelService").map(
      ({ props }) => dutiesOf(text(props, "riskTier")).approvals,
    ),
  );
}

/** What a release takes, from its image to its way through the gate. */
function releaseActs(
  resources: readonly ResourceView[],
  { deploy, resume }: ReturnType<typeof inClusters>,
): Act[] {
  const [repository] = ofType(resources, "aws:ecr/repository:Repository");
  const image = repository?.identities?.find((each) => each.startsWith("arn:")) ?? "";
  const approvals = callers(encrypted(resources).write("audit", "approvals/model-risk/1.json"));
  const people = approvalsOf(resources);
  const gate: readonly Part[] =
    people === 0 ? [] : [{ does: "resumes it", holders: named(resources, resume) }];
  return [
    {
      name: "deploy",
      parts: [
        { does: "pushes the image", holders: callers(inAws(resources, "ecr:PutImage", image)) },
        { does: "signs it", holders: callers(sign(resources)) },
        ...(people === 0 ? [] : [{ does: "approves it", holders: approvals, people }]),
        { does: "brings it", holders: named(resources, deploy) },
        ...gate,
      ],
    },
    {
      name: "approve",
      parts: [{ does: "approves", holders: approvals, people: Math.max(1, people) }, ...gate],
    },
  ];
}

/** The six acts that nobody should do alone without being meant to, over a stack's resources. */
export function acts(resources: readonly ResourceView[]): Act[] {
  const cluster = inClusters(resources);
  const stores = encrypted(resources);
  const reads = (holders: ReadonlySet<string>): Part[] => [{ does: "reads", holders }];
  return [
    ...releaseActs(resources, cluster),
    {
      name: "erase",
      parts: [
        { does: "asks for it", holders: named(resources, cluster.erase) },
        { does: "answers", holders: named(resources, cluster.answer) },
        { does: "deletes rows", holders: callers(stores.remove("data", "lake/rows.parquet")) },
      ],
    },
    {
      name: "read training data",
      parts: reads(callers(stores.read("data", "lake/rows.parquet"))),
    },
    {
      name: "read subjects",
      parts: reads(new Set([...named(resources, cluster.lines), ...readersOfSubjects(resources)])),
    },
    {
      name: "change the ledger",
      parts: [{ does: "changes", holders: callers(writesOver(resources)) }],
    },
  ];
}

/** How somebody does an act: `alone`, `with ...`, or nothing where they have no part in it. */
export function cell(who: string, { parts }: Act): string {
  if (!parts.some(({ holders }) => holders.has(who))) return "";
  const needed = parts.map(({ holders, people = 1 }) => ({
    others: [...holders].filter((holder) => holder !== who).sort(),
    people: holders.has(who) ? people - 1 : people,
  }));
  // What nobody else has either, nobody can bring.
  if (needed.some(({ others, people }) => others.length < people)) return "";
  const words = needed.flatMap(({ others, people }) => {
    if (people === 0) return [];
    if (people === others.length) return [others.join(" and ")];
    return [`${people === 1 ? "" : `${people} of `}${others.join(" or ")}`];
  });
  return words.length === 0 ? "alone" : `with ${[...new Set(words)].join("; ")}`;
}

/** The table: everybody who has a part in an act, and how they do each. */
export function actRows(resources: readonly ResourceView[]): {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const all = acts(resources);
  const who = [
    ...new Set(all.flatMap(({ parts }) => parts.flatMap(({ holders }) => [...holders]))),
  ].sort();
  return {
    head: ["who", ...all.map(({ name }) => name)],
    rows: who.map((one) => [one, ...all.map((act) => cell(one, act))]),
  };
}
