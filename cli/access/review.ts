import { roles as logRoles } from "../../infra/platform/elastic/accounts";
import { nameOf } from "../../policies/duties";
import { conditionsOf, iamRoleType, identityStatements, managedPolicies } from "../../policies/iam";
import { ofType, list, number, text } from "../../policies/resources";
import type { ResourceView } from "../../policies/rule";
import { actRows } from "./acts";
import { table } from "./document";
import { callersOf } from "./who";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import program from "../../infra";
import { rules } from "../../policies/rules";
import { jsonHelp, type CommandLine } from "../command";
import { encryptionDocument } from "../encryption/document";
import { encryptionWalk } from "../encryption/walk";
import { planStack } from "../plan/plan";
import { viewOf, type RecordedResource } from "../plan/resource";

/** One right of one principal. */
export interface Right {
  /** `AWS`, `Kubernetes` or `Elasticsearch`. */
  readonly system: string;
  /** IAM role, group, service account or role of the log store. */
  readonly principal: string;
  /** Who acts as it. */
  readonly heldBy: string;
  readonly may: string;
  readonly on: string;
  readonly condition: string;
}

/** Every right of every principal in the planned resources: the access review. */
export function review(resources: readonly ResourceView[]): Right[] {
  return [...inAws(resources), ...inKubernetes(resources), ...inLogStore()].sort((a, b) =>
    key(a) < key(b) ? -1 : 1,
  );
}

const key = ({ system, principal, on, may }: Right) => [system, principal, on, may].join("\u0000");

function inAws(resources: readonly ResourceView[]): Right[] {
  return ofType(resources, iamRoleType).flatMap((role) => {
    const heldBy =
      callersOf(resources, { role })
        .map(({ who, condition }) => [who, ...condition].join(", "))
        .join("; ") || "nobody";
    const session = `session of ${(number(role.props, "maxSessionDuration") ?? 3_600) / 3_600} h`;
    const row = (may: string, on: string, condition: readonly string[]): Right => ({
      system: "AWS",
      principal: nameOf(role),
      heldBy,
      may,
      on,
      condition: [...condition, session].join("; "),
    });
    return [
      ...identityStatements(resources, role).map((statement) =>
        row(
          `${statement.allows ? "" : "not: "}${statement.actions.join(", ")}`,
          statement.resources.join(", "),
          conditionsOf(statement),
        ),
      ),
      ...managedPolicies(resources, role).map((policy) =>
        row(`AWS's policy ${policy}`, "what it says", []),
      ),
    ];
  });
}

function inKubernetes(resources: readonly ResourceView[]): Right[] {
  const api = "kubernetes:rbac.authorization.k8s.io/v1";
  const rights = [
    ...ofType(resources, `${api}:RoleBinding`),
    ...ofType(resources, `${api}:ClusterRoleBinding`),
  ].flatMap(({ props }) => {
    const kind = text(props, "roleRef.kind") ?? "";
    const namespace = text(props, "metadata.namespace");
    const role = ofType(resources, `${api}:${kind}`).find(
      (candidate) =>
        text(candidate.props, "metadata.name") === text(props, "roleRef.name") &&
        (kind === "ClusterRole" || text(candidate.props, "metadata.namespace") === namespace),
    );
    return list(props, "subjects").flatMap((subject) =>
      list(role?.props, "rules").map((rule): Right => {
        const isAccount = text(subject, "kind") === "ServiceAccount";
        const names = list(rule, "resourceNames");
        return {
          system: "Kubernetes",
          principal: isAccount
            ? `${text(subject, "namespace") ?? ""}/${text(subject, "name") ?? ""}`
            : (text(subject, "name") ?? ""),
          heldBy: isAccount ? "pods" : "members of the group",
          may: list(rule, "verbs").join(", "),
          on: `${list(rule, "resources").join(", ")}${text(rule, "apiGroups.0") ? ` (${list(rule, "apiGroups").join(", ")})` : ""}, ${namespace ?? "everywhere"}`,
          condition: names.length === 0 ? "admission" : `only ${names.join(", ")}; admission`,
        };
      }),
    );
  });
  return [...new Map(rights.map((right) => [JSON.stringify(right), right])).values()];
}

function inLogStore(): Right[] {
  return Object.entries(logRoles).flatMap(([principal, { cluster, indices }]) => [
    ...(cluster.length > 0
      ? [
          {
            system: "Elasticsearch",
            principal,
            heldBy: "account of the same name",
            may: cluster.join(", "),
            on: "the log store",
            condition: "none",
          },
        ]
      : []),
    ...indices.map(({ names, privileges }) => ({
      system: "Elasticsearch",
      principal,
      heldBy: "account of the same name",
      may: privileges.join(", "),
      on: names.join(", "),
      condition: "none",
    })),
  ]);
}

const cell = (value: string) => value.replaceAll("|", "\\|");

/** The review as a table. */
export function reviewMarkdown(rights: readonly Right[], acts: readonly string[] = []): string {
  const rows = rights.map(
    ({ system, principal, heldBy, may, on, condition }) =>
      `| ${[system, principal, heldBy, may, on, condition].map(cell).join(" | ")} |`,
  );
  return `# Access review\n\n${rights.length} rights of ${new Set(rights.map(({ system, principal }) => `${system} ${principal}`)).size} principals, as planned.\n\n${acts.length === 0 ? "" : `${acts.join("\n")}\n\n`}| where | principal | held by | may | on | condition |\n| --- | --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

const project = resolve(__dirname, "..", "..");

/** Rights, and stores and listeners with what encrypts them, of the resources of a stack. */
function reviewed(resources: readonly RecordedResource[]) {
  const views = resources.map(viewOf);
  const [rights, acts] = [review(views), actRows(views)];
  const walk = encryptionWalk(resources);
  const row = ({
    resource: { type, name, region },
    ...rest
  }: (typeof walk.stores)[number] | (typeof walk.listeners)[number]) => ({
    type,
    name,
    region,
    ...rest,
  });
  const encryption = {
    stores: walk.stores.map(row),
    listeners: walk.listeners.map(row),
    unclassified: walk.unclassified,
  };
  return {
    rights,
    acts: table(acts.rows, acts.head),
    encryption,
    encryptionPage: encryptionDocument(walk),
  };
}

export const verb: CommandLine = {
  details: "Writes both lists to out/, as pages and as JSON.",
  examples: ["--stack dev", "--json"],
  define: (command, terminal) =>
    command
      .option("--stack <stack>", "stack whose plan is reviewed", "prod")
      .option("--json", jsonHelp)
      .action(async ({ stack }) => {
        const { resources } = await planStack({ project, stack, program, rules });
        const { rights, acts, encryption, encryptionPage } = reviewed(resources);
        const files = {
          "access-review.md": reviewMarkdown(rights, acts),
          "access-review.json": `${JSON.stringify(rights, null, 2)}\n`,
          "encryption.md": encryptionPage,
          "encryption.json": `${JSON.stringify(encryption, null, 2)}\n`,
        };
        mkdirSync(join(project, "out"), { recursive: true });
        for (const [name, text] of Object.entries(files))
          writeFileSync(join(project, "out", name), text);
        const written = Object.keys(files).map((name) => join("out", name));
        terminal.result({ stack, rights, acts, ...encryption }, [
          ...acts,
          "",
          `${stack}: ${rights.length} rights, ${encryption.stores.length} stores, ${encryption.listeners.length} listeners -> ${written.join(", ")}`,
        ]);
      }),
};
