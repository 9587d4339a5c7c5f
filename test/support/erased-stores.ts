import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { modelsFolder } from "../harness/fixtures";
import { keysFrom, pseudonyms } from "../../services/model-server/identity/keys";

export const model = "loan-approval";
export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

const ring = `k1 ${"a".repeat(40)}\nk2 ${"b".repeat(40)}\n`;
const namesOf = (subject: string): readonly [now: string, before: string] => {
  const [now = "", before = ""] = pseudonyms(keysFrom(Buffer.from(ring), model), subject);
  return [now, before];
};

/** The pseudonyms of the subject, under the key of now and the one before. */
export const pseudonymsOfJane = namesOf("jane");
/** Somebody else, whose rows stay. */
export const [other] = namesOf("joe");
/** Files with a row of each, below the folder: that of a run, and the source, which has identifiers. */
export const rows = "data/runs/r1/collect/data.csv";
export const source = "data/source.csv";
/** The model's contract, with the column of the source that names the subject. */
export const contract = "model/model.yaml";

/** Writes a ring of keys and stores that hold two subjects: a run, its release and logs. */
export function writeStores(folder: string): void {
  const [now, before] = pseudonymsOfJane;
  const write = (path: string, data: string | Buffer) => writeFileSync(join(folder, path), data);
  for (const path of ["data/runs/r1/collect", "data/runs/r1/package", "data/logs"])
    mkdirSync(join(folder, path), { recursive: true });
  write("ring", ring);
  cpSync(join(modelsFolder, model), join(folder, "model"), { recursive: true });
  write(
    contract,
    readFileSync(join(modelsFolder, model, "model.yaml"), "utf8").replace(
      "  directIdentifiers: []",
      "  directIdentifiers: []\n  subjectColumn: person",
    ),
  );
  write(source, "person,n\njane,1\njoe,2\n");
  write(rows, `subject,n\n${before},1\n${other},2\n`);
  write("data/runs/r1/collect/step.json", JSON.stringify({ outputs: { "data.csv": digest("1") } }));
  write(
    "data/runs/r1/package/manifest.json",
    JSON.stringify({
      version: "1.0.0",
      published: true,
      digests: { model: digest("2") },
      image: { digest: digest("3") },
    }),
  );
  write("data/logs/server.jsonl.gz", gzipSync(`{"subject":"${now}"}\n{"subject":"${other}"}\n`));
}
