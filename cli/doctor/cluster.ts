import { kubernetesVersions } from "../../infra/region/cluster";
import { connect, send } from "../../services/delivery/connection";
import { findingsOf, type Finding } from "./finding";
import { atLeast, versionIn } from "./programs";

const { ok, problem, unknown } = findingsOf("cluster");

/** The context that Pulumi will use, its server, and its version. */
export async function clusterFindings(): Promise<Finding[]> {
  const oldest = kubernetesVersions[0];
  const choose = "kubectl config get-contexts, then kubectl config use-context <name>";
  let server: string;
  let text: string;
  try {
    const connection = await connect();
    server = connection.server;
    const answer = await send(connection, { method: "GET", path: "/version" });
    if (answer.status !== 200)
      return [unknown(server, `answers ${answer.status} for its version`, choose)];
    text = answer.text;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [problem("kubeconfig", message.split("\n")[0] ?? message, choose)];
  }
  const version = /"gitVersion":\s*"v?([^"]+)"/.exec(text)?.[1];
  const numbers = versionIn(version ?? "");
  if (version === undefined || numbers === undefined)
    return [unknown(server, "does not say its version", choose)];
  return [
    ok("server", `${server} answers`),
    atLeast(numbers, versionIn(oldest) ?? [])
      ? ok("version", version)
      : problem("version", `is ${version}, allowed: ${oldest} or newer`, "upgrade the cluster"),
  ];
}
