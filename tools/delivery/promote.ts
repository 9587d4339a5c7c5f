import { basename, dirname } from "node:path";
import { parseArgs } from "node:util";
import { servingNames } from "../../infra/serving/settings";
import { namespaces } from "../../infra/vocabulary";
import { refusalOf } from "../../infra/serving/delivery";
import type { Contract } from "../../services/contract/contract";
import { loadContract, loadVerdicts } from "../../services/contract/load";
import { InputError, parseOrThrow } from "../../services/contract/problems";
import { releaseSchema } from "../../services/contract/release";
import { missingApprovals } from "../../services/contract/tiers";
import type { Entry } from "../../services/ledger";
import { connect, send, type Connection } from "../e2e/lib/kubernetes/connection";
import { openLedger } from "./ledger-location";
import { promote, type Region } from "./promotion";
import { readRollout } from "./release-patch";
import { roleOf } from "./verdict-of";

/** Exit codes: 0 promoted everywhere, 1 unexpected, 2 an input that cannot be used, 3 a region refused the release. As of the training steps. */
const exitCodes = { unexpected: 1, input: 2, refused: 3 } as const;

/** Command line of the promoter. */
export function promoterArguments(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      contract: { type: "string" },
      manifest: { type: "string" },
      region: { type: "string", multiple: true },
      ledger: { type: "string" },
      run: { type: "string" },
      kubeconfig: { type: "string" },
      "timeout-seconds": { type: "string", default: "86400" },
    },
  });
  const { contract, manifest, region = [], ledger, run, kubeconfig } = values;
  const timeoutSeconds = Number(values["timeout-seconds"]);
  const missing = Object.entries({ contract, manifest, ledger, run, region: region[0] }).flatMap(([key, value]) => (value === undefined ? [{ key: `--${key}`, got: undefined, allowed: "a value" }] : []));
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1) missing.push({ key: "--timeout-seconds", got: undefined, allowed: "a whole number of seconds, 1 or more" });
  if (region.length > 1 && kubeconfig === undefined) missing.push({ key: "--kubeconfig", got: undefined, allowed: "a kubeconfig with a context for each of several regions" });
  if (contract === undefined || manifest === undefined || ledger === undefined || run === undefined || missing.length > 0) throw new InputError("command line", missing);
  return { contract, manifest, regions: region, ledger, run, kubeconfig, timeoutSeconds };
}

/** Hash of the newest approval of an image in the ledger, once all that the model's risk tier asks for are there. */
export function approvalIn(entries: readonly Entry[], { name, riskTier }: Pick<Contract, "name" | "riskTier">, digest: string): string | undefined {
  const found = entries.filter(({ action, subject, details }) => action === "approve" && subject === name && details["digest"] === digest);
  return missingApprovals(riskTier, found.map(({ actor, details }) => ({ actor, role: roleOf(details) }))) === undefined ? found.at(-1)?.hash : undefined;
}

/** The Rollout of a model in the cluster of a connection. */
export function regionAt(name: string, connection: Connection, model: string): Region {
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespaces.models}/rollouts/${servingNames(model).model}`;
  const call = async (request: Parameters<typeof send>[1]) => {
    const answer = await send(connection, request);
    if (answer.status !== 200) throw new Error(`${name}: ${request.method} ${path} answered ${answer.status}: ${answer.text.slice(0, 300)}`);
    return readRollout(JSON.parse(answer.text));
  };
  return {
    name,
    read: () => call({ method: "GET", path }),
    patch: async (operations) => void (await call({ method: "PATCH", path: `${path}?fieldManager=causeway-promoter`, body: JSON.stringify(operations), contentType: "application/json-patch+json" })),
  };
}

async function main(): Promise<number> {
  const { contract: file, manifest, regions, ledger, run, kubeconfig, timeoutSeconds } = promoterArguments(process.argv.slice(2));
  const [folder, model] = [dirname(dirname(file)), basename(dirname(file))];
  const contract = loadContract(folder, model);
  const release = parseOrThrow(releaseSchema, JSON.parse(manifest), "--manifest");
  const { record, entries: recorded } = await openLedger(ledger);
  const entries = await recorded();
  // Where a kubeconfig is given, each region is a context of it; else there is one, the cluster that the promoter runs in.
  const connected = await Promise.all(regions.map(async (name) => regionAt(name, await connect(kubeconfig === undefined ? {} : { kubeconfig, context: name }), model)));
  const verdicts = loadVerdicts(folder, model);
  const results = await promote({
    contract,
    release,
    regions: connected,
    run,
    actor: "retraining-promoter",
    refusal: (digest) => refusalOf(model, digest, { verdicts }),
    approval: (digest) => approvalIn(entries, contract, digest),
    record,
    timeoutSeconds,
    report: (line) => console.log(line),
  });
  return results.every(({ outcome }) => outcome === "promoted") ? 0 : exitCodes.refused;
}

if (require.main === module) {
  main().then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = error instanceof InputError ? exitCodes.input : exitCodes.unexpected;
    },
  );
}
