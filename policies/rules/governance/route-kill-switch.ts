import { at, list, ofType, text } from "../../resources";
import { stackRule, type ResourceView } from "../../rule";
import { dutiesFor, modelName, modelOf, modelServiceType, tierOf } from "../../models";

const routesType = "kubernetes:networking.istio.io/v1:VirtualService";

export const rule = stackRule({
  name: "governance-route-kill-switch",
  area: "governance",
  description:
    "Requests of a high-risk model must go by a route that the kill switch can take over.",
  severity: "critical",
  enforcement: "mandatory",
  remediation:
    "Let the ModelService make the VirtualService: npx causeway delivery kill puts its route before the others, and the stack file keeps it there.",
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/",
  frameworks: [
    { framework: "eu-ai-act", clause: "Art. 14(4)" },
    { framework: "nist-ai-rmf", clause: "MANAGE 2.4" },
  ],
  check: (resources) =>
    resources
      .filter(
        (one) =>
          one.type === modelServiceType &&
          dutiesFor(one).killSwitch &&
          !isSwitchable(one, resources),
      )
      .map((model) => ({
        resource: model,
        message: `${modelName(model)} must have a VirtualService with routes for the kill switch, because its risk tier is ${tierOf(model)}, got none`,
      })),
});

/**
 * A child's name starts with that of its component, and the switch changes the object of the
 * model's name, not that of its labels; it needs a first route to stand before.
 */
function isSwitchable(model: ResourceView, resources: readonly ResourceView[]): boolean {
  return ofType(resources, routesType).some(
    ({ name, props }) =>
      name.startsWith(`${model.name}-`) &&
      text(props, "metadata.name") === modelOf(model) &&
      list(props, "spec.http").some((route) => at(route, "route") !== undefined),
  );
}
