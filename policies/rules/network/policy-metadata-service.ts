import { list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/** Blocks that cover the instance metadata service at 169.254.169.254. */
const covering: readonly unknown[] = ["169.254.169.254/32", "169.254.0.0/16", "169.254.169.0/24"];

export const rule = resourceRule({
  name: "network-policy-metadata-service",
  area: "network",
  description:
    "A pod that may reach the internet must not reach the node's metadata service, which hands out the node's credentials.",
  severity: "high",
  enforcement: "mandatory",
  remediation: "Add 169.254.169.254/32 to the except of the ipBlock.",
  url: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
  frameworks: [
    { framework: "cis-eks", clause: "5.4.4" },
    { framework: "ml-lens", clause: "MLSEC-03" },
  ],
  types: ["kubernetes:networking.k8s.io/v1:NetworkPolicy"],
  check: (policy) =>
    list(policy.props, "spec.egress").flatMap((rule, index) =>
      list(rule, "to")
        .filter(
          (peer) =>
            text(peer, "ipBlock.cidr") === "0.0.0.0/0" &&
            !list(peer, "ipBlock.except").some((block) => covering.includes(block)),
        )
        .map(
          () =>
            `egress rule ${index + 1} of ${subject(policy)} must except 169.254.169.254/32, the node's metadata service`,
        ),
    ),
});
