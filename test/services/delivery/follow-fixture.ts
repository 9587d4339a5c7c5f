import { enveloped, statementOf } from "../../../services/evidence/attestation";
import type { Order } from "../../../services/delivery/orders";
import { release } from "./promotion-fixture";

export const run = "loan-approval-retraining-x1";
export const [home, second, third] = ["eu-west-1", "eu-central-1", "eu-north-1"];

export const order = (more: Partial<Order> = {}): Order => ({
  id: "7d444840-9dc0-41d1-b245-5ffdce74fad2",
  region: second!,
  run,
  release,
  attestation: enveloped(statementOf(more.release ?? release, {}), []),
  until: new Date(Date.now() + 60_000).toISOString(),
  closed: false,
  ...more,
});
