import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modelsFolder } from "../../../../cli/project";
import { modelNames } from "../../../../services/contract/files";
import { loadRelease } from "../../../../services/evidence/load";
import { readLedger, storeAt } from "../../../../services/evidence/ledger";
import { digestOf } from "../../../../services/contract/digests";

const entries = readLedger(storeAt(join(modelsFolder, "ledger.jsonl")));

/**
 * The newest entries, not some: a release that is made again for a change of server or steps keeps
 * its model, so an old entry of the same model would still be found, with the image and the
 * manifest of then. `npx causeway release renew` makes and records in one.
 */
test.each(modelNames(modelsFolder))(
  "the ledger of the repository says last who trained, evaluated and released the release of %s as it lies there",
  (model) => {
    const { digests, version, image, published } = loadRelease(modelsFolder, model);
    const manifest = digestOf(readFileSync(join(modelsFolder, model, "release", "manifest.json")));
    const last = (action: string) =>
      entries.filter((entry) => entry.action === action && entry.subject === model).at(-1)?.details;
    expect(last("evaluate")).toMatchObject({
      outcome: "held",
      version,
      model: digests.model,
      reports: digests.evidence,
    });
    expect(last("train")).toMatchObject({
      outcome: "trained",
      model: last("evaluate")?.["trained"],
      data: digests.data,
      code: digests.code,
      contract: digests.contract,
    });
    // Publishing names the registry's digest, and the manifest changes once more with each approval
    // that is attested.
    expect(last("release")).toMatchObject({
      version,
      model: digests.model,
      data: digests.data,
      card: digests.card,
      ...(published ? { digest: image.digest } : { image: image.digest, manifest }),
    });
  },
);
