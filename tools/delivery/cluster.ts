import { ApiException, AppsV1Api, AuthenticationV1Api, CustomObjectsApi, KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { z } from "zod";
import { podSelector, servingNames, versionHashLabel } from "../../infra/serving/settings";
import { namespaces } from "../../infra/vocabulary";
import { analysisRunSchema, replicaSetSchema, rolloutSchema, routesSchema, type AnalysisRun, type LiveRoutes, type ReplicaSet, type Rollout } from "./objects";

/** What delivery needs of one region's API server. */
export interface Cluster {
  /** Name of the person or program whose credentials are used, as the server knows it. */
  whoAmI(): Promise<string>;
  rollout(model: string): Promise<Rollout>;
  /** Analyses of a version of a model, oldest first. */
  analysisRuns(model: string, podTemplateHash: string): Promise<AnalysisRun[]>;
  replicaSets(model: string): Promise<ReplicaSet[]>;
  routes(model: string): Promise<LiveRoutes>;
  /** Merges into the status. @throws ConflictError where the object is another than the one that was read */
  patchStatus(model: string, patch: object): Promise<void>;
  /** Merges into the Rollout. @throws ConflictError as above */
  patchRollout(model: string, patch: object): Promise<void>;
  /** Merges into the VirtualService. @throws ConflictError as above */
  patchRoutes(model: string, patch: object): Promise<void>;
}

/** Somebody else changed the object since it was read. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
}

const argo = { group: "argoproj.io", version: "v1alpha1", namespace: namespaces.models };
const istio = { group: "networking.istio.io", version: "v1", namespace: namespaces.models };
const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
const fieldManager = "causeway-delivery";

/** The cluster of a kubeconfig's context. @param context @default the current one */
export function clusterOf(config: KubeConfig = defaultConfig(), context?: string): Cluster {
  if (context !== undefined) config.setCurrentContext(context);
  const objects = config.makeApiClient(CustomObjectsApi);
  const rollouts = { ...argo, plural: "rollouts" };
  const routes = { ...istio, plural: "virtualservices" };
  return {
    whoAmI: async () => {
      const review = await answered(config.makeApiClient(AuthenticationV1Api).createSelfSubjectReview({ body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" } }));
      return z.string().min(1).parse(review.status?.userInfo?.username);
    },
    rollout: async (model) => rolloutSchema.parse(await answered(objects.getNamespacedCustomObject({ ...rollouts, name: servingNames(model).model }))),
    analysisRuns: async (model, hash) => {
      const list = await answered(objects.listNamespacedCustomObject({ ...argo, plural: "analysisruns", labelSelector: `${versionHashLabel}=${hash}` }));
      const { items } = z.object({ items: z.array(analysisRunSchema) }).parse(list);
      const own = items.filter(({ metadata }) => metadata.ownerReferences.some(({ kind, name }) => kind === "Rollout" && name === servingNames(model).model));
      return own.sort((a, b) => Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp));
    },
    replicaSets: async (model) => {
      const labelSelector = Object.entries(podSelector(model)).map(([key, value]) => `${key}=${value}`).join(",");
      const { items } = await answered(config.makeApiClient(AppsV1Api).listNamespacedReplicaSet({ namespace: namespaces.models, labelSelector }));
      return z.array(replicaSetSchema).parse(JSON.parse(JSON.stringify(items)));
    },
    routes: async (model) => routesSchema.parse(await answered(objects.getNamespacedCustomObject({ ...routes, name: servingNames(model).model }))),
    patchStatus: async (model, body) => void (await answered(objects.patchNamespacedCustomObjectStatus({ ...rollouts, name: servingNames(model).model, body, fieldManager }, merge))),
    patchRollout: async (model, body) => void (await answered(objects.patchNamespacedCustomObject({ ...rollouts, name: servingNames(model).model, body, fieldManager }, merge))),
    patchRoutes: async (model, body) => void (await answered(objects.patchNamespacedCustomObject({ ...routes, name: servingNames(model).model, body, fieldManager }, merge))),
  };
}

function defaultConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}

/** The answer, or what the server said against it in one sentence. */
async function answered<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    const message = messageOf(error.body) ?? `the API server answered ${error.code}`;
    throw error.code === 409 ? new ConflictError(message) : new Error(message);
  }
}

function messageOf(body: unknown): string | undefined {
  const parsed = z.object({ message: z.string() }).safeParse(typeof body === "string" ? parsedJson(body) : body);
  return parsed.success ? parsed.data.message : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** How often an object that others write too is read and patched again. */
const attempts = 5;

/** Runs a read-and-patch again where somebody else wrote in between. */
export async function retryingConflicts<T>(change: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await change();
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === attempts) throw error;
    }
  }
}
