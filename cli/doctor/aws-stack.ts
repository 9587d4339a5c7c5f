import type { AwsConfig } from "../../infra/stack/schema";
import type { RecordedResource } from "../plan/resource";
import type { Owns } from "./state";

/** A stack on AWS, as far as its files and its state tell. */
export interface AwsStack {
  readonly name: string;
  readonly config: AwsConfig;
  /** What the whole stack would create. */
  readonly resources: readonly RecordedResource[];
  readonly owns: Owns;
}

export function homeOf({ config }: AwsStack): string {
  return config.regions[0]?.name ?? "";
}

/** Planned resources of a type, in a region where one is given. */
export function ofType(stack: AwsStack, type: string, region?: string): RecordedResource[] {
  return stack.resources.filter(
    (resource) => resource.type === type && (region === undefined || resource.region === region),
  );
}

/** Whether the program creates a resource of the type in the region. */
export function plans(stack: AwsStack, type: string, region: string): boolean {
  return ofType(stack, type, region).length > 0;
}
