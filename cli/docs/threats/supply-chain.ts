import type { Threat } from "./threat";

/** Threats in what the project is built from: packages and charts. */
export const supplyChainThreats: readonly Threat[] = [
  {
    id: "evil-package",
    stride: "tampering",
    story: "A dependency is compromised and runs code in the pipeline or an image.",
    elements: ["Model image"],
    flows: ["supply"],
    rules: ["governance-model-scan", "governance-image-scan"],
    tests: [
      "test/cli/checks/vulnerabilities.test.ts",
      "test/cli/release/publish-image.test.ts",
      "test/cli/release/sbom.test.ts",
      "test/services/training/environment.test.ts",
    ],
    residual:
      "Locks with digests keep a known version; a version that was malicious when it was locked, and Go modules of the end-to-end tests, are not checked.",
  },
  {
    id: "unfree-package",
    stride: "repudiation",
    story: "A dependency has a licence that forbids the use, and nobody notices.",
    elements: [],
    flows: ["supply"],
    rules: [],
    tests: ["test/cli/checks/licences.test.ts"],
    residual: "The check trusts the licence that a package declares.",
  },
  {
    id: "package-loss",
    stride: "denial",
    story: "A package or a tool that the build needs disappears.",
    elements: [],
    flows: ["supply"],
    rules: [],
    tests: ["test/services/training/environment.test.ts"],
    residual: "There is no mirror of packages; running services continue.",
  },
  {
    id: "build-disclosure",
    stride: "disclosure",
    story: "An installed package reads the credentials of the build.",
    elements: [],
    flows: ["supply"],
    rules: ["access-user-long-lived"],
    tests: ["test/cli/checks/secrets.test.ts"],
    residual:
      "Install scripts are off (`.npmrc`) and the plan has no credentials; the preview job has short-lived ones.",
  },
  {
    id: "evil-chart",
    stride: "tampering",
    story: "A controller's chart is replaced, and runs with the controller's rights.",
    elements: ["Addons"],
    flows: ["charts"],
    rules: ["workloads-release-catalogue"],
    tests: [
      "test/policies/rules/workloads/release-catalogue.test.ts",
      "test/infra/platform/addons.test.ts",
    ],
    residual:
      "Charts are pinned by version, not by digest, because Helm repositories offer no more; no rule sees what a chart renders.",
  },
  {
    id: "chart-disclosure",
    stride: "disclosure",
    story: "A controller sends what it sees to its publisher.",
    elements: ["Addons", "Tenancy"],
    flows: ["charts"],
    rules: ["network-policy-allow-all", "network-policy-metadata-service"],
    tests: [
      "test/infra/platform/observability-charts.test.ts",
      "test/infra/platform/network-policies.test.ts",
    ],
    residual: "Controllers may reach the API server and read what their roles allow.",
  },
  {
    id: "controller-loss",
    stride: "denial",
    story: "A controller stops, and with it releases, scaling or certificates.",
    elements: ["Addons"],
    flows: ["charts"],
    rules: ["workloads-pod-limits"],
    tests: ["test/infra/platform/addons.test.ts", "test/e2e/faults.ts"],
    residual: "Running models continue; nothing new is released until it is back.",
  },
];
