import type { Listener } from "./listeners";
import type { EncryptionWalk, Store } from "./walk";

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

List every store of your stack with its key, and every listener with its protocol:

\`\`\`
npx causeway access review --stack prod
\`\`\`

\`npm run docs\` makes this page from the planned resources of an example prod stack (\`test/fixtures/stacks\`). A test fails for a resource type that \`cli/encryption/classes.ts\` does not classify, for a store without a customer-managed key, and for a listener that has no TLS 1.2 and no encryption between nodes.

## Stores: ${keyed.length} with a customer-managed key

| store | contents | KMS key | number |
| --- | --- | --- | --- |
${grouped(keyed.map((store) => [...named(store), store.key ?? ""])).join("\n")}

The keys are multi-Region, rotate every year, and each protects one purpose (\`infra/aws/keys.ts\`). Files of pods are on the node's disk, which NodeClass encrypts.

## Listeners: ${secure.length} with TLS

| listener | for | protocol | number |
| --- | --- | --- | --- |
${grouped(secure.map((listener) => [...named(listener), listener.protocol ?? ""])).join("\n")}

## Listeners without TLS of their own: ${carried.length}, encrypted between nodes

AWS encrypts traffic between instances in a VPC, for the types that every node pool requires, with AES-256-GCM and keys of the Nitro hardware ([AWS](https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/data-protection.html#encryption-transit)). Traffic between two pods of a node does not leave the machine. \`encryption-node-transit\` refuses a pool with other nodes, and EKS's built-in pools. This protects the content; network policies decide who may connect. On a cluster other than EKS (stack \`local\`) these listeners are plain.

They are not in the mesh because the API server calls the controllers' webhooks from outside it, the mesh's control plane cannot be in it, and KEDA and Argo Rollouts query Prometheus from outside it.

| listener | for | why | number |
| --- | --- | --- | --- |
${grouped(carried.map((listener) => [...named(listener), listener.byNodes ?? ""])).join("\n")}

## Exceptions: ${exceptions.length}

| resource | part | instead | why | number |
| --- | --- | --- | --- | --- |
${grouped(exceptions.map((each) => [...named(each), "protocol" in each ? "nothing" : "S3's own key", "excuse" in each ? (each.excuse ?? "MISSING") : "MISSING"])).join("\n")}

The plan does not contain the listeners of charts. \`cli/encryption/charts.ts\` lists them for each pinned chart.
`;
}
