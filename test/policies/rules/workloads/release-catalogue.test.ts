import {
  catalogue as infraCatalogue,
  catalogueReference,
} from "../../../../infra/platform/catalogue";
import { catalogue, rule } from "../../../../policies/rules/workloads/release-catalogue";
import { ruleSuite, set, unset } from "../../../support/rule-suite";

const [first] = infraCatalogue;
const type = "kubernetes:helm.sh/v3:Release";
const good = {
  name: first!.name,
  chart: first!.chart,
  version: first!.version,
  repositoryOpts: { repo: first!.repository },
  namespace: first!.namespace,
  values: {},
};

ruleSuite(rule, {
  type,
  good,
  deviations: {
    "no version": (g) => ({
      deviant: unset(g, "version"),
      message: /Release "subject" must set version to one exact version, got nothing/,
    }),
    "a range": (g) => set(g, "version", "^1.0.0"),
    "another version": (g) => ({
      deviant: set(g, "version", "0.0.1"),
      message: /must be in the catalogue, got https:.*@0.0.1/,
    }),
    "another repository": (g) => set(g, "repositoryOpts.repo", "https://charts.example.com"),
    "a repository without TLS": (g) => ({
      deviant: set(g, "repositoryOpts.repo", "http://charts.example.com"),
      message: /must come from a repository over https, got http:\/\/charts.example.com/,
    }),
    "no repository": (g) => unset(g, "repositoryOpts"),
  },
  configured: [
    {
      title: "a chart that the stack's own list has",
      parameters: { charts: ["oci://registry.example.com/charts/thing@1.2.3"] },
      subject: () => ({ chart: "oci://registry.example.com/charts/thing", version: "1.2.3" }),
      fires: false,
    },
  ],
});

describe("catalogue", () => {
  it("is the same in the policies as in the program", () =>
    expect([...catalogue].sort()).toEqual(infraCatalogue.map(catalogueReference).sort()));
});
