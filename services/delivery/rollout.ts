import { z } from "zod";
import type { Contract } from "../contract/contract";
import type { Release } from "../evidence/release";
import {
  documentAnnotations,
  documents,
  modelsNamespace,
  releaseLabels,
  serverContainer,
  servingNames,
} from "../evidence/rollout";
import type { HttpRequest, Send } from "./connection";

/** What is read of a Rollout as the API server returns it. */
const rolloutSchema = z.object({
  metadata: z.object({
    resourceVersion: z.string(),
    generation: z.number(),
    labels: z.record(z.string(), z.string()),
  }),
  spec: z.object({
    template: z.object({
      metadata: z.object({
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
      }),
      spec: z.object({ containers: z.array(z.object({ name: z.string(), image: z.string() })) }),
    }),
  }),
  status: z
    .object({
      observedGeneration: z.string().optional(),
      phase: z.string().optional(),
      message: z.string().optional(),
      stableRS: z.string().optional(),
      currentPodHash: z.string().optional(),
      abort: z.boolean().optional(),
    })
    .optional(),
});
export type Rollout = z.output<typeof rolloutSchema>;

/** A Rollout out of an answer of the API server; throws ZodError for what is none of ours. */
export function readRollout(answer: unknown): Rollout {
  return rolloutSchema.parse(answer);
}

/** An operation of a JSON Patch (RFC 6902). */
export interface Operation {
  readonly op: "test" | "replace";
  readonly path: string;
  readonly value: string;
}

/** Label of a pod that says its version, beside the labels of the release. */
const versionLabel = "app.kubernetes.io/version";

/**
 * The image of the model's server in a Rollout. Throws where there is none: the object is then not
 * one of ours.
 */
export function imageOf(rollout: Rollout): string {
  return container(rollout).image;
}

/**
 * The Rollout's image with another digest: each region pulls from the repository that it has, so
 * the repository stays.
 */
export function promotedImage(rollout: Rollout, release: Pick<Release, "image">): string {
  const image = imageOf(rollout);
  return `${image.slice(0, image.lastIndexOf("@"))}@${release.image.digest}`;
}

/**
 * Whether the model of a release may stand in a Rollout by a patch of the release's fields alone. A
 * contract that changed changes more than that: resources, routes and alerts follow from it, and
 * only the program brings them.
 */
export function contractChanged(rollout: Rollout, contract: Contract, release: Release): boolean {
  return (
    rollout.spec.template.metadata.annotations[documents.contract.annotation] !==
    documentAnnotations(contract, release)[documents.contract.annotation]
  );
}

/**
 * The release's fields and nothing else: the server's image, the version's labels, and the manifest
 * that the pods carry. Applies only to the very object that was read, so an update in between makes
 * it fail instead of being undone.
 */
export function releasePatch(rollout: Rollout, contract: Contract, release: Release): Operation[] {
  const { index } = container(rollout);
  const labels = releaseLabels({ contract, release });
  const annotations = documentAnnotations(contract, release);
  const set = (path: string, entries: Record<string, string | undefined>): Operation[] =>
    Object.entries(entries).flatMap(([key, value]) =>
      value === undefined ? [] : [{ op: "replace", path: `${path}/${escaped(key)}`, value }],
    );
  const template = "/spec/template/metadata";
  return [
    { op: "test", path: "/metadata/resourceVersion", value: rollout.metadata.resourceVersion },
    ...set("/metadata/labels", labels),
    ...set(`${template}/labels`, { [versionLabel]: release.version, ...labels }),
    ...set(`${template}/annotations`, {
      [documents.release.annotation]: annotations[documents.release.annotation],
    }),
    {
      op: "replace",
      path: `/spec/template/spec/containers/${index}/image`,
      value: promotedImage(rollout, release),
    },
  ];
}

/** How a Rollout stands to a release that it was given. */
export type Standing = "waiting" | "promoted" | "rolled-back";

/**
 * Reads the controller's verdict. What it says of an older generation is not taken for one on this;
 * a Rollout that serves another image is no promotion of this one, whoever put it there.
 */
export function standingOf(rollout: Rollout, image: string): Standing {
  const { metadata, status } = rollout;
  if (imageOf(rollout) !== image) return "rolled-back";
  if (status?.observedGeneration !== String(metadata.generation)) return "waiting";
  if (
    status.phase === "Healthy" &&
    status.stableRS !== undefined &&
    status.stableRS === status.currentPodHash
  )
    return "promoted";
  return status.phase === "Degraded" || status.abort === true ? "rolled-back" : "waiting";
}

function container({ spec }: Rollout): { readonly index: number; readonly image: string } {
  const index = spec.template.spec.containers.findIndex(({ name }) => name === serverContainer);
  const found = spec.template.spec.containers[index];
  if (found === undefined) throw new Error(`the Rollout has no container named ${serverContainer}`);
  return { index, image: found.image };
}

/** A key as a step of a JSON Pointer (RFC 6901). */
function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** A region as the promoter sees it: one Rollout. */
export interface Region {
  readonly name: string;
  read(): Promise<Rollout>;
  /** Throws where the object is another than the one that was read. */
  patch(operations: readonly Operation[]): Promise<void>;
}

/** The Rollout of a model in a cluster, as the promoter may read and patch it. */
export function regionAt(name: string, send: Send, model: string): Region {
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${modelsNamespace}/rollouts/${servingNames(model).model}`;
  const call = async (request: HttpRequest) => {
    const { status, text } = await send(request);
    if (status !== 200)
      throw new Error(
        `${name}: ${request.method} ${path} answered ${status}: ${text.slice(0, 300)}`,
      );
    return readRollout(JSON.parse(text));
  };
  return {
    name,
    read: () => call({ method: "GET", path }),
    patch: async (operations) => {
      await call({
        method: "PATCH",
        path: `${path}?fieldManager=causeway-promoter`,
        body: JSON.stringify(operations),
        contentType: "application/json-patch+json",
      });
    },
  };
}
