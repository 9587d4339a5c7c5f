import { ignoredWhileOn, killRouteOf, switchedRoutes } from "../../../infra/serving/kill-switch";
import { routesOfRollouts, virtualService } from "../../../infra/serving/routing";
import { contract, settings, withRelease } from "./fixture";

const declared = (fallback: NonNullable<typeof contract.serving.fallback>) => ({
  ...contract,
  serving: { ...contract.serving, fallback },
});
const champion = { killSwitch: { to: "champion", reason: "declines everybody" } } as const;
const match = [
  { uri: { exact: "/v2/models/loan-approval" } },
  { uri: { prefix: "/v2/models/loan-approval/" } },
];
const destinations = (model: string) => [
  {
    destination: {
      host: `${model}-stable.causeway-models.svc.cluster.local`,
      port: { number: 8080 },
    },
    weight: 100,
  },
  {
    destination: {
      host: `${model}-canary.causeway-models.svc.cluster.local`,
      port: { number: 8080 },
    },
    weight: 0,
  },
];

describe("the kill switch", () => {
  it("is no part of the routes while it is off", () => {
    const service = virtualService(settings);
    expect(switchedRoutes(service, contract, {})).toBe(service);
  });

  it.each(["canary", "ab", "shadow"] as const)(
    "takes all requests of a %s release to the champion, before any other route, and names the reason",
    (strategy) => {
      const service = virtualService(withRelease({ strategy }));
      const { metadata, spec } = switchedRoutes(service, contract, champion);
      const [first, ...rest] = spec.http;
      expect(first).toEqual({
        name: "kill-switch",
        match,
        route: destinations("loan-approval"),
        timeout: "1000ms",
        retries: service.spec.http[0]!.retries,
      });
      expect(rest).toEqual(service.spec.http);
      expect(metadata.annotations).toEqual({
        "pulumi.com/patchForce": "true",
        "causeway.dev/kill-switch": "champion: declines everybody",
      });
    },
  );

  it("takes them to the fallback model under that one's path", () => {
    const route = killRouteOf(declared({ model: "loan-rules" }), "fallback", {});
    expect(route).toEqual({
      name: "kill-switch",
      match,
      rewrite: {
        uriRegexRewrite: {
          match: "^/v2/models/loan-approval(/|$)",
          rewrite: "/v2/models/loan-rules\\1",
        },
      },
      route: destinations("loan-rules"),
    });
    const { match: pattern } = route.rewrite!.uriRegexRewrite;
    const rewritten = (path: string) =>
      path.replace(new RegExp(pattern), "/v2/models/loan-rules$1");
    expect([
      rewritten("/v2/models/loan-approval"),
      rewritten("/v2/models/loan-approval/infer"),
    ]).toEqual(["/v2/models/loan-rules", "/v2/models/loan-rules/infer"]);
  });

  it("answers 503 where that is declared, and where nothing is", () => {
    for (const given of [contract, declared({ answer: "unavailable" })]) {
      expect(killRouteOf(given, "fallback", {})).toEqual({
        name: "kill-switch",
        match,
        fault: { abort: { httpStatus: 503, percentage: { value: 100 } } },
        route: destinations("loan-approval"),
      });
    }
  });

  it("keeps no weight for Argo Rollouts while it is on, and gives it a route of the same shape to come back to", () => {
    const ignored = routesOfRollouts.canary;
    expect(ignoredWhileOn(ignored, champion)).toEqual([]);
    expect(ignoredWhileOn(ignored, {})).toEqual([
      "spec.http[0].route[0].weight",
      "spec.http[0].route[1].weight",
    ]);
    for (const to of ["champion", "fallback"] as const)
      expect(killRouteOf(contract, to, {}).route).toHaveLength(
        virtualService(settings).spec.http[0]!.route!.length,
      );
  });
});
