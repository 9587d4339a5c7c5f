import { each, type Elsewhere } from "./clauses";

/** CIS Amazon EKS Benchmark 1.7: what a plan does not show. */
export const cisEks: Elsewhere = {
  ...each(
    ["3.1.1", "3.1.2", "3.1.3", "3.1.4"],
    "AWS: nodes of EKS Auto Mode run its image, nobody can log in to change a file, and a node lives 21 days at most. Not checked here.",
  ),
  ...each(
    ["3.2.1", "3.2.2", "3.2.3", "3.2.4", "3.2.5", "3.2.6", "3.2.7", "3.2.8", "3.2.9"],
    "AWS: EKS Auto Mode sets the kubelet's arguments and takes none of ours. Not checked here.",
  ),
  "4.3.1":
    "AWS: EKS Auto Mode enforces network policies; that one is enforced is for a test in the running cluster, and none here does it.",
  "5.1.3":
    "The node role's policy is AWS's AmazonEC2ContainerRegistryPullOnly; no rule holds it to that.",
};
