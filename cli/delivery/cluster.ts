import { z } from "zod";
import { namespaces } from "../../infra/kubernetes/labels";
import { answerOf, ConflictError, type Send } from "../../services/delivery/connection";
import {
  analysisRunSchema,
  replicaSetSchema,
  routesSchema,
  type AnalysisRun,
  type LiveRoutes,
  type ReplicaSet,
} from "./objects";
import { carriedApprovals, carryApproval } from "../../services/delivery/carried-approvals";
import type { Entry } from "../../services/evidence/ledger";
import { rolloutSchema, type Rollout } from "../../services/delivery/live-rollout";
import { servingNames } from "../../services/evidence/rollout";
import { podSelector, versionHashLabel } from "../../infra/kubernetes/model-objects";

/** What delivery needs of one region's API server. */
export interface Cluster {
  /** Name of the person or program whose credentials are used, as the server knows it. */
  whoAmI(): Promise<string>;
  rollout(model: string): Promise<Rollout>;
  /** Analyses of a version of a model, oldest first. */
  analysisRuns(model: string, podTemplateHash: string): Promise<AnalysisRun[]>;
  replicaSets(model: string): Promise<ReplicaSet[]>;
  routes(model: string): Promise<LiveRoutes>;
  /**
   * Merges into the Rollout's status. Throws ConflictError where the patch names another
   * resourceVersion than the object has.
   */
  patchStatus(model: string, patch: object): Promise<void>;
  /** Merges into the VirtualService; conflicts as above. */
  patchRoutes(model: string, patch: object): Promise<void>;
  /** Takes an approval into the cluster, for a resumer that reads no ledger in a bucket. */
  carryApproval(entry: Entry): Promise<void>;
  /** Approvals that were taken into the cluster. */
  carriedApprovals(model: string): Promise<readonly Entry[]>;
}

const inModels = (api: string, kind: string) =>
  `/apis/${api}/namespaces/${namespaces.models}/${kind}`;
const rolloutPath = (model: string) =>
  `${inModels("argoproj.io/v1alpha1", "rollouts")}/${servingNames(model).model}`;
const routesPath = (model: string) =>
  `${inModels("networking.istio.io/v1", "virtualservices")}/${servingNames(model).model}`;

/** The cluster behind a connection. */
export function clusterOf(send: Send): Cluster {
  const get = async (path: string) => answerOf(await send({ method: "GET", path }));
  const list = async <S extends z.ZodType>(
    path: string,
    selector: Readonly<Record<string, string>>,
    item: S,
  ) => {
    const labels = Object.entries(selector)
      .map(([key, value]) => `${key}=${value}`)
      .join(",");
    return z
      .object({ items: z.array(item) })
      .parse(await get(`${path}?labelSelector=${encodeURIComponent(labels)}`)).items;
  };
  const merge = async (path: string, patch: object) => {
    answerOf(
      await send({
        method: "PATCH",
        path: `${path}?fieldManager=causeway-delivery`,
        body: JSON.stringify(patch),
        contentType: "application/merge-patch+json",
      }),
    );
  };
  return {
    whoAmI: () => whoAmI(send),
    rollout: async (model) => rolloutSchema.parse(await get(rolloutPath(model))),
    analysisRuns: async (model, hash) => {
      const items = await list(
        inModels("argoproj.io/v1alpha1", "analysisruns"),
        { [versionHashLabel]: hash },
        analysisRunSchema,
      );
      return ofRollout(items, servingNames(model).model);
    },
    replicaSets: (model) =>
      list(inModels("apps/v1", "replicasets"), podSelector(model), replicaSetSchema),
    routes: async (model) => routesSchema.parse(await get(routesPath(model))),
    patchStatus: (model, patch) => merge(`${rolloutPath(model)}/status`, patch),
    patchRoutes: (model, patch) => merge(routesPath(model), patch),
    carryApproval: (entry) => carryApproval(send, entry),
    carriedApprovals: (model) => carriedApprovals(send, model),
  };
}

/** Name of whoever sends, as the API server knows it. */
async function whoAmI(send: Send): Promise<string> {
  const answer = await send({
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    body: JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" }),
  });
  const review = z.object({
    status: z.object({ userInfo: z.object({ username: z.string().min(1) }) }),
  });
  return review.parse(answerOf(answer)).status.userInfo.username;
}

/** The runs that belong to a Rollout, oldest first. */
function ofRollout(runs: readonly AnalysisRun[], rollout: string): AnalysisRun[] {
  const created = ({ metadata }: AnalysisRun) => Date.parse(metadata.creationTimestamp);
  return runs
    .filter(({ metadata }) =>
      metadata.ownerReferences.some(({ kind, name }) => kind === "Rollout" && name === rollout),
    )
    .sort((a, b) => created(a) - created(b));
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
