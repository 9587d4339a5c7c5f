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
