import { text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

/**
 * Charts that a stack may install, as `repository#chart@version`. The same list as the add-on
 * catalogue of the program, written twice on purpose: whoever adds a controller to the cluster
 * changes a policy and so asks a second person.
 */
export const catalogue: readonly string[] = [
  "https://charts.jetstack.io#cert-manager@v1.19.0",
  "https://kubernetes-sigs.github.io/metrics-server#metrics-server@3.13.1",
  "https://istio-release.storage.googleapis.com/charts#base@1.31.4",
  "https://istio-release.storage.googleapis.com/charts#istiod@1.31.4",
  "https://istio-release.storage.googleapis.com/charts#cni@1.31.4",
  "https://istio-release.storage.googleapis.com/charts#gateway@1.31.4",
  "https://prometheus-community.github.io/helm-charts#kube-prometheus-stack@80.14.4",
  "https://argoproj.github.io/argo-helm#argo-rollouts@2.40.5",
  "https://argoproj.github.io/argo-helm#argo-workflows@0.45.26",
  "https://argoproj.github.io/argo-helm#argo-events@2.4.15",
  "https://kedacore.github.io/charts#keda@2.18.0",
  "https://helm.elastic.co#eck-operator@3.2.0",
  "https://nvidia.github.io/dcgm-exporter/helm-charts#dcgm-exporter@4.8.1",
];

const exact = /^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/;

export const rule = resourceRule({
  name: "workloads-release-catalogue",
  area: "workloads",
  description:
    "Helm releases must be one of the catalogue's charts at exactly its version, over TLS.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Take the chart from the add-on catalogue; to add one, pin it there and in the parameter `charts`.",
  url: "https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 15(5)" },
    { framework: "iso-42001", clause: "A.6.2.5" },
  ],
  types: ["kubernetes:helm.sh/v3:Release"],
  parameters: { charts: catalogue },
  check: (resource, { charts }) => {
    const must = (rest: string) => `${subject(resource)} must ${rest}`;
    const chart = text(resource.props, "chart") ?? "";
    const version = text(resource.props, "version");
    const repository = text(resource.props, "repositoryOpts.repo");
    if (version === undefined || !exact.test(version))
      return [must(`set version to one exact version, got ${shown(version)}`)];
    // A chart that is a whole address is its own repository.
    const source = repository ?? chart;
    if (!/^(https|oci):\/\//.test(source))
      return [must(`come from a repository over https, got ${source === "" ? "nothing" : source}`)];
    const entry = `${source}${repository === undefined ? "" : `#${chart}`}@${version}`;
    return charts.includes(entry) ? [] : [must(`be in the catalogue, got ${entry}`)];
  },
});
