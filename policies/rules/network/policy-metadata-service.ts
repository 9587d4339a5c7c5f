import { holds } from "../../blocks";
import { list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { subject } from "../../kubernetes";

/** Addresses of the instance metadata service. */
const services = ["169.254.169.254/32", "fd00:ec2::254/128"];

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
        .flatMap((peer) => {
          const block = text(peer, "ipBlock.cidr") ?? "";
          const excepted = list(peer, "ipBlock.except").map(String);
          return services.filter(
            (service) =>
              holds(block, service) && !excepted.some((except) => holds(except, service)),
          );
        })
        .map(
          (service) =>
            `egress rule ${index + 1} of ${subject(policy)} must except ${service}, the node's metadata service`,
        ),
    ),
});
