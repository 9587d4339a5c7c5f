/** How to find a cluster. */
export interface ClusterAddress {
  readonly name: string;
  readonly region: string;
  readonly endpoint: string;
  /** Certificate authority of the endpoint, base64. */
  readonly certificateAuthority: string;
  /** Port of this machine from which a session reaches the endpoint. @default the endpoint itself */
  readonly tunnelPort?: number | undefined;
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
  tunnelPort,
}: ClusterAddress): string {
  // The certificate stays the endpoint's, whichever address leads to it.
  const address =
    tunnelPort === undefined
      ? { server: endpoint }
      : {
          server: `https://localhost:${tunnelPort}`,
          "tls-server-name": new URL(endpoint).hostname,
        };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      { name, cluster: { ...address, "certificate-authority-data": certificateAuthority } },
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
