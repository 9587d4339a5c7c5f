import { clusterConfigSchema, type ClusterConfig } from "../../infra/stack/schema";

/** The configuration of a stack on a cluster that serves the sample model, with other keys. */
export function localStack(
  more: Readonly<Record<string, unknown>> = {},
): ClusterConfig & { readonly stack: string } {
  return {
    ...clusterConfigSchema.parse({
      target: "kubernetes",
      environment: "local",
      regions: [{ name: "local" }],
      identity: {
        issuer: "https://login.example.com/",
        jwksUri: "https://login.example.com/keys",
        audiences: ["causeway"],
      },
      models: [{ name: "loan-approval" }],
      ...more,
    }),
    stack: "local",
  };
}
