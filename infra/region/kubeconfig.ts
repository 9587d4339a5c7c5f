/** How to find a cluster. */
export interface ClusterAddress {
  readonly name: string;
  readonly region: string;
  readonly endpoint: string;
  /** Certificate authority of the endpoint, base64. */
  readonly certificateAuthority: string;
}

/**
 * A kubeconfig that holds no credential: each call asks the AWS CLI for a token of the caller's own
 * role, good for 15 minutes. The text has a stable key order, so that it changes only when the
 * cluster does.
 */
export function kubeconfig({
  name,
  region,
  endpoint,
  certificateAuthority,
}: ClusterAddress): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      { name, cluster: { server: endpoint, "certificate-authority-data": certificateAuthority } },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "aws",
            args: [
              "eks",
              "get-token",
              "--cluster-name",
              name,
              "--region",
              region,
              "--output",
              "json",
            ],
            interactiveMode: "Never",
          },
        },
      },
    ],
  });
}
