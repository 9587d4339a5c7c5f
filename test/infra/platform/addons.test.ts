import { Addons } from "../../../infra/platform/addons";
import { catalogue, catalogueReference } from "../../../infra/platform/catalogue";
import type { RbacRule } from "../../../infra/platform/rbac";
import { catalogue as allowed } from "../../../policies/rules/workloads/release-catalogue";
import { record, type RecordedResource } from "../../support/record";
import { base, valuesOf } from "./charts";

const releaseType = "kubernetes:helm.sh/v3:Release";

const release = (resources: readonly RecordedResource[], name: string) =>
  resources.find((resource) => resource.name === `eu-${name}`)!;

/** All objects in a tree of values, with their paths. */
function objects(value: unknown, path = ""): [string, Record<string, unknown>][] {
  if (typeof value !== "object" || value === null) return [];
  const entries = Object.entries(value).flatMap(([key, child]) => objects(child, `${path}.${key}`));
  return Array.isArray(value) ? entries : [[path, value as Record<string, unknown>], ...entries];
}

describe("the add-on catalogue", () => {
  test("is the list that the policy on releases allows, in the same order", () => {
    expect(catalogue.map(catalogueReference)).toEqual(allowed);
  });

  test.each(catalogue.map((entry) => [entry.name, entry] as const))(
    "%s is pinned to an exact version, over https, after releases that come earlier",
    (_name, entry) => {
      const earlier = catalogue.slice(0, catalogue.indexOf(entry)).map((other) => other.name);
      expect(entry.version).toMatch(/^v?\d+\.\d+\.\d+$/);
      expect(entry.repository).toMatch(/^https:\/\//);
      expect(earlier).toEqual(expect.arrayContaining([...entry.after]));
    },
  );

  test("no container that a chart is told about is without a memory limit", () => {
    const settings = { ...base, environment: "prod", target: "aws", pages: false } as const;
    for (const entry of catalogue) {
      for (const [path, value] of objects(entry.values(settings)).filter(
        ([, value]) => "requests" in value && "limits" in value,
      )) {
        expect([entry.name, path, value["limits"]]).toEqual([
          entry.name,
          path,
          expect.objectContaining({ memory: expect.any(String) }),
        ]);
      }
    }
    expect(valuesOf("argo-rollouts", settings)).toMatchObject({
      controller: { resources: { limits: { memory: "512Mi" } } },
    });
  });

  test.each([
    ["prod", 2],
    ["dev", 1],
  ] as const)("in %s controllers have %i replicas", (environment, count) => {
    const settings = { ...base, environment, target: "aws", pages: false } as const;
    expect(valuesOf("argo-rollouts", settings)).toMatchObject({ controller: { replicas: count } });
    expect(valuesOf("keda", settings)).toMatchObject({ operator: { replicaCount: count } });
    expect(valuesOf("cert-manager", settings)).toMatchObject({
      replicaCount: count,
      webhook: { replicaCount: count },
    });
  });

  test("istiod leaves traffic redirection to the node agent, so that pods stay restricted", () => {
    expect(
      valuesOf("istiod", { ...base, environment: "prod", target: "aws", pages: false }),
    ).toMatchObject({
      cni: { enabled: true },
      global: { proxy: { seccompProfile: { type: "RuntimeDefault" } } },
    });
  });

  test("KEDA's metrics server gets a number for its level, which its flag asks for", () => {
    expect(
      valuesOf("keda", { ...base, environment: "prod", target: "aws", pages: false }),
    ).toMatchObject({
      logging: {
        operator: { level: "info", format: "json" },
        webhooks: { level: "info", format: "json" },
        metricServer: { level: 0, zapLevel: "info", zapEncoder: "json" },
      },
    });
  });

  test("KEDA reads and scales Rollouts in the namespace of models, by the name that RBAC knows them by, and no secret there", () => {
    expect(
      valuesOf("keda", { ...base, environment: "prod", target: "aws", pages: false }),
    ).toMatchObject({
      watchNamespace: "causeway-models",
      rbac: { scaledRefKinds: [{ apiGroup: "argoproj.io", kind: "rollouts" }] },
      permissions: {
        operator: { restrict: { secret: true } },
        metricServer: { restrict: { secret: true } },
      },
    });
  });

  test("the controllers of workflows and of events look at the training namespace alone, which only their own flags say", () => {
    const { controller, ...workflows } = valuesOf("argo-workflows", {
      ...base,
      environment: "prod",
      target: "aws",
      pages: false,
    }) as { controller: object; singleNamespace: boolean };
    expect(workflows.singleNamespace).toBe(true);
    expect(controller).toMatchObject({ extraArgs: ["--managed-namespace", "causeway-training"] });
    // Without accounts to make, the chart does nothing with it.
    expect(controller).not.toHaveProperty("workflowNamespaces");
    expect(
      valuesOf("argo-events", { ...base, environment: "prod", target: "aws", pages: false }),
    ).toMatchObject({
      controller: { rbac: { namespaced: true, managedNamespace: "causeway-training" } },
    });
  });

  test.each([
    ["argo-workflows", "argo-workflows-workflow-controller"],
    ["argo-events", "argo-events-controller-manager"],
  ])(
    "%s brings its account's rights in the training namespace, without wildcards, and none in the cluster",
    (name, account) => {
      const settings = { ...base, environment: "prod", target: "aws", pages: false } as const;
      const { extraObjects } = valuesOf(name, settings) as {
        extraObjects: {
          kind: string;
          metadata: { name: string; namespace: string };
          rules?: RbacRule[];
        }[];
      };
      const [role, binding] = extraObjects;
      expect(extraObjects.map(({ kind, metadata: { namespace } }) => [kind, namespace])).toEqual([
        ["Role", "causeway-training"],
        ["RoleBinding", "causeway-training"],
      ]);
      expect(binding).toMatchObject({
        roleRef: { kind: "Role", name: role?.metadata.name },
        subjects: [
          {
            kind: "ServiceAccount",
            name: account,
            namespace: catalogue.find((entry) => entry.name === name)?.namespace,
          },
        ],
      });
      expect(
        (role?.rules ?? []).flatMap(({ apiGroups, resources, verbs }) => [
          ...apiGroups,
          ...resources,
          ...verbs,
        ]),
      ).not.toContain("*");
      const secrets = (role?.rules ?? []).filter(({ resources }) => resources.includes("secrets"));
      expect(secrets).toHaveLength(name === "argo-events" ? 1 : 0);
    },
  );

  test("no chart widens the roles that every cluster has", () => {
    const settings = { ...base, environment: "prod", target: "aws", pages: false } as const;
    expect(valuesOf("argo-rollouts", settings)).toMatchObject({
      createClusterAggregateRoles: false,
    });
    expect(valuesOf("argo-workflows", settings)).toMatchObject({ createAggregateRoles: false });
    expect(valuesOf("cert-manager", settings)).toMatchObject({
      global: { rbac: { aggregateClusterRoles: false } },
    });
  });

  test("the two operators of Elastic's chart, which takes no spread constraints, keep apart", () => {
    expect(
      valuesOf("elastic-operator", { ...base, environment: "prod", target: "aws", pages: false }),
    ).toMatchObject({
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              podAffinityTerm: {
                topologyKey: "kubernetes.io/hostname",
                labelSelector: { matchLabels: { "app.kubernetes.io/name": "elastic-operator" } },
              },
            },
          ],
        },
      },
    });
  });

  test("the gateway has no load balancer of its own", () => {
    expect(
      valuesOf("causeway-gateway", { ...base, environment: "prod", target: "aws", pages: false }),
    ).toMatchObject({ service: { type: "ClusterIP" } });
  });

  test("only a local cluster's kubelets are trusted without an authority", () => {
    expect(
      valuesOf("metrics-server", {
        ...base,
        environment: "local",
        target: "kubernetes",
        pages: false,
      }),
    ).toMatchObject({ args: ["--kubelet-insecure-tls"] });
    expect(
      valuesOf("metrics-server", { ...base, environment: "prod", target: "aws", pages: false }),
    ).toMatchObject({ args: [] });
  });
});

describe("Addons", () => {
  let resources: RecordedResource[] = [];
  let ready = 0;
  beforeAll(async () => {
    resources = await record(() => {
      ready = new Addons("eu", {
        ...base,
        environment: "prod",
        target: "aws",
        pages: false,
        gpu: true,
      }).ready.length;
    });
  });

  test("installs every entry as one release that creates no namespace and undoes a failed change", () => {
    expect(resources.filter((resource) => resource.type === releaseType)).toHaveLength(
      catalogue.length,
    );
    for (const { name, version, namespace } of catalogue) {
      expect(release(resources, name).inputs).toMatchObject({
        name,
        version,
        namespace,
        createNamespace: false,
        atomic: true,
        cleanupOnFail: true,
        waitForJobs: true,
      });
    }
  });

  test.each(catalogue.flatMap((entry) => entry.after.map((before) => [entry.name, before])))(
    "%s waits for %s",
    (name, before) => {
      expect(release(resources, name!).options.dependencies).toContain(
        release(resources, before!).urn,
      );
    },
  );

  test("is ready when all of its releases are", () => {
    expect(ready).toBe(catalogue.length);
  });
});
