import { join } from "node:path";
import { modelsFolder } from "../../../infra/models";
import { loadRelease, modelNames } from "../../../services/contract/load";
import { readLedger, storeAt } from "../../../services/ledger";

const entries = readLedger(storeAt(join(modelsFolder, "ledger.jsonl")));

test.each(modelNames(modelsFolder))("the ledger of the repository has who trained, evaluated and released the model of %s as it is", (model) => {
  const { digests, version } = loadRelease(modelsFolder, model);
  const own = entries.filter(({ subject }) => subject === model);
  const evaluated = own.find(({ action, details }) => action === "evaluate" && details["model"] === digests.model);
  expect(evaluated?.details).toMatchObject({ outcome: "held", version });
  expect(own.find(({ action, details }) => action === "train" && details["model"] === evaluated?.details["trained"])?.details).toMatchObject({ outcome: "trained", data: digests.data });
  expect(own.find(({ action, details }) => action === "release" && details["model"] === digests.model)?.details).toMatchObject({ data: digests.data, version });
});
