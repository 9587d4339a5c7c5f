import { z } from "zod";
import { firstLine, jsonIn, runProgram } from "./programs";

/** Whether the stack's state has a resource, by type and id; undefined where nobody can say. */
export type Owns = (type: string, id: string) => boolean | undefined;

const stateSchema = z.object({
  deployment: z.object({
    resources: z.array(z.object({ type: z.string(), id: z.string().optional() })).optional(),
  }),
});

/** What the state of a stack tells. */
export interface StackState {
  readonly owns: Owns;
  /** Why the state is not known; absent where it is. */
  readonly refused?: string;
  /** Whether the backend has the stack. */
  readonly exists: boolean;
}

/** Asks Pulumi for the state of a stack: what is in it is no obstacle to the stack. */
export async function stateOf(project: string, stack: string): Promise<StackState> {
  const ended = await runProgram("pulumi", ["stack", "export", "--stack", stack], project);
  if (ended === undefined) return unknownState("the Pulumi CLI is not installed");
  if (ended.code !== 0)
    return /no stack named/.test(ended.error)
      ? { owns: () => false, exists: false }
      : unknownState(firstLine(ended));
  const parsed = stateSchema.safeParse(jsonIn(ended.out));
  if (!parsed.success) return unknownState("pulumi stack export gave no state");
  const resources = parsed.data.deployment.resources ?? [];
  const known = new Set(resources.map(({ type, id }) => `${type}::${id}`));
  return { owns: (type, id) => known.has(`${type}::${id}`), exists: true };
}

function unknownState(refused: string): StackState {
  return { owns: () => undefined, refused, exists: false };
}
