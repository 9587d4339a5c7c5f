import { basename, dirname } from "node:path";
import { z } from "zod";
import { readJson } from "../contract/json";
import { loadContract } from "../contract/load";
import { InputError, parseOrThrow, type Problem } from "../contract/problems";
import { approverKeysIn, trustedKeysIn } from "../evidence/approvals";
import { envelopeSchema, statementIn } from "../evidence/attestation";
import { loadVerdicts } from "../evidence/load";
import { promoterAccount } from "../evidence/rollout";
import { failedRelease } from "../evidence/refusals";
import { exitCodes, readArguments, runProgram, seconds, text, texts } from "./command-line";
import { connect, send } from "./connection";
import { checkpointKeysAt } from "./kms";
import { openLedger } from "./ledger-location";
import { askedRegion, openOrders } from "./orders";
import { approvalIn } from "./approvals";
import { attemptOnRecord } from "./record-attempt";
import { regionAt } from "./rollout";
import { promote } from "./promotion";

const options = z.object({
  contract: text,
  attestation: text,
  ledger: text,
  run: text,
  region: texts,
  home: text.optional(),
  orders: text.optional(),
  "checkpoint-key": text.optional(),
  "approver-keys": text.optional(),
  "trusted-keys": text.optional(),
  "timeout-seconds": seconds.default(86_400),
  "poll-seconds": seconds.default(10),
});

/** Command line of the promoter. */
export function promoterArguments(argv: readonly string[]) {
  const {
    region: regions,
    home = regions[0],
    orders,
    "checkpoint-key": checkpointKey,
    "approver-keys": keys,
    "trusted-keys": trusted,
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
  return {
    ...given,
    checkpointKey,
    regions,
    home,
    orders,
    timeoutSeconds,
    pollSeconds,
    approverKeys: approverKeysIn(keys),
    trustedKeys: trustedKeysIn(trusted),
  };
}

/** The release in the text of an attestation. Throws InputError for what is none. */
export function attestedRelease(text: string) {
  const attestation = parseOrThrow(
    envelopeSchema,
    readJson(text, "--attestation"),
    "--attestation",
  );
  const release = statementIn(attestation)?.predicate;
  if (release === undefined)
    throw new InputError("--attestation", [
      { key: "payload", got: "something else", allowed: "an in-toto statement over a release" },
    ]);
  return { release, attestation };
}

async function main(argv: readonly string[]): Promise<number> {
  const given = promoterArguments(argv);
  const { contract: file, regions, home, orders, run, timeoutSeconds } = given;
  const [folder, model] = [dirname(dirname(file)), basename(dirname(file))];
  const contract = loadContract(folder, model);
  const { release, attestation } = attestedRelease(given.attestation);
  const { record, entries: recorded } = await openLedger(given.ledger, {
    checkpointKeys: await checkpointKeysAt(given.checkpointKey),
  });
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
          attestation,
          orders: openOrders(orders),
          entries: recorded,
          timeoutSeconds,
        }),
  );
  const verdicts = loadVerdicts(folder, model);
  const results = await promote({
    contract,
    release,
    attestation,
    trustedKeys: given.trustedKeys,
    regions: targets,
    run,
    attempt: attemptOnRecord(entries, { subject: model, run }),
    actor: promoterAccount,
    refusal: (digest) => failedRelease(model, digest, verdicts),
    approval: (digest) => approvalIn(entries, contract, digest, given.approverKeys),
    approverKeys: given.approverKeys,
    record,
    timeoutSeconds,
    pollSeconds: given.pollSeconds,
    report: (line) => console.log(line),
  });
  return results.every(({ outcome }) => outcome === "promoted") ? 0 : exitCodes.refused;
}

if (require.main === module) void runProgram(main);
