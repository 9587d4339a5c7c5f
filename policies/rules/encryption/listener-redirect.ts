import { at, list } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "encryption-listener-redirect",
  area: "encryption",
  description: "A listener for plain HTTP must only redirect to HTTPS.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Make the only default action a redirect with protocol HTTPS and statusCode HTTP_301, or drop the listener.",
  url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html",
  frameworks: [
    { framework: "cis-eks", clause: "5.4.5" },
    { framework: "ml-lens", clause: "MLSEC-12" },
  ],
  types: ["aws:lb/listener:Listener"],
  check: (listener) => {
    // An Application Load Balancer without a protocol listens to plain HTTP.
    const protocol = at(listener.props, "protocol") ?? "HTTP";
    if (protocol !== "HTTP") return [];
    const actions = list(listener.props, "defaultActions");
    const redirects =
      actions.length > 0 &&
      actions.every(
        (action) =>
          at(action, "type") === "redirect" && at(action, "redirect.protocol") === "HTTPS",
      );
    return redirects
      ? []
      : [
          `${subject(listener)} must redirect plain HTTP to HTTPS, got ${shown(actions.map((action) => at(action, "type")))}`,
        ];
  },
});
