import { randomBytes } from "node:crypto";
import { z } from "zod";
import { breakGlassRole } from "../../infra/kubernetes/labels";
import type { Send } from "../delivery/cluster";
import type { OpenLedger } from "../../services/delivery/ledger-location";
import type { HttpRequest } from "../../services/delivery/connection";
import { elevation, type Elevation } from "./elevation";

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
  const actor = z
    .object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) })
    .parse(
      await call(send, {
        method: "POST",
        path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
        body: JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" }),
      }),
    ).status.userInfo.username;
  await ledger.record({
    actor,
    action: "access-change",
    subject: request.user,
    details: {
      role: breakGlassRole,
      namespace: request.namespace,
      seconds: request.seconds,
      expires,
      reason: request.reason,
      binding: name,
    },
  });
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
    await ledger.record({
      actor,
      action: "access-change",
      subject: request.user,
      details: {
        role: breakGlassRole,
        namespace: request.namespace,
        binding: name,
        refused: error instanceof Error ? error.message : String(error),
      },
    });
    throw error;
  }
  return { name, expires };
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
