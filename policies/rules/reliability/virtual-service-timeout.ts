import { at, list, text } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "reliability-virtual-service-timeout",
  area: "reliability",
  description: "Routes must give up after a time, so that a slow model does not hold its callers.",
  severity: "medium",
  enforcement: "mandatory",
  remediation: "Set timeout on each entry of spec.http; Istio has none by default.",
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute",
  frameworks: [{ framework: "eu-ai-act", clause: "Art. 15(4)" }],
  types: ["kubernetes:networking.istio.io/v1:VirtualService"],
  parameters: { maximumSeconds: 60 },
  check: (resource, { maximumSeconds }) =>
    list(resource.props, "spec.http").flatMap((route, index) => {
      // A redirect or a direct answer waits for nobody.
      if (at(route, "redirect") !== undefined || at(route, "directResponse") !== undefined)
        return [];
      const timeout = text(route, "timeout");
      const length = seconds(timeout ?? "");
      return length > 0 && length <= maximumSeconds
        ? []
        : [
            `${subject(resource)} must set spec.http[${index}].timeout to at most ${maximumSeconds}s and above 0s, got ${shown(timeout)}`,
          ];
    }),
});

/** Seconds in a duration as Istio writes it, e.g. `1m30s` or `250ms`; NaN for other text. */
function seconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== duration) return NaN;
  const factor: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600 };
  return parts.reduce(
    (sum, [, amount, unit = ""]) => sum + Number(amount) * (factor[unit] ?? NaN),
    0,
  );
}
