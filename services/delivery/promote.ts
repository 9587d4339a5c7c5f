import { basename, dirname } from "node:path";
import { z } from "zod";
import { loadContract } from "../contract/load";
import { InputError, parseOrThrow, type Problem } from "../contract/problems";
import { approverKeysIn } from "../evidence/approvals";
import { loadVerdicts } from "../evidence/load";
import { releaseSchema } from "../evidence/release";
import { promoterAccount } from "../evidence/rollout";
import { failedRelease } from "../evidence/refusals";
import { exitCodes, readArguments, runProgram, seconds, text, texts } from "./command-line";
import { connect, send } from "./connection";
import { openLedger } from "./ledger-location";
import { askedRegion, openOrders } from "./orders";
import { approvalIn } from "./approvals";
import { regionAt } from "./rollout";
import { promote } from "./promotion";

const options = z.object({
  contract: text,
  manifest: text,
  ledger: text,
  run: text,
  region: texts,
  home: text.optional(),
  orders: text.optional(),
  "approver-keys": text.optional(),
  "timeout-seconds": seconds.default(86_400),
  "poll-seconds": seconds.default(10),
});

/** Command line of the promoter. */
export function promoterArguments(argv: readonly string[]) {
  const {
    region: regions,
    home = regions[0],
    orders,
    "approver-keys": keys,
    "timeout-seconds": timeoutSeconds,
    "poll-seconds": pollSeconds,
    ...given
  } = readArguments(argv, options);
  const problems: Problem[] = [
    ...(regions.length > 1 && orders === undefined
      ? [
          {
            key: "--orders",
            got: undefined,
            allowed:
              "where the promoters of other regions look for orders: a folder or s3://bucket/prefix",
          },
        ]
      : []),
    ...(home !== undefined && !regions.includes(home)
      ? [{ key: "--home", got: home, allowed: `one of the regions: ${regions.join(", ")}` }]
      : []),
  ];
  if (problems.length > 0) throw new InputError("command line", problems);
  const approverKeys = approverKeysIn(keys);
  return { ...given, regions, home, orders, timeoutSeconds, pollSeconds, approverKeys };
}

async function main(argv: readonly string[]): Promise<number> {
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
  } = promoterArguments(argv);
  const [folder, model] = [dirname(dirname(file)), basename(dirname(file))];
  const contract = loadContract(folder, model);
  const release = parseOrThrow(releaseSchema, JSON.parse(manifest), "--manifest");
  const { record, entries: recorded } = await openLedger(ledger);
  const entries = await recorded();
  // The promoter touches the cluster that it runs in; every other region has a promoter of its own,
  // which is asked.
  const connection = await connect();
  const targets = regions.map((name) =>
    name === home || orders === undefined
      ? regionAt(name, (request) => send(connection, request), model)
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
    actor: promoterAccount,
    refusal: (digest) => failedRelease(model, digest, verdicts),
    approval: (digest) => approvalIn(entries, contract, digest, approverKeys),
    approverKeys,
    record,
    timeoutSeconds,
    pollSeconds,
    report: (line) => console.log(line),
  });
  return results.every(({ outcome }) => outcome === "promoted") ? 0 : exitCodes.refused;
}

if (require.main === module) void runProgram(main);
