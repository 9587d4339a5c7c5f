import { modelsFolder } from "../../harness/fixtures";
import { userInfo } from "node:os";
import { loadRelease } from "../../../services/evidence/load";
import { nextEntry } from "../../../services/evidence/ledger/entry";
import { actorAt, publicationOf } from "../../../cli/release/record";

const release = loadRelease(modelsFolder, "loan-approval");

test("a publication is on record with the image that the registry holds, its model, and whose keys signed it", () => {
  const image = {
    repository: "registry.example.com/loan-approval",
    digest: `sha256:${"7".repeat(64)}`,
  };
  const scan = {
    scanner: "Amazon ECR",
    at: "2026-11-24T13:00:00Z",
    digest: image.digest,
    highest: "low",
  } as const;
  const { digests, version } = release;
  const fact = publicationOf(
    { ...release, published: true, image, scan },
    "arn:aws:sts::111122223333:assumed-role/pipeline/run",
    ["sha256:aa"],
  );
  expect(fact).toEqual({
    actor: "arn:aws:sts::111122223333:assumed-role/pipeline/run",
    action: "release",
    subject: "loan-approval",
    details: {
      version,
      published: true,
      digest: image.digest,
      repository: image.repository,
      model: digests.model,
      data: digests.data,
      card: digests.card,
      signers: ["sha256:aa"],
      scan: "low",
    },
  });
  expect(nextEntry(undefined, fact, new Date()).details).toEqual(fact.details);
  expect(publicationOf({ ...release, scan: undefined }, "x", []).details["scan"]).toBeNull();
});

test("the actor is who AWS says where the ledger lies there, and the account of the machine elsewhere", () => {
  expect(actorAt("s3://audit/ledger", (args) => `${args.slice(0, 2).join(" ")}\n`)).toBe(
    "sts get-caller-identity",
  );
  expect(actorAt("ledger.jsonl", () => "")).toBe(userInfo().username);
});
