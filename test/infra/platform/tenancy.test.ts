import { Tenancy, type TenancyArgs } from "../../../infra/platform/tenancy";
import { namespaceProfiles, namespaceRoles, tenants } from "../../../infra/platform/namespaces";
import { namespaces } from "../../../infra/kubernetes/labels";
import { only, record, type RecordedResource } from "../../support/record";

const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/volumes";
const args: TenancyArgs = {
  region: "eu-west-1",
  environment: "prod",
  volumes: { target: "aws", keyArn },
  network: "10.32.0.0/16",
  headroom: { replicas: 3, cpu: "500m", memory: "512Mi" },
};
const buildAnew = (changes: Partial<TenancyArgs> = {}) =>
  record(() => void new Tenancy("eu", { ...args, ...changes }));
const built = new Map<string, RecordedResource[]>();
/** Builds each variant once: tests only look at it. */
async function build(changes: Partial<TenancyArgs> = {}): Promise<RecordedResource[]> {
  const key = JSON.stringify(changes);
  const resources = built.get(key) ?? (await buildAnew(changes));
  built.set(key, resources);
  return resources;
}
/** Resources of a type by name: the order of registration is not part of the contract. */
const ofType = (resources: readonly RecordedResource[], type: string) =>
  resources
    .filter((resource) => resource.type === type)
    .sort((a, b) => a.name.localeCompare(b.name));
const namespaceOf = ({ inputs }: RecordedResource) =>
  (inputs["metadata"] as { namespace: string }).namespace;

describe("Tenancy", () => {
  test("every namespace enforces, audits and warns of a pinned Pod Security Standard; all but the mesh's and the log shipper's are restricted", async () => {
    const created = ofType(await build(), "kubernetes:core/v1:Namespace");
    expect(
      created.map(({ inputs }) => (inputs["metadata"] as { name: string }).name).sort(),
    ).toEqual(namespaceRoles.map((role) => namespaces[role]).sort());
    for (const { inputs } of created) {
      const { name, labels } = inputs["metadata"] as {
        name: string;
        labels: Record<string, string>;
      };
      for (const mode of ["enforce", "audit", "warn"]) {
        expect([name, labels[`pod-security.kubernetes.io/${mode}`]]).toEqual([
          name,
          ["istio-system", "causeway-logs"].includes(name) ? "privileged" : "restricted",
        ]);
        expect(labels[`pod-security.kubernetes.io/${mode}-version`]).toBe("v1.34");
      }
    }
  });

  test("models and the gateway are in the mesh", async () => {
    const injected = ofType(await build(), "kubernetes:core/v1:Namespace").filter(
      ({ inputs }) =>
        (inputs["metadata"] as { labels: Record<string, string> }).labels["istio-injection"] ===
        "enabled",
    );
    expect(injected.map(({ name }) => name)).toEqual(["eu-gateway", "eu-models"]);
    expect(Object.values(namespaceProfiles).filter((profile) => profile.injection)).toHaveLength(2);
  });

  test("every tenant has a quota without load balancers, limits without a CPU limit, and a default account without a token", async () => {
    const resources = await build();
    const quotas = ofType(resources, "kubernetes:core/v1:ResourceQuota");
    expect(quotas.map(namespaceOf).sort()).toEqual(
      tenants.map((tenant) => namespaces[tenant]).sort(),
    );
    for (const { inputs } of quotas)
      expect(inputs["spec"]).toMatchObject({
        hard: { "services.loadbalancers": "0", "services.nodeports": "0" },
      });
    for (const { inputs } of ofType(resources, "kubernetes:core/v1:LimitRange")) {
      expect((inputs["spec"] as { limits: object[] }).limits[0]).toEqual({
        type: "Container",
        default: { memory: "512Mi" },
        defaultRequest: { cpu: "100m", memory: "128Mi" },
        max: { memory: "128Gi" },
      });
    }
    const accounts = ofType(resources, "kubernetes:core/v1:ServiceAccountPatch");
    expect(accounts).toHaveLength(tenants.length);
    for (const { inputs } of accounts)
      expect(inputs).toMatchObject({
        metadata: { name: "default" },
        automountServiceAccountToken: false,
      });
  });

  test("every namespace denies all traffic by default, and its policies exist before anything that waits for the tenancy", async () => {
    let ready: readonly unknown[] = [];
    const resources = await record(() => {
      ready = new Tenancy("eu", args).ready;
    });
    const denying = ofType(resources, "kubernetes:networking.k8s.io/v1:NetworkPolicy").filter(
      ({ inputs }) => (inputs["metadata"] as { name: string }).name === "default-deny",
    );
    expect(denying.map(namespaceOf).sort()).toEqual(Object.values(namespaces).sort());
    for (const { inputs } of denying)
      expect(inputs["spec"]).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    const policies = ofType(resources, "kubernetes:networking.k8s.io/v1:NetworkPolicy").length;
    expect(ready.length).toBe(1 + 2 + namespaceRoles.length + policies + 3 * tenants.length);
  });

  test("volumes on AWS are encrypted with the volumes key and outlive their claims in prod alone", async () => {
    expect(only(await build(), "kubernetes:storage.k8s.io/v1:StorageClass").inputs).toMatchObject({
      metadata: { name: "causeway-encrypted" },
      provisioner: "ebs.csi.eks.amazonaws.com",
      parameters: { type: "gp3", encrypted: "true", kmsKeyId: keyArn },
      reclaimPolicy: "Retain",
      volumeBindingMode: "WaitForFirstConsumer",
    });
    expect(
      only(await build({ environment: "dev" }), "kubernetes:storage.k8s.io/v1:StorageClass").inputs[
        "reclaimPolicy"
      ],
    ).toBe("Delete");
  });

  test("elsewhere the same storage class takes the cluster's own provisioner", async () => {
    const { inputs } = only(
      await build({
        environment: "local",
        network: undefined,
        volumes: { target: "kubernetes", provisioner: "rancher.io/local-path" },
      }),
      "kubernetes:storage.k8s.io/v1:StorageClass",
    );
    expect(inputs).toMatchObject({
      metadata: { name: "causeway-encrypted" },
      provisioner: "rancher.io/local-path",
    });
    expect(inputs["parameters"]).toBeUndefined();
  });

  test("headroom gives way to everything and is the size of a replica", async () => {
    const resources = await build();
    const { inputs } = only(resources, "kubernetes:apps/v1:Deployment");
    expect(inputs["spec"]).toMatchObject({
      replicas: 3,
      template: {
        spec: {
          priorityClassName: "causeway-headroom",
          automountServiceAccountToken: false,
          containers: [{ resources: { requests: { cpu: "500m", memory: "512Mi" } } }],
        },
      },
    });
    const classes = ofType(resources, "kubernetes:scheduling.k8s.io/v1:PriorityClass");
    expect(
      classes.map((resource) => [
        (resource.inputs["metadata"] as { name: string }).name,
        resource.inputs["value"],
        resource.inputs["preemptionPolicy"],
      ]),
    ).toEqual([
      ["causeway-headroom", -10, "Never"],
      ["causeway-models", 100000, "PreemptLowerPriority"],
    ]);
  });

  test("without headroom there are no idle pods", async () => {
    expect(
      ofType(
        await build({ headroom: { replicas: 0, cpu: "1", memory: "1Gi" } }),
        "kubernetes:apps/v1:Deployment",
      ),
    ).toEqual([]);
  });
});
