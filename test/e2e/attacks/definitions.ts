import assert from "node:assert/strict";
import { admissionPolicies } from "../../../infra/platform/admission";
import { workflowFields } from "../../../infra/platform/admission-workflows";
import { groups, namespaces, type Group } from "../../../infra/kubernetes/labels";
import { definitionIn } from "../../harness/cluster/crds";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../harness/lib/json";
import type { Test } from "../../harness/runner";
import { refusal, workflow, type Stage } from "../duty-requests";
import { at } from "../planned";

/** Fields of a Workflow's spec that nobody may give, as they were judged. */
const refusedFields = [
  "activeDeadlineSeconds",
  "affinity",
  "archiveLogs",
  "artifactGC",
  "artifactRepositoryRef",
  "automountServiceAccountToken",
  "dnsConfig",
  "dnsPolicy",
  "entrypoint",
  "executor",
  "hooks",
  "hostAliases",
  "hostNetwork",
  "imagePullSecrets",
  "metrics",
  "nodeSelector",
  "onExit",
  "parallelism",
  "podDisruptionBudget",
  "podGC",
  "podMetadata",
  "podPriorityClassName",
  "podSpecPatch",
  "priority",
  "retryStrategy",
  "schedulerName",
  "securityContext",
  "serviceAccountName",
  "suspend",
  "shutdown",
  "synchronization",
  "templateDefaults",
  "templates",
  "tolerations",
  "ttlStrategy",
  "volumeClaimGC",
  "volumeClaimTemplates",
  "volumes",
  "workflowMetadata",
] as const;

/** The least value that a schema admits. */
function least(schema: unknown): Json {
  const type = at(schema, "type");
  if (type === "array") return [];
  if (type === "boolean") return true;
  if (type === "integer" || type === "number") return 1;
  return type === "string" ? "a" : {};
}

function fieldTests(stage: Stage): Test[] {
  const fields = async () => {
    const definition = await definitionIn(
      "github.com/argoproj/argo-workflows/v3",
      "manifests/base/crds/full/argoproj.io_workflows.yaml",
    );
    const found = at(
      definition,
      ...["spec", "versions", 0, "schema", "openAPIV3Schema", "properties", "spec", "properties"],
    );
    return Object.entries((found ?? assert.fail("the definition lists no fields")) as JsonObject);
  };
  return [
    {
      title: "every field of a Workflow is one that starts it or one that is refused",
      run: async () =>
        assert.deepEqual(
          (await fields()).map(([name]) => name).sort(),
          [...workflowFields.start, ...refusedFields].sort(),
        ),
    },
    {
      title: "ml-engineers may not give a workflow any other field",
      run: async () => {
        const engineer = await stage.cluster.member(groups.mlEngineers);
        const start = { workflowTemplateRef: { name: "loan-approval-retraining" } };
        const others = (await fields()).filter(
          ([name]) => !(workflowFields.start as readonly string[]).includes(name),
        );
        const answers = await Promise.all(
          others.map(async ([name, schema]) => [
            name,
            await refusal(engineer, workflow({ ...start, [name]: least(schema) })),
          ]),
        );
        assert.deepEqual(
          answers.filter(([, reason]) => !/denied request/.test(reason ?? "admitted")),
          [],
        );
      },
    },
  ];
}

/** Kinds of Kubernetes itself that make pods, and that only its own controllers write. */
const ofKubernetes = ["pods", "podtemplates", "replicasets", "replicationcontrollers"];
/**
 * Kinds whose definition leaves a part open that holds no pod, each with what that part is.
 */
const holdsNoPod: Readonly<Record<string, string>> = {
  "acme.cert-manager.io/challenges": "settings of a webhook that answers by DNS",
  "cert-manager.io/clusterissuers": "settings of a webhook that answers by DNS",
  "cert-manager.io/issuers": "settings of a webhook that answers by DNS",
  "eks.amazonaws.com/targetgroupbindings": "the whole of it here; AWS's names a Service",
  "monitoring.coreos.com/alertmanagerconfigs": "routes below a route",
};

/**
 * Whether a schema reaches something that runs: containers with images, a template of pods, or a
 * part without a schema, in which anything may stand.
 */
