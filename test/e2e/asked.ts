import { errorMessage } from "../harness/lib/text";

/** Undefined where the API server admits a request, else why not. */
export type Answer = string | undefined;

/** A request that changes nothing, as somebody made it, to be made again. */
export interface Asked {
  readonly what: string;
  readonly ask: () => Promise<Answer>;
}

const requests: Asked[] = [];
/** Everything that the suites of this run have asked admission so far. */
export const asked: readonly Asked[] = requests;

/** Makes a request that changes nothing, and keeps it. */
export async function asking(what: string, call: () => Promise<unknown>): Promise<Answer> {
  const ask = (): Promise<Answer> => call().then(() => undefined, errorMessage);
  requests.push({ what, ask });
  return ask();
}
