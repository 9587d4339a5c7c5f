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

const named = ({ resource, what }: Store | Listener) => [
  `${kind(resource.type)} \`${anyRegion(resource.name)}\``,
  what,
];

/** docs/encryption.md, from a walk over the prod stack. */
export function encryptionDocument({ stores, listeners }: EncryptionWalk): string {
  const keyed = stores.filter(({ key }) => key !== undefined);
  const secure = listeners.filter(
    ({ protocol, byNodes }) => protocol !== undefined && byNodes === undefined,
  );
  const carried = listeners.filter(
    ({ protocol, byNodes }) => protocol !== undefined && byNodes !== undefined,
  );
  const exceptions = [
    ...stores.filter(({ key }) => key === undefined),
    ...listeners.filter(({ protocol }) => protocol === undefined),
  ];
  return `# Encryption

\`npm run docs\` makes this page from every resource of the prod stack. A type of resource that is classified neither as a store, nor as a
listener, nor as neither in \`cli/encryption/classes.ts\` fails a test, and so does a store without a customer-managed key or a listener
without TLS 1.2 whose nodes do not encrypt for it.

## Stores: ${keyed.length} with a customer-managed key

| store | what lies there | KMS key | how many |
| --- | --- | --- | --- |
${grouped(keyed.map((store) => [...named(store), store.key ?? ""])).join("\n")}

The keys are multi-Region, rotate every year, and each protects one purpose (\`infra/aws/keys.ts\`). Files of pods lie on the node's own disk, which NodeClass encrypts.

## Listeners: ${secure.length} with TLS

| listener | for | protocol | how many |
| --- | --- | --- | --- |
${grouped(secure.map((listener) => [...named(listener), listener.protocol ?? ""])).join("\n")}

## Listeners without TLS of their own: ${carried.length}, encrypted between nodes

AWS encrypts what instances of the types that every node pool demands send to each other in a VPC, with AES-256-GCM and keys of the Nitro hardware
([AWS](https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/data-protection.html#encryption-transit)); between two pods of a node nothing leaves the machine. \`encryption-node-transit\` refuses a pool that takes other nodes, and EKS's
built-in pools. That keeps what crosses the wire secret; it says nothing of who asks, which the network policies do. On a cluster that is not EKS (stack \`local\`) these listeners are plain.

Why they are not in the mesh: the API server calls the controllers' webhooks and is not in it; the mesh's control plane cannot be; KEDA and Argo Rollouts ask Prometheus from outside it.

| listener | for | why | how many |
| --- | --- | --- | --- |
${grouped(carried.map((listener) => [...named(listener), listener.byNodes ?? ""])).join("\n")}

## Exceptions: ${exceptions.length}

| what | part | instead | why | how many |
| --- | --- | --- | --- | --- |
${grouped(exceptions.map((each) => [...named(each), "protocol" in each ? "nothing" : "S3's own key", "excuse" in each ? (each.excuse ?? "MISSING") : "MISSING"])).join("\n")}

What charts listen to is not in the plan: \`cli/encryption/charts.ts\` says it of each pinned chart.
`;
}
