import { randomBytes } from "node:crypto";
import { z } from "zod";
import { breakGlassRole } from "../../infra/kubernetes/labels";
import type { OpenLedger } from "../../services/delivery/ledger-location";
import type { HttpRequest, Send } from "../../services/delivery/connection";
import { elevation, type Elevation } from "./elevation";
import { Option } from "@commander-js/extra-typings";
import { namespaces } from "../../infra/kubernetes/labels";
import { longestElevationSeconds } from "../../infra/platform/admission";
import { connect, send as sendTo } from "../../services/delivery/connection";
import { ledgerAt } from "../ledger";
import { jsonHelp, ledgerHelp, wholeNumber, type CommandLine } from "../command";
import { UsageError } from "../exit-codes";

/** What is asked of an elevation; its name is made here. */
export type Request = Omit<Elevation, "id">;

/**
 * Lets a person in. The record comes first, so that nobody is let in without one; whether it may
 * be, the API server says.
 * @returns name of the binding and when it ends
 * @throws Error in the server's words where it refuses; a timer that was made before is removed
 */
export async function elevate(
  send: Send,
  ledger: Pick<OpenLedger, "record">,
  request: Request,
  now: Date = new Date(),
): Promise<{ readonly name: string; readonly expires: string }> {
  const id = randomBytes(4).toString("hex");
  const { timer, binding } = elevation({ ...request, id }, now);
  const { name } = timer.metadata;
  const expires = new Date(now.getTime() + request.seconds * 1_000).toISOString();
  const actor = await askedBy(send);
  const record = (outcome: Readonly<Record<string, unknown>>) =>
    ledger.record({
      actor,
      action: "access-change",
      subject: request.user,
      details: { role: breakGlassRole, namespace: request.namespace, ...outcome },
    });
  await record({ seconds: request.seconds, expires, reason: request.reason, binding: name });
  const jobs = `/apis/batch/v1/namespaces/${request.namespace}/jobs`;
  const { metadata } = z
    .object({ metadata: z.object({ uid: z.string() }) })
    .parse(await call(send, { method: "POST", path: jobs, body: JSON.stringify(timer) }));
  try {
    await call(send, {
      method: "POST",
      path: `/apis/rbac.authorization.k8s.io/v1/namespaces/${request.namespace}/rolebindings`,
      body: JSON.stringify(binding(metadata.uid)),
    });
  } catch (error) {
    await send({ method: "DELETE", path: `${jobs}/${name}` });
    const refused = error instanceof Error ? error.message : String(error);
    await record({ binding: name, refused });
    throw error;
  }
  return { name, expires };
}

/** Name under which the API server knows the caller. */
async function askedBy(send: Send): Promise<string> {
  const review = await call(send, {
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    body: JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" }),
  });
  return z
    .object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) })
    .parse(review).status.userInfo.username;
}

async function call(send: Send, request: HttpRequest): Promise<unknown> {
  const { status, text } = await send(request);
  if (status >= 200 && status < 300) return JSON.parse(text);
  throw new Error(messageIn(text) ?? `the API server answered ${status}`);
}

function messageIn(text: string): string | undefined {
  try {
    return z.object({ message: z.string() }).parse(JSON.parse(text)).message;
  } catch {
    return undefined;
  }
}

const longestMinutes = longestElevationSeconds / 60;

export const verb: CommandLine = {
  details: "Nobody lets themselves in. Kubernetes itself ends it; the record comes first.",
  examples: [
    'elena@example.com --namespace causeway-models --minutes 30 --reason "routes are broken" --ledger s3://my-audit-bucket/ledger',
  ],
  define: (command, terminal) =>
    command
      .argument("<user>", "the person, as the API server knows them")
      .addOption(
        new Option("--namespace <namespace>", "where they may repair")
          .choices(Object.values(namespaces))
          .makeOptionMandatory(),
      )
      .addOption(
        new Option("--minutes <n>", "for how long")
          .argParser(wholeNumber(1, longestMinutes))
          .makeOptionMandatory(),
      )
      .requiredOption("--reason <text>", "a reason in words")
      .requiredOption("--ledger <ledger>", ledgerHelp)
      .option("--context <name>", "context of the kubeconfig (default: the current one)")
      .option("--json", jsonHelp)
      .action(async (user, { namespace, minutes, reason, ledger, context }) => {
        if (reason.trim() === "") throw new UsageError("--reason: got nothing, allowed: a reason");
        const connection = await connect(context === undefined ? {} : { context });
        const made = await elevate(
          (request) => sendTo(connection, request),
          await ledgerAt(ledger),
          { user, namespace, seconds: minutes * 60, reason },
        );
        terminal.result({ user, namespace, ...made }, [
          `${user} may repair in ${namespace} until ${made.expires} (${made.name}); kubectl -n ${namespace} delete job ${made.name} ends it sooner`,
        ]);
      }),
};
