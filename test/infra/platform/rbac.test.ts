import {
  grants,
  grantsOf,
  logReaders,
  groupSubject,
  roleReference,
  type Grant,
} from "../../../infra/platform/rbac";
import { pages } from "../../../infra/platform/port-forward";
import type { Group } from "../../../infra/kubernetes/labels";

const of = (group: Group, namespace?: string): Grant[] =>
  grants.filter(
    (grant) => grant.group === group && (namespace === undefined || grant.namespace === namespace),
  );
const may = (list: readonly Grant[], verb: string, group: string, resource: string): boolean =>
  list.some(({ rules }) =>
    rules.some(
      (rule) =>
        rule.apiGroups.includes(group) &&
        rule.resources.includes(resource) &&
        rule.verbs.includes(verb),
    ),
  );

describe("what the groups may do", () => {
  const all = grants.flatMap((grant) => grant.rules.map((rule) => [grant.name, rule] as const));

  test.each(all)(
    "%s holds no wildcard, no secret, no shell and no right to grant rights",
    (_name, { apiGroups, resources, verbs, resourceNames }) => {
      expect([...apiGroups, ...resources, ...verbs]).not.toContain("*");
      for (const refused of [
        "secrets",
        "pods/exec",
        "pods/attach",
        "pods/proxy",
        "services/proxy",
        "nodes/proxy",
        "serviceaccounts/token",
      ])
        expect(resources).not.toContain(refused);
      // Whoever changes a pod or what a controller reads runs code with its rights.
      if (verbs.some((verb) => verb === "patch" || verb === "update"))
        for (const refused of ["pods", "configmaps"]) expect(resources).not.toContain(refused);
      for (const refused of ["escalate", "impersonate"]) expect(verbs).not.toContain(refused);
      // Only the role of an emergency is bound by hand, and admission says how.
      if (verbs.includes("bind")) expect(resourceNames).toEqual(["causeway-break-glass"]);
    },
  );

  test("whoever opens a page forwards a port in its namespace alone, and nobody else does", () => {
    const forwarding = grants.filter(({ rules }) =>
      rules.some(({ resources }) => resources.includes("pods/portforward")),
    );
    expect(new Set(forwarding.map(({ namespace }) => namespace))).toEqual(
      new Set(["causeway-observability"]),
    );
    expect(new Set(forwarding.map(({ group }) => group))).toEqual(
      new Set(Object.values(pages).flatMap(({ groups }) => groups)),
    );
    expect(forwarding.every((grant) => !may([grant], "get", "", "pods/portforward"))).toBe(true);
  });

  test("auditors read everything of the platform everywhere and change nothing", () => {
    const auditors = of("auditors").filter(({ name }) => name !== "causeway-port-forward-auditors");
    expect(auditors.every(({ namespace }) => namespace === undefined)).toBe(true);
    expect(
      may(auditors, "list", "argoproj.io", "rollouts") &&
        may(auditors, "get", "security.istio.io", "authorizationpolicies") &&
        may(auditors, "get", "", "pods/log"),
    ).toBe(true);
    expect(new Set(auditors.flatMap(({ rules }) => rules.flatMap(({ verbs }) => verbs)))).toEqual(
      new Set(["get", "list", "watch"]),
    );
  });

  test("auditors alone read the lines of a model's pods, which name subjects", () => {
    expect(
      grants
        .filter(({ namespace }) => namespace === undefined || namespace === "causeway-models")
        .filter((grant) => may([grant], "get", "", "pods/log"))
        .map(({ group }) => group),
    ).toEqual(["auditors"]);
    expect(logReaders.namespaces).not.toContain("causeway-models");
  });

  test("engineers read models, and run workflows in training", () => {
    expect(
      new Set(
        of("mlEngineers", "causeway-models").flatMap(({ rules }) =>
          rules.flatMap(({ verbs }) => verbs),
        ),
      ),
    ).toEqual(new Set(["get", "list", "watch"]));
    expect(may(of("mlEngineers", "causeway-training"), "create", "argoproj.io", "workflows")).toBe(
      true,
    );
    expect(of("mlEngineers").some(({ namespace }) => namespace === undefined)).toBe(false);
  });

  test("pipelines patch rollouts of models and nothing else", () => {
    const writes = of("pipelines").flatMap(({ namespace, rules }) =>
      rules.flatMap(({ resources, verbs }) =>
        verbs.includes("patch") ? resources.map((resource) => `${namespace}/${resource}`) : [],
      ),
    );
    expect(writes).toEqual(["causeway-models/rollouts"]);
    expect(
      may(of("pipelines"), "list", "apps", "replicasets") &&
        may(of("pipelines"), "get", "networking.istio.io", "virtualservices"),
    ).toBe(true);
    expect(
      may(of("pipelines"), "create", "argoproj.io", "rollouts") ||
        may(of("pipelines"), "delete", "argoproj.io", "rollouts"),
    ).toBe(false);
  });

  test("platform admins can act in an incident without changing roles", () => {
    const admins = of("platformAdmins");
    expect(
      may(admins, "create", "", "pods/eviction") &&
        may(admins, "patch", "argoproj.io", "rollouts/status") &&
        may(admins, "delete", "karpenter.sh", "nodeclaims"),
    ).toBe(true);
    expect(
      may(
        of("platformAdmins", "causeway-models"),
        "patch",
        "networking.istio.io",
        "virtualservices",
      ),
    ).toBe(true);
    expect(
      may(
        admins.filter(({ namespace }) => namespace !== "causeway-models"),
        "patch",
        "networking.istio.io",
        "virtualservices",
      ),
    ).toBe(false);
    expect(
      may(admins, "update", "rbac.authorization.k8s.io", "roles") ||
        may(admins, "create", "rbac.authorization.k8s.io", "clusterrolebindings"),
    ).toBe(false);
  });

  test("approvers change nothing of a release, erasers start workflows, and neither does more", () => {
    const writes = (group: Group, target: "aws" | "kubernetes") =>
      grantsOf(target)
        .filter((grant) => grant.group === group)
        .flatMap(({ namespace, rules }) =>
          rules.flatMap(({ resources, verbs }) =>
            verbs
              .filter((verb) => !["get", "list", "watch"].includes(verb))
              .flatMap((verb) => resources.map((resource) => `${verb} ${namespace}/${resource}`)),
          ),
        );
    expect(writes("approvers", "aws")).toEqual([]);
    expect(writes("approvers", "kubernetes")).toEqual(["create causeway-models/configmaps"]);
    expect(writes("erasers", "aws")).toEqual(["create causeway-training/workflows"]);
  });

  test("an emergency lets nobody create anything, nor touch roles, workflows or what starts them", () => {
    const rules = of("breakGlass").flatMap((grant) => grant.rules);
    expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(
      new Set(["get", "list", "watch", "patch", "delete"]),
    );
    const changed = rules
      .filter(({ verbs }) => verbs.includes("patch"))
      .flatMap(({ resources }) => resources);
    for (const kept of [
      "roles",
      "rolebindings",
      "clusterroles",
      "workflows",
      "workflowtemplates",
      "sensors",
      "serviceaccounts",
      "validatingadmissionpolicies",
      "validatingadmissionpolicybindings",
      "authorizationpolicies",
      "peerauthentications",
    ])
      expect(changed).not.toContain(kept);
  });

  test("a binding names the group and the right kind of role", () => {
    expect(groupSubject("auditors")).toEqual({
      apiGroup: "rbac.authorization.k8s.io",
      kind: "Group",
      name: "causeway:auditors",
    });
    expect(roleReference(of("pipelines")[0]!)).toEqual({
      apiGroup: "rbac.authorization.k8s.io",
      kind: "Role",
      name: "causeway-pipeline",
    });
    expect(roleReference(of("auditors")[0]!).kind).toBe("ClusterRole");
  });
});
