import { z } from "zod";
import type { ArmName, Router } from "./router";
import type { Application } from "./rows";

const predictionSchema = z.object({ predictionId: z.string(), label: z.string() });
/** Requests in flight at a time. */
const concurrency = 8;

/** An application that is sent: the request's subject is new each time, as applicants are. */
export interface Sent {
  readonly subject: string;
  readonly application: Application;
}

/**
 * Applications drawn with replacement: each is one more applicant out of the held-out population.
 */
export function draw(
  applications: readonly Application[],
  count: number,
  random: () => number,
  prefix: string,
): Sent[] {
  return Array.from({ length: count }, (_, i) => {
    const application = applications[Math.floor(random() * applications.length)];
    if (!application) throw new RangeError("no applications to draw from");
    return { subject: `${prefix}-${i}`, application };
  });
}

/**
 * Sends predictions through the router, then the groups and the true labels of those that were
 * answered. Throws Error when a server refuses a real held-out row or a label: that is no finding about a model but
 * a mistake of the rehearsal.
 */
export async function sendAll(router: Router, model: string, sent: readonly Sent[]): Promise<void> {
  const path = `/v2/models/${model}`;
  const answered: {
    readonly arm: ArmName;
    readonly id: string;
    readonly application: Application;
  }[] = [];
  await inParallel(sent, async ({ subject, application }) => {
    const { arm, answer } = await router.send(subject, `${path}/predict`, {
      features: application.features,
      subject,
    });
    if (answer.status >= 500) return;
    if (answer.status !== 200)
      throw new Error(
        `a held-out row was refused with ${answer.status}: ${JSON.stringify(answer.body)}`,
      );
    answered.push({ arm, id: predictionSchema.parse(answer.body).predictionId, application });
  });
  await inParallel(answered, async ({ arm, id, application: { label, groups } }) => {
    const audited = Object.keys(groups).length > 0 ? [{ groups }] : [];
    for (const report of [...audited, { label, groups }]) {
      const answer = await router.feedback(arm, model, id, report);
      if (answer.status !== 200)
        throw new Error(
          `a report was refused with ${answer.status}: ${JSON.stringify(answer.body)}`,
        );
    }
  });
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}
