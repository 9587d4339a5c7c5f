import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { modelsFolder } from "../fixtures";
import { startServer } from "../../../cli/rehearse/servers";
import { SAMPLE } from "../delivery/platform";
import { feedbackPath, predictionHeader } from "../../../services/contract/feedback";
import { modelPath } from "../../../infra/kubernetes/model-objects";

/** One life of a model server, from its start to its drain, with callers. */
export interface Life {
  /** The compiled server. */
  readonly program: string;
  /** Folder of this run. */
  readonly folder: string;
  readonly name: string;
  /** Lines of the ring of keys, the one in use last. */
  readonly ring: readonly string[];
  /** Identifiers of whom requests are about; they come in turn. */
  readonly applicants: readonly string[];
  readonly requests: number;
}

/** Whom the n-th request of a life is about. */
export function applicantOf(applicants: readonly string[], n: number): string {
  return applicants[n % applicants.length] ?? "";
}

/**
 * Every how many requests one is refused, for a field that has the applicant's identifier for its
 * name.
 */
const refusedEvery = 11;

/** A number that looks like no other in a log line: no duration has as many decimals. */
export const marked = /\.7391\d{3,}/;
function mark(whole: number, n: number): number {
  return Number(`${whole}.7391${String(n + 1).padStart(5, "0")}1`);
}

function featuresOf(n: number): Record<string, number> {
  const amounts = {
    loanamt: 128,
    loanprc: 0,
    obrat: 33,
    hrat: 24,
    atotinc: 5_416,
    cototinc: 1_200,
    netw: 190,
    unem: 3,
  };
  const marks = Object.fromEntries(
    Object.entries(amounts).map(([name, whole]) => [name, mark(whole, n)]),
  );
  return {
    ...marks,
    mortg: 2,
    cons: 1,
    pubrec: 0,
    self: n % 2,
    gift: 0,
    cosign: 0,
    unver: 0,
    multi: 0,
  };
}

/** Names of what was sent of a person: none of them belongs into a log. */
export const sentNames = Object.keys(featuresOf(0)).filter((name) => name.length > 4);

/**
 * Lets callers ask the real server and gives the lines of its standard output. Rejects where it
 * answers a good request with anything but success.
 */
export async function linesOfLife({
  program,
  folder,
  name,
  ring,
  applicants,
  requests,
}: Life): Promise<string[]> {
  const model = join(modelsFolder, SAMPLE);
  const [keyFile, logFile] = [join(folder, `${name}.key`), join(folder, `${name}.log`)];
  writeFileSync(keyFile, ring.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  const server = await startServer({
    program,
    contractFile: join(model, "model.yaml"),
    releaseFolder: join(model, "release"),
    keyFile,
    logFile,
  });
  try {
    for (let n = 0; n < requests; n++) {
      const subject = applicantOf(applicants, n);
      const refused = n % refusedEvery === refusedEvery - 1;
      const features = { ...featuresOf(n), ...(refused && { [subject]: 1 }) };
      const { status, body } = await server.connection.post(`${modelPath(SAMPLE)}/predict`, {
        features,
        subject,
      });
      if (status !== (refused ? 422 : 200))
        throw new Error(`request ${n} of ${name}: got status ${status}: ${JSON.stringify(body)}`);
      const predictionId: unknown =
        typeof body === "object" && body !== null ? Reflect.get(body, "predictionId") : undefined;
      if (!refused && n % 3 === 0)
        await server.connection.post(
          feedbackPath(SAMPLE),
          { label: "approve", groups: { sex: "female" } },
          { [predictionHeader]: String(predictionId) },
        );
    }
  } finally {
    await server.stop();
  }
  // The file is written behind the process: its last line is that of the end.
  for (
    const until = Date.now() + 5_000;
    Date.now() < until;
    await new Promise((resolve) => setTimeout(resolve, 50))
  ) {
    const text = readFileSync(logFile, "utf8");
    if (text.includes('"msg":"drained"')) return text.split("\n").filter((line) => line !== "");
  }
  throw new Error(`the server ${name} did not say that it drained; its log is ${logFile}`);
}
