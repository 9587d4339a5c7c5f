import type { RbacRule } from "../../platform/rbac";
import {
  namespaces,
  accounts,
  type RetrainingAccount,
  trainingLabels,
} from "../../kubernetes/labels";
import { labelKeys } from "../../../services/contract/labels";

/** A role of a retraining account in one namespace. */
export interface AccountGrant {
  /** Last part of the resource's name. */
  readonly name: string;
  readonly account: RetrainingAccount;
  readonly namespace: string;
  readonly rules: readonly (RbacRule & { readonly resourceNames?: readonly string[] })[];
}

/** Why an account's pods carry a token for the Kubernetes API. */
const reasons = {
  trainer: "A step reports its result to the workflow controller.",
  recorder: "Reports to the workflow controller that a run is on record.",
  promoter: "Patches the release of a Rollout and reports its result to the workflow controller.",
  sensor: "Creates the workflow that an alert asks for.",
} as const satisfies Record<RetrainingAccount, string>;

/** The service account. */
export function serviceAccount(account: RetrainingAccount, reason: string = reasons[account]) {
  return {
    metadata: {
      name: accounts[account],
      namespace: namespaces.training,
      labels: trainingLabels,
      annotations: { [labelKeys.apiToken]: reason },
    },
    automountServiceAccountToken: true,
  };
}

/**
 * A step's result; what the executor beside each step of Argo Workflows needs, and all that it
 * needs.
 */
const report: RbacRule = {
  apiGroups: ["argoproj.io"],
  resources: ["workflowtaskresults"],
  verbs: ["create", "patch"],
};

/**
 * What each account may do. The promoter may patch the Rollouts of the models by name, and nothing
 * else in their namespace.
 */
export function accountGrants(models: readonly string[]): AccountGrant[] {
  return [
    { name: "trainer", account: "trainer", namespace: namespaces.training, rules: [report] },
    { name: "recorder", account: "recorder", namespace: namespaces.training, rules: [report] },
    {
      name: "promoter-report",
      account: "promoter",
      namespace: namespaces.training,
      rules: [report],
    },
    {
      name: "promoter",
      account: "promoter",
      namespace: namespaces.models,
      rules: [
        {
          apiGroups: ["argoproj.io"],
          resources: ["rollouts"],
          resourceNames: models,
          verbs: ["get", "patch"],
        },
      ],
    },
    {
      name: "sensor",
      account: "sensor",
      namespace: namespaces.training,
      rules: [{ apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create"] }],
    },
  ];
}

/**
 * What the promoter of a region without runs may do: patch its region's Rollouts of the models by
 * name.
 */
export function followerGrants(models: readonly string[]): AccountGrant[] {
  return accountGrants(models).filter(
    ({ account, namespace }) => account === "promoter" && namespace === namespaces.models,
  );
}

/** Role and binding of a grant. */
export function roleOf({ name, account, namespace, rules }: AccountGrant) {
  const metadata = { name: `retraining-${name}`, namespace, labels: trainingLabels };
  return {
    role: {
      metadata,
      rules: rules.map(({ apiGroups, resources, verbs, resourceNames }) => ({
        apiGroups: [...apiGroups],
        resources: [...resources],
        verbs: [...verbs],
        ...(resourceNames && { resourceNames: [...resourceNames] }),
      })),
    },
    binding: {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name },
      subjects: [
        { kind: "ServiceAccount", name: accounts[account], namespace: namespaces.training },
      ],
    },
  };
}
