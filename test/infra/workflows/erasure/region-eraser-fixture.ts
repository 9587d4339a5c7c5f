import type { regionEraserJob } from "../../../../infra/workflows/erasure/region-eraser";

export interface Template {
  readonly name: string;
  readonly serviceAccountName?: string;
  readonly activeDeadlineSeconds?: number;
  readonly synchronization?: object;
  readonly outputs?: object;
  readonly container?: { readonly command: string[]; readonly args: string[] };
  readonly dag?: {
    readonly tasks: { readonly name: string; readonly depends?: string; readonly when?: string }[];
  };
}
export type Spec = { readonly templates: Template[]; readonly activeDeadlineSeconds: number };
export type Job = ReturnType<typeof regionEraserJob>;
export const podOf = (job: unknown) =>
  (job as { spec: Job["spec"] }).spec.jobTemplate.spec.template.spec;
