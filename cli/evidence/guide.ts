import { attestationFile, sumsFile } from "./sums";
import { places, type Summary } from "./summary";

/** The page that explains an archive to somebody who has nothing but the archive. */
export function guide({ model, version, ledger, findings }: Summary): string {
  return `# Evidence of ${model} ${version}

| file | what it is |
| --- | --- |
| \`${places.summary}\` | the summary: digests, gates, fairness, approvals, verdicts, stacks, findings; everything in it follows from the other files |
| \`${places.models}/${model}/model.yaml\`, \`train.py\` | the contract, and the training code |
| \`${places.models}/${model}/release/\` | the model, its card, its manifest, the reports of evaluation, bias audit, explanation and compression, and the attestation over all of them |
| \`${places.models}/${model}/verdicts/\` | what became of each rollout, with approvals and the gates' figures; none before the first |
| \`${places.ledger}\` | who did what and when, each line chained to the one before by its hash |
| \`${places.checkpoint}\` | a signature over how far the ledger went and the hash of its last entry then (DSSE), by a program that cannot write the ledger; only where the ledger is in an audit bucket |
| \`${places.approvals}\` | hashes of the approvals in it that count: those that were found with the witness that only an approver may write |
| \`${places.stacks}/<stack>/\` | what the policies say of each stack, and the files that decide it |
| \`${places.coverage}\` | which rule helps with which clause of which framework |
| \`${places.bills}/\` | bills of materials of the two images (CycloneDX) |
| \`${places.documents}/\` | how the platform is governed and operated |
| \`${sumsFile}\` | SHA-256 of every file above |
| \`${attestationFile}\` | a signature over \`${sumsFile}\` (DSSE, in-toto); only where the export was given a key |

The ledger has ${ledger.entries} entries; the hash of the last is ${ledger.head ?? "none"}. ${ledger.checkpoint === null ? "Compare it with one that somebody noted: entries cut off the end leave a valid chain." : `The checkpoint covers entry ${ledger.checkpoint} and all before it. Compare the last hash with one that somebody noted, for the entries after it.`}

## What is missing
${findings.length === 0 ? "Nothing that is looked for." : findings.map((finding) => `- ${finding}`).join("\n")}

## Verify
Without anything else: \`sha256sum --check ${sumsFile}\`.
With the repository, offline: \`npx causeway evidence verify <archive> [--trusted-key <public keys in PEM>] [--checkpoint-key <public keys in PEM>]\` also verifies the release against its attestation, the ledger's chain and its checkpoint, the summary and the signatures.
Whoever can write the archive can write \`${sumsFile}\` too: trust it by its signature, or by a digest of the archive that came another way.
`;
}
