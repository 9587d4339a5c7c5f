/** What AWS answered, or why it did not. */
export type Answer<T> = { readonly answer: T } | { readonly refused: string };

/** Settings of every client: a person waits for the answer. */
export const clientSettings = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 15_000 },
} as const;

/** Asks AWS; a refusal is a reason in one line. */
export async function ask<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { answer: await work() };
  } catch (error) {
    return { refused: reasonOf(error) };
  }
}

/** Asks AWS for one thing; undefined where there is none. */
export function find<T>(work: () => Promise<T>): Promise<Answer<T | undefined>> {
  return ask(async () => {
    try {
      return await work();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  });
}

/** Some services answer 400 for what they do not have, and say so by the name of the error. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && (statusOf(error) === 404 || /NoSuch|NotFound/.test(error.name));
}

function statusOf(error: Error): number | undefined {
  const metadata: unknown = Reflect.get(error, "$metadata");
  const status: unknown =
    typeof metadata === "object" && metadata !== null
      ? Reflect.get(metadata, "httpStatusCode")
      : undefined;
  return typeof status === "number" ? status : undefined;
}

/** Why AWS gave no answer, in one line and without a trace. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const status = statusOf(error);
  const [message = ""] = error.message.split("\n");
  if (/Credentials|TokenProvider/.test(error.name) || /Could not load credentials/.test(message))
    return "there are no credentials";
  if (/Expired/.test(error.name)) return "the credentials have expired";
  if (status === 403 || /AccessDenied|Unauthorized/.test(error.name))
    return `access was denied (${shortened(message)})`;
  if (status !== undefined && status >= 500) return `AWS answered ${status}`;
  return shortened(`${error.name}: ${message}`);
}

function shortened(text: string): string {
  const most = 160;
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
