import { z } from "zod";
import { jsonOrNothing } from "../contract/json";
import { carriedApproval } from "../evidence/approvals";
import { entryHash, entrySchema, type Entry } from "../evidence/ledger/entry";
import { modelsNamespace } from "../evidence/rollout";
import { answerOf, type Send } from "./connection";

const path = `/api/v1/namespaces/${modelsNamespace}/configmaps`;
const { namePrefix, label, keys } = carriedApproval;

const listSchema = z.object({
  items: z.array(z.object({ data: z.record(z.string(), z.string()).default({}) })),
});

/**
 * Takes an approval into a cluster whose resumer reads no ledger in a bucket. The API server holds
 * whoever sends to the name in the entry.
 */
export async function carryApproval(send: Send, entry: Entry): Promise<void> {
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: `${namePrefix}${entry.hash.slice(0, 40)}`,
      labels: { [label]: entry.subject },
    },
    immutable: true,
    data: { [keys.actor]: entry.actor, [keys.entry]: JSON.stringify(entry) },
  };
  const body = JSON.stringify(configMap);
  answerOf(await send({ method: "POST", path: `${path}?fieldManager=causeway-delivery`, body }));
}

/**
 * Approvals of a model that were taken into a cluster, by their time. One that names another person
 * than the API server knew, or that is no whole entry, is left out.
 */
export async function carriedApprovals(send: Send, model: string): Promise<Entry[]> {
  const selector = encodeURIComponent(`${label}=${model}`);
  const answer = answerOf(await send({ method: "GET", path: `${path}?labelSelector=${selector}` }));
  return listSchema
    .parse(answer)
    .items.flatMap(({ data }) => carried(data))
    .sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
}

function carried(data: Readonly<Record<string, string>>): Entry[] {
  const entry = entrySchema.safeParse(jsonOrNothing(data[keys.entry] ?? "")).data;
  return entry?.actor === data[keys.actor] && entry !== undefined && entryHash(entry) === entry.hash
    ? [entry]
    : [];
}
