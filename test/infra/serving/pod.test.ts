import { contractSchema } from "../../../services/contract/contract";
import { rollout } from "../../../infra/serving/rollout";
import { contract, image, release, settings, withServing } from "./fixture";

describe("the pod", () => {
  const template = rollout(settings, image).spec.template;
  const pod = template.spec;
  const container = pod.containers[0]!;

  it("runs as a numbered user without root, with the runtime's seccomp profile and in no namespace of the host", () => {
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 10_001,
      runAsGroup: 10_001,
      fsGroup: 10_001,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect([pod.hostNetwork, pod.hostPID, pod.hostIPC]).toEqual([false, false, false]);
  });

  it("gives the container no privilege, no capability and no writable root", () => {
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("has its own service account and no token of it", () => {
    expect([
      pod.serviceAccountName,
      pod.automountServiceAccountToken,
      pod.enableServiceLinks,
    ]).toEqual(["loan-approval", false, false]);
  });

  it("writes to a bounded /tmp and nowhere else", () => {
    expect(pod.volumes[0]).toEqual({ name: "tmp", emptyDir: { sizeLimit: "64Mi" } });
    expect(container.volumeMounts).toEqual([
      { name: "tmp", mountPath: "/tmp" },
      { name: "documents", mountPath: "/etc/causeway", readOnly: true },
      { name: "key", mountPath: "/etc/causeway-keys", readOnly: true },
      { name: "attestation", mountPath: "/etc/causeway-attestation", readOnly: true },
    ]);
  });

  it("carries its contract and its release, so that an older version finds its own", () => {
    const document = JSON.parse(template.metadata.annotations["causeway.dev/contract"]!);
    expect(contractSchema.parse(document)).toEqual(contract);
    expect(pod.volumes[1]).toEqual({
      name: "documents",
      downwardAPI: {
        defaultMode: 0o444,
        items: [
          {
            path: "contract.json",
            fieldRef: { fieldPath: "metadata.annotations['causeway.dev/contract']" },
          },
          {
            path: "release.json",
            fieldRef: { fieldPath: "metadata.annotations['causeway.dev/release']" },
          },
          {
            path: "trusted-keys.pem",
            fieldRef: { fieldPath: "metadata.annotations['causeway.dev/trusted-keys']" },
          },
        ],
      },
    });
  });

  it("carries the keys that its server verifies the release with: always in prod, elsewhere when the release is signed", () => {
    const carried = (environment: typeof settings.environment, signature: "trusted" | "none") => {
      const { metadata, spec } = rollout(
        {
          ...settings,
          environment,
          trustedKeys: ["one", "two"],
          verification: { ...settings.verification!, signature },
        },
        image,
      ).spec.template;
      const file = spec.containers[0]!.env.find(
        ({ name }) => name === "CAUSEWAY_TRUSTED_KEYS_FILE",
      )?.value;
      return [metadata.annotations["causeway.dev/trusted-keys"], file];
    };
    const keys = ["one\ntwo", "/etc/causeway/trusted-keys.pem"];
    expect([
      carried("prod", "trusted"),
      carried("prod", "none"),
      carried("dev", "trusted"),
    ]).toEqual([keys, keys, keys]);
    expect([carried("dev", "none"), carried("local", "none")]).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it("is not restarted by an approval of its release", () => {
    expect(rollout({ ...settings, release: { ...release, approvals: [] } }, image)).toEqual(
      rollout(settings, image),
    );
    expect(rollout({ ...settings, attestation: "another" }, image)).toEqual(
      rollout(settings, image),
    );
    // It finds the approval at its next start, and starts without, too.
    expect(pod.volumes).toContainEqual({
      name: "attestation",
      configMap: { name: "loan-approval-attest", optional: true, defaultMode: 0o444 },
    });
  });

  it("is replaced when the release or the contract changes", () => {
    const annotations = (changed: typeof settings) =>
      rollout(changed, image).spec.template.metadata.annotations;
    expect(annotations({ ...settings, release: { ...release, version: "1.4.1" } })).not.toEqual(
      template.metadata.annotations,
    );
    expect(annotations(withServing({ requestsPerReplica: 50 }))).not.toEqual(
      template.metadata.annotations,
    );
  });

  it("takes the image by digest and does not pull it twice", () => {
    expect([container.image, container.imagePullPolicy]).toEqual([image, "IfNotPresent"]);
  });

  it("is started, ready and alive by three different probes", () => {
    expect(container.startupProbe).toEqual({
      httpGet: { path: "/v2/health/ready", port: "http" },
      periodSeconds: 2,
      timeoutSeconds: 2,
      failureThreshold: 60,
    });
    expect(container.readinessProbe).toEqual({
      httpGet: { path: "/v2/health/ready", port: "http" },
      periodSeconds: 5,
      timeoutSeconds: 2,
      failureThreshold: 2,
      successThreshold: 1,
    });
    expect(container.livenessProbe).toEqual({
      httpGet: { path: "/v2/health/live", port: "http" },
      periodSeconds: 10,
      timeoutSeconds: 3,
      failureThreshold: 3,
    });
  });

  it("has time to be forgotten and to drain before it is killed", () => {
    const drain = Number(
      container.env.find((variable) => variable.name === "CAUSEWAY_DRAIN_SECONDS")!.value,
    );
    expect(container.lifecycle).toEqual({ preStop: { sleep: { seconds: 10 } } });
    expect(pod.terminationGracePeriodSeconds).toBe(60);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(10 + drain);
    expect(JSON.parse(template.metadata.annotations["proxy.istio.io/config"]!)).toEqual({
      holdApplicationUntilProxyStarts: true,
      terminationDrainDuration: `${drain}s`,
    });
  });

  it("tells the server where it is and where its key lies, and no secret", () => {
    expect(container.env).toEqual([
      { name: "CAUSEWAY_CONTRACT_FILE", value: "/etc/causeway/contract.json" },
      { name: "CAUSEWAY_RELEASE_FILE", value: "/etc/causeway/release.json" },
      { name: "CAUSEWAY_ATTESTATION_FILE", value: "/etc/causeway-attestation/attestation.json" },
      { name: "CAUSEWAY_HTTP_PORT", value: "8080" },
      { name: "CAUSEWAY_METRICS_PORT", value: "9090" },
      { name: "CAUSEWAY_DRAIN_SECONDS", value: "30" },
      { name: "CAUSEWAY_ENVIRONMENT", value: "prod" },
      { name: "CAUSEWAY_REGION", value: "eu-west-1" },
      { name: "CAUSEWAY_KEY_FILE", value: "/etc/causeway-keys/key" },
    ]);
  });

  it("shows its metrics port past the proxy", () => {
    expect(template.metadata.annotations["traffic.sidecar.istio.io/excludeInboundPorts"]).toBe(
      "9090",
    );
    expect(container.ports).toEqual([
      { name: "http", containerPort: 8080, protocol: "TCP" },
      { name: "metrics", containerPort: 9090, protocol: "TCP" },
    ]);
  });

  it.each([
    ["500m", "1000m"],
    ["2", "4000m"],
    ["1.5", "3000m"],
  ])("asked for %s CPU may burst to %s, and to no more memory than asked for", (cpu, limit) => {
    const { resources } = rollout(withServing({ cpu }), image).spec.template.spec.containers[0]!;
    expect(resources).toEqual({
      requests: { cpu, memory: "512Mi", "ephemeral-storage": "64Mi" },
      limits: { cpu: limit, memory: "512Mi", "ephemeral-storage": "256Mi" },
    });
  });

  it.each([
    ["prod", "DoNotSchedule"],
    ["dev", "ScheduleAnyway"],
    ["local", "ScheduleAnyway"],
  ] as const)(
    "in %s spreads over zones with %s, each version by itself",
    (environment, whenUnsatisfiable) => {
      const perVersion = {
        labelSelector: {
          matchLabels: {
            "app.kubernetes.io/name": "loan-approval",
            "app.kubernetes.io/component": "model-server",
          },
        },
        matchLabelKeys: ["rollouts-pod-template-hash"],
      };
      expect(
        rollout({ ...settings, environment }, image).spec.template.spec.topologySpreadConstraints,
      ).toEqual([
        {
          topologyKey: "topology.kubernetes.io/zone",
          maxSkew: 1,
          whenUnsatisfiable,
          ...perVersion,
        },
        {
          topologyKey: "kubernetes.io/hostname",
          maxSkew: 1,
          whenUnsatisfiable: "ScheduleAnyway",
          ...perVersion,
        },
      ]);
    },
  );

  it("comes before everything else of ours", () => {
    expect(pod.priorityClassName).toBe("causeway-models");
  });

  it("asks for no GPU node unless the contract does", () => {
    expect(Object.keys(pod)).not.toContain("nodeSelector");
    expect(Object.keys(pod)).not.toContain("tolerations");
  });

  it("goes to the GPU pool when the contract asks for GPUs", () => {
    const gpuPod = rollout(withServing({ gpu: 2 }), image).spec.template.spec;
    expect(gpuPod).toMatchObject({
      nodeSelector: { "causeway.dev/nodes": "gpu" },
      tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    });
    expect(gpuPod.containers[0]!.resources.requests).toMatchObject({ "nvidia.com/gpu": "2" });
    expect(gpuPod.containers[0]!.resources.limits).toMatchObject({ "nvidia.com/gpu": "2" });
  });

  it("does not ask a foreign cluster for a pool of ours", () => {
    expect(
      Object.keys(
        rollout({ ...withServing({ gpu: 1 }), environment: "local" }, image).spec.template.spec,
      ),
    ).not.toContain("nodeSelector");
  });
});
