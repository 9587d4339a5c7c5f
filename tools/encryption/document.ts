import type { EncryptionWalk, Listener, Store } from "./walk";

/** A name without its region, so that the regions share a row. */
const anyRegion = (name: string) => name.replace(/\b[a-z]{2}(-[a-z]+)+-\d\b/g, "<region>");
const kind = (type: string) => type.slice(type.lastIndexOf(":") + 1);

/** Rows that are the same in every region, once, with how many there are. */
function grouped(rows: readonly (readonly string[])[]): string[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.join(" | "), (counts.get(row.join(" | ")) ?? 0) + 1);
  return [...counts].map(([row, count]) => `| ${row} | ${count} |`).sort();
}

const named = ({ resource, what }: Store | Listener) => [`${kind(resource.type)} \`${anyRegion(resource.name)}\``, what];

/** docs/encryption.md, from a walk over the prod stack. */
export function encryptionDocument({ stores, listeners }: EncryptionWalk): string {
  const keyed = stores.filter(({ key }) => key !== undefined);
  const secure = listeners.filter(({ protocol, excuse }) => protocol !== undefined && excuse === undefined);
  const exceptions = [...stores.filter(({ key }) => key === undefined), ...listeners.filter((listener) => !secure.includes(listener))];
  return `# Encryption

\`npm run docs\` makes this page from every resource of the prod stack. A type of resource that is classified neither as a store, nor as a
listener, nor as neither in \`tools/encryption/classes.ts\` fails a test, and so does a store without a customer-managed key or a listener
without TLS 1.2 that is not among the exceptions below.

## Stores: ${keyed.length} with a customer-managed key

| store | what lies there | KMS key | how many |
| --- | --- | --- | --- |
${grouped(keyed.map((store) => [...named(store), store.key ?? ""])).join("\n")}

The keys are multi-Region, rotate every year, and each protects one purpose (\`infra/aws/keys.ts\`). Files of pods lie on the node's own disk, which NodeClass encrypts.

## Listeners: ${secure.length} with TLS

| listener | for | protocol | how many |
| --- | --- | --- | --- |
${grouped(secure.map((listener) => [...named(listener), listener.protocol ?? ""])).join("\n")}

## Exceptions: ${exceptions.length}

| what | part | instead | why | how many |
| --- | --- | --- | --- | --- |
${grouped(exceptions.map((each) => [...named(each), "protocol" in each ? (each.protocol ?? "nothing") : "S3's own key", each.excuse ?? "MISSING"])).join("\n")}

What charts listen to is not in the plan: \`tools/encryption/charts.ts\` says it of each pinned chart.
`;
}
