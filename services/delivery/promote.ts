import { basename, dirname } from "node:path";
import { parseArgs } from "node:util";
import { approverKeysIn } from "../../infra/workflows/retraining/approver-keys";
import { accounts } from "../../infra/workflows/retraining/settings";
import { refusalOf } from "../../infra/serving/delivery";
import { loadContract } from "../contract/load";
import { loadVerdicts } from "../evidence/load";
import { InputError, parseOrThrow, type Problem } from "../contract/problems";
import { releaseSchema } from "../evidence/release";
import { connect } from "./connection";
import { askedRegion } from "./asked-region";
import { openLedger } from "./ledger-location";
import { openOrders } from "./orders";
import { approvalIn, exitCodes, regionAt } from "./own-region";
import { promote } from "./promotion";

/** Command line of the promoter. */
export function promoterArguments(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      contract: { type: "string" },
      manifest: { type: "string" },
      region: { type: "string", multiple: true },
      home: { type: "string" },
      orders: { type: "string" },
      ledger: { type: "string" },
      run: { type: "string" },
      "approver-keys": { type: "string" },
      "timeout-seconds": { type: "string", default: "86400" },
      "poll-seconds": { type: "string", default: "10" },
    },
  });
  const { contract, manifest, region = [], ledger, run, orders } = values;
  const home = values.home ?? region[0];
  const [timeoutSeconds, pollSeconds] = [
    Number(values["timeout-seconds"]),
    Number(values["poll-seconds"]),
  ];
  const missing: Problem[] = Object.entries({
    contract,
    manifest,
    ledger,
    run,
    region: region[0],
  }).flatMap(([key, value]) =>
    value === undefined ? [{ key: `--${key}`, got: undefined, allowed: "a value" }] : [],
  );
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1)
    missing.push({
      key: "--timeout-seconds",
      got: undefined,
      allowed: "a whole number of seconds, 1 or more",
    });
  if (!Number.isInteger(pollSeconds) || pollSeconds < 1)
    missing.push({
      key: "--poll-seconds",
      got: undefined,
      allowed: "a whole number of seconds, 1 or more",
    });
  if (region.length > 1 && orders === undefined)
    missing.push({
      key: "--orders",
      got: undefined,
      allowed:
        "where the promoters of other regions look for orders: a folder or s3://bucket/prefix",
    });
  if (home !== undefined && !region.includes(home))
    missing.push({ key: "--home", got: home, allowed: `one of the regions: ${region.join(", ")}` });
  if (
    contract === undefined ||
    manifest === undefined ||
    ledger === undefined ||
    run === undefined ||
    missing.length > 0
  )
    throw new InputError("command line", missing);
  return {
    contract,
    manifest,
    regions: region,
    home,
    orders,
    ledger,
    run,
    timeoutSeconds,
    pollSeconds,
    approverKeys: approverKeysIn(values["approver-keys"]),
  };
}

async function main(): Promise<number> {
  const {
    contract: file,
    manifest,
    regions,
    home,
    orders,
    ledger,
    run,
    timeoutSeconds,
    pollSeconds,
    approverKeys,
  } = promoterArguments(process.argv.slice(2));
  const [folder, model] = [dirname(dirname(file)), basename(dirname(file))];
  const contract = loadContract(folder, model);
  const release = parseOrThrow(releaseSchema, JSON.parse(manifest), "--manifest");
  const { record, entries: recorded } = await openLedger(ledger);
  const entries = await recorded();
  // The promoter touches the cluster that it runs in; every other region has a promoter of its own,
  // which is asked.
  const own = await connect();
  const targets = regions.map((name) =>
    name === home || orders === undefined
      ? regionAt(name, own, model)
      : askedRegion({
          name,
          run,
          release,
          orders: openOrders(orders),
          entries: recorded,
          timeoutSeconds,
        }),
  );
  const verdicts = loadVerdicts(folder, model);
  const results = await promote({
    contract,
    release,
    regions: targets,
    run,
    actor: accounts.promoter,
    refusal: (digest) => refusalOf(model, digest, { verdicts }),
    approval: (digest) => approvalIn(entries, contract, digest, approverKeys),
    approverKeys,
    record,
    timeoutSeconds,
    pollSeconds,
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
