import { resources, type ChartSettings, type Values } from "./chart";
import { labelKeys } from "../../../services/contract/labels";
import { gpuExporterPort } from "../../observability/monitors";

/**
 * What NVIDIA's GPUs measure of themselves, told apart by the pod that uses them. It asks the
 * kubelet which pod that is and the driver for its counters, which takes a host path and SYS_ADMIN;
 * so it runs beside the other agents of nodes in kube-system, on GPU nodes alone, and only where a
 * model asks for one.
 */
export function dcgmExporter({ target }: ChartSettings): Values {
  return {
    resources: resources("100m", "512Mi"),
    // The platform's own node pool; on a cluster that is not ours, the label of NVIDIA's feature
    // discovery.
    nodeSelector:
      target === "aws" ? { [labelKeys.nodes]: "gpu" } : { "nvidia.com/gpu.present": "true" },
    tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    service: {
      enable: true,
      type: "ClusterIP",
      port: gpuExporterPort,
      address: `:${gpuExporterPort}`,
    },
    // Its monitor is ours, so that the release needs no definition of another.
    serviceMonitor: { enabled: false },
  };
}
