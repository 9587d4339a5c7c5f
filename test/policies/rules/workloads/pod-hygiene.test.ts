import { rule as automount } from "../../../../policies/rules/workloads/pod-automount-token";
import { rule as bare } from "../../../../policies/rules/workloads/pod-bare";
import { rule as digest } from "../../../../policies/rules/workloads/pod-image-digest";
import { rule as latest } from "../../../../policies/rules/workloads/pod-image-latest";
import { rule as registry } from "../../../../policies/rules/workloads/pod-image-registry";
import { rule as limits } from "../../../../policies/rules/workloads/pod-limits";
import { rule as namespace } from "../../../../policies/rules/workloads/pod-namespace";
import { rule as probes } from "../../../../policies/rules/workloads/pod-probes";
import { rule as readOnly } from "../../../../policies/rules/workloads/pod-read-only-root";
import { rule as requests } from "../../../../policies/rules/workloads/pod-requests";
import { rule as account } from "../../../../policies/rules/workloads/pod-service-account";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { goodDeployment, podKinds } from "./good";

const type = "kubernetes:apps/v1:Deployment";
const good = goodDeployment();
const pod = "spec.template.spec";
const container = `${pod}.containers.0`;
const elsewhere = `registry.example.com/scorer@sha256:${"b".repeat(64)}`;

ruleSuite(readOnly, {
  type,
  good,
  deviations: {
    "a writable root": (g) => ({
      deviant: unset(g, `${container}.securityContext.readOnlyRootFilesystem`),
      message: /must set securityContext.readOnlyRootFilesystem to true, got nothing/,
    }),
  },
});

ruleSuite(requests, {
  type,
  good,
  deviations: Object.fromEntries(
    ["cpu", "memory"].map((name) => [
      `no ${name}`,
      (g) => ({
        deviant: unset(g, `${container}.resources.requests.${name}`),
        message: new RegExp(`must set resources.requests.${name}, got nothing`),
      }),
    ]),
  ),
});

ruleSuite(limits, {
  type,
  good,
  deviations: {
    "no limit on memory": (g) => ({
      deviant: unset(g, `${container}.resources.limits.memory`),
      message: /must set resources.limits.memory, got nothing/,
    }),
  },
  configured: [
    {
      title: "a container without a limit on CPU",
      parameters: { resources: ["cpu", "memory"] },
      subject: (g) => unset(g, `${container}.resources.limits.cpu`),
      fires: true,
    },
  ],
});

ruleSuite(digest, {
  type,
  good,
  deviations: {
    "a tag": (g) => ({
      deviant: set(g, `${container}.image`, "quay.io/example/scorer:1.4.0"),
      message: /must name its image by digest, got quay.io\/example\/scorer:1.4.0/,
    }),
    "a digest that is none": (g) =>
      set(g, `${container}.image`, "quay.io/example/scorer@sha256:abc"),
  },
  configured: [
    {
      title: "a repository that is excepted",
      parameters: { exceptions: ["quay.io/example/*"] },
      subject: (g) => set(g, `${container}.image`, "quay.io/example/scorer:1.4.0"),
      fires: false,
    },
  ],
});

ruleSuite(latest, {
  type,
  good,
  deviations: {
    "the tag latest": (g) => ({
      deviant: set(g, `${container}.image`, "quay.io/example/scorer:latest"),
      message: /must name one version of its image, got quay.io\/example\/scorer:latest/,
    }),
    "no tag": (g) => set(g, `${container}.image`, "nginx"),
  },
});

ruleSuite(registry, {
  type,
  good,
  deviations: {
    "another registry": (g) => ({
      deviant: set(g, `${container}.image`, elsewhere),
      message: /must take its image from one of .*, got registry.example.com/,
    }),
  },
  configured: [
    {
      title: "that registry once it is approved",
      parameters: { registries: ["registry.example.com", "*.dkr.ecr.*.amazonaws.com"] },
      subject: (g) => set(g, `${container}.image`, elsewhere),
      fires: false,
    },
    {
      title: "a registry that only ends like an approved one",
      parameters: { registries: ["example.com"] },
      subject: (g) => set(g, `${container}.image`, elsewhere),
      fires: true,
    },
  ],
});

ruleSuite(probes, {
  type,
  good,
  deviations: Object.fromEntries(
    ["readinessProbe", "livenessProbe"].map((probe) => [
      `no ${probe}`,
      (g) => ({
        deviant: unset(g, `${container}.${probe}`),
        message: new RegExp(`must have a ${probe}, got nothing`),
      }),
    ]),
  ),
  configured: [
    {
      title: "a server without a liveness probe where none is asked for",
      parameters: { probes: ["readinessProbe"] },
      subject: (g) => unset(g, `${container}.livenessProbe`),
      fires: false,
    },
  ],
});

ruleSuite(account, {
  type,
  good,
  deviations: {
    "no account": (g) => ({
      deviant: unset(g, `${pod}.serviceAccountName`),
      message: /must set serviceAccountName to an account of its own, got default/,
    }),
    "the default account": (g) => set(g, `${pod}.serviceAccountName`, "default"),
  },
});

ruleSuite(automount, {
  type,
  good,
  deviations: {
    nothing: (g) => ({
      deviant: unset(g, `${pod}.automountServiceAccountToken`),
      message: /must set automountServiceAccountToken to false, got nothing/,
    }),
  },
  configured: [
    {
      title: "an account that calls the API",
      parameters: { accounts: ["scorer"] },
      subject: (g) => set(g, `${pod}.automountServiceAccountToken`, true),
      fires: false,
    },
  ],
});

ruleSuite(namespace, {
  type,
  good,
  deviations: {
    "the default namespace": (g) => ({
      deviant: set(g, "metadata.namespace", "default"),
      message:
        /Deployment "scorer" must set metadata.namespace to one other than default, .*, got "default"/,
    }),
    "no namespace": (g) => unset(g, "metadata.namespace"),
  },
  configured: [
    {
      title: "a namespace that is refused",
      parameters: { refused: ["causeway-models"] },
      subject: (g) => g,
      fires: true,
    },
  ],
});

const barePod = podKinds.find(({ type: kind }) => kind === "kubernetes:core/v1:Pod")!;
ruleSuite(bare, {
  type: barePod.type,
  good: barePod.props,
  deviations: {
    "a pod on its own": (g) => ({
      deviant: unset(g, "metadata.ownerReferences"),
      message: /Pod "scorer" must belong to a controller, got no ownerReferences/,
    }),
  },
});
