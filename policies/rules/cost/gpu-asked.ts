import { ofType, at, record } from "../../resources";
import { stackRule, type ResourceView } from "../../rule";
import { podSpecs } from "../../pod-shapes";
import { containers } from "../../pods";
import { subject, gpuResource, hasAccelerators, nodePoolTypes } from "../../kubernetes";

export const rule = stackRule({
  name: "cost-gpu-asked",
  area: "cost",
  description: "A node pool with accelerators must have a workload that asks for one.",
  severity: "medium",
  enforcement: "mandatory",
  remediation:
    "Drop the pool, or ask for nvidia.com/gpu in the limits of the workload that needs it.",
  url: "https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/",
  frameworks: [
    { framework: "ml-lens", clause: "MLCOST-25" },
    { framework: "ml-lens", clause: "MLCOST-26" },
  ],
  check: (resources) => {
    const pools = ofType(resources, ...nodePoolTypes).filter(hasAccelerators);
    if (pools.length === 0 || resources.some(asks)) return [];
    return pools.map((pool) => ({
      resource: pool,
      message: `${subject(pool)} must not have accelerators that no workload asks for`,
    }));
  },
});

function asks(resource: ResourceView): boolean {
  return podSpecs(resource).some((pod) =>
    containers(pod).some(
      (container) => gpuResource in record(at(container.spec, "resources"), "limits"),
    ),
  );
}
