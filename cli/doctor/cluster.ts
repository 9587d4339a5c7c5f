import { kubernetesVersions } from "../../infra/region/cluster";
import { connect, send, type HttpAnswer } from "../../services/delivery/connection";
import { findingsOf, type Finding } from "./finding";
import { atLeast, versionIn } from "./programs";

const { ok, problem, unknown } = findingsOf("cluster");

/** Asks the server of the current context for its version. Throws where there is none to ask. */
export type AskVersion = () => Promise<{ readonly server: string; readonly answer: HttpAnswer }>;

const askVersion: AskVersion = async () => {
  const connection = await connect();
  const answer = await send(connection, { method: "GET", path: "/version" });
  return { server: connection.server, answer };
};

/** The context that Pulumi will use, its server, and its version. */
export async function clusterFindings(ask: AskVersion = askVersion): Promise<Finding[]> {
  const choose = "kubectl config get-contexts, then kubectl config use-context <name>";
  try {
    const { server, answer } = await ask();
    const version = /"gitVersion":\s*"v?([^"]+)"/.exec(answer.text)?.[1];
    return answer.status === 200 && version !== undefined
      ? [ok("server", `${server} answers`), versionFinding(version)]
      : [unknown("server", `${server} answers ${answer.status} and tells no version`, choose)];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [problem("server", message.split("\n")[0] ?? message, choose)];
  }
}

function versionFinding(version: string): Finding {
  const [oldest] = kubernetesVersions;
  return atLeast(versionIn(version) ?? [], versionIn(oldest) ?? [])
    ? ok("version", version)
    : problem("version", `is ${version}, allowed: ${oldest} or newer`, "upgrade the cluster");
}