function runsCode(schema: unknown, schemas: JsonObject, seen: ReadonlySet<string>): boolean {
  if (!isJsonObject(schema as Json)) return false;
  const { $ref, properties, items, additionalProperties, allOf } = schema as JsonObject;
  if (typeof $ref === "string") {
    const name = $ref.slice($ref.lastIndexOf("/") + 1);
    if (seen.has(name)) return false;
    return runsCode(schemas[name], schemas, new Set([...seen, name]));
  }
  const own = isJsonObject(properties) ? properties : {};
  const containers = own["containers"];
  if (isJsonObject(containers) && at(containers, "type") === "array") return true;
  const open = (schema as JsonObject)["x-kubernetes-preserve-unknown-fields"] === true;
  return (
    open ||
    [...Object.values(own), items, additionalProperties, ...(isJsonArray(allOf) ? allOf : [])].some(
      (inner) => runsCode(inner, schemas, seen),
    )
  );
}

/** Plural names, with their group, of all kinds of a cluster whose spec runs code. */
async function kindsThatRunCode({ client }: Stage): Promise<string[]> {
  const { paths } = await client.call("GET", "/openapi/v3");
  const versions = Object.keys(paths as JsonObject).filter((path) =>
    /^apis?\/(?:v1$|[^/]+\/v)/.test(path),
  );
  const found = await Promise.all(
    versions.map(async (version) => {
      const [document, discovery] = await Promise.all([
        client.call("GET", `/openapi/v3/${version}`),
        client.call("GET", `/${version}`),
      ]);
      const schemas = at(document, "components", "schemas") as JsonObject;
      const running = Object.values(schemas).flatMap((schema) => {
        const kinds = at(schema, "x-kubernetes-group-version-kind");
        const spec = at(schema, "properties", "spec") ?? at(schema, "properties", "template");
        return isJsonArray(kinds as Json) && runsCode(spec, schemas, new Set())
          ? (kinds as Json[]).map((kind) => String(at(kind, "kind")))
          : [];
      });
      return (discovery["resources"] as JsonObject[])
        .filter(({ name, kind }) => !String(name).includes("/") && running.includes(String(kind)))
        .map(
          ({ name }) =>
            `${version.split("/").length === 2 ? "" : (version.split("/")[1] ?? "")}/${String(name)}`,
        );
    }),
  );
  return [...new Set(found.flat())].sort();
}

function covered(): string[] {
  return admissionPolicies
    .filter(({ name }) =>
      ["causeway-what-runs", "causeway-workflows", "causeway-elevation-timer"].includes(name),
    )
    .flatMap(({ rules }) =>
      rules.flatMap(({ apiGroups, resources }) =>
        apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`)),
      ),
    );
}

function kindTests(stage: Stage): Test[] {
  return [
    {
      title: "every kind of the cluster that runs code is under a policy of admission",
      run: async () => {
        const kinds = await kindsThatRunCode(stage);
        assert.ok(kinds.includes("argoproj.io/rollouts") && kinds.includes("apps/deployments"));
        assert.deepEqual(
          kinds.filter((kind) => {
            const [, name = ""] = kind.split("/");
            return (
              !covered().includes(kind) && !ofKubernetes.includes(name) && !(kind in holdsNoPod)
            );
          }),
          [],
        );
      },
    },
    ...(Object.keys(groups) as Group[]).map((group): Test => ({
      title: `${groups[group].replace("causeway:", "")} may write no pod, nor what only Kubernetes makes pods of`,
      run: async () => {
        const client = await stage.cluster.member(groups[group]);
        const paths = [
          `/api/v1/namespaces/${namespaces.models}/pods`,
          `/api/v1/namespaces/${namespaces.models}/podtemplates`,
          `/api/v1/namespaces/${namespaces.models}/replicationcontrollers`,
          `/apis/apps/v1/namespaces/${namespaces.models}/replicasets`,
        ];
        for (const path of paths)
          for (const method of ["POST", "PATCH"] as const)
            assert.match(
              (await refusal(client, {
                method,
                path: method === "POST" ? path : `${path}/a`,
                body: { metadata: { name: "a" } },
              })) ?? "admitted",
              /is forbidden/,
            );
      },
    })),
  ];
}

/** That neither a field of a Workflow nor a kind that runs code has been overlooked. */
export function definitionTests(stage: Stage): Test[] {
  return [...fieldTests(stage), ...kindTests(stage)];
}
