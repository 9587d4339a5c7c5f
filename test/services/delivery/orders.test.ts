import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openOrders, type Orders } from "../../../services/delivery/orders";
import { MemoryStore } from "../../support/object-store";
import { order, second, third } from "./follow-fixture";

let folder = "";
let orders: Orders;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "causeway-follow-"));
  orders = openOrders(join(folder, "promotions"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("orders", () => {
  test("of one region say nothing to another, whatever they claim", async () => {
    await orders.put(order());
    mkdirSync(join(folder, "promotions", third!));
    copyFileSync(
      join(folder, "promotions", second!, "loan-approval.json"),
      join(folder, "promotions", third!, "loan-approval.json"),
    );
    await expect(orders.get(third!, "loan-approval")).rejects.toThrow(
      'region, release.model: got "eu-central-1, loan-approval", allowed: eu-north-1, loan-approval',
    );
  });

  test("lie in a bucket as one object for each region and model; a missing one is no order, a forbidden one is an error", async () => {
    const store = new MemoryStore();
    store.denied = /eu-north-1/;
    const bucket = openOrders("s3://example-artifacts/promotions/", store);
    expect(await bucket.get(second!, "loan-approval")).toBeUndefined();
    const given = order();
    await bucket.put(given);
    expect(await bucket.get(second!, "loan-approval")).toEqual(given);
    expect(store.calls).toEqual(
      (["get", "put", "get"] as const).map((operation) => [
        operation,
        "example-artifacts/promotions/eu-central-1/loan-approval.json",
      ]),
    );
    await expect(bucket.get(third!, "loan-approval")).rejects.toThrow("AccessDenied");
  });
});
