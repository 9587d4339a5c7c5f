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
    const name = "000000000001.json";
    mkdirSync(join(folder, "promotions", third!, "loan-approval"), { recursive: true });
    copyFileSync(
      join(folder, "promotions", second!, "loan-approval", name),
      join(folder, "promotions", third!, "loan-approval", name),
    );
    await expect(orders.get(third!, "loan-approval")).rejects.toThrow(
      'region, release.model: got "eu-central-1, loan-approval", allowed: eu-north-1, loan-approval',
    );
  });

  test("lie in a bucket as objects that are written once; the newest counts", async () => {
    const store = new MemoryStore();
    const bucket = openOrders("s3://example-artifacts/promotions/", store);
    expect(await bucket.get(second!, "loan-approval")).toBeUndefined();
    const given = order();
    await bucket.put(given);
    await bucket.put({ ...given, closed: true });
    expect(await bucket.get(second!, "loan-approval")).toEqual({ ...given, closed: true });
    const below = "example-artifacts/promotions/eu-central-1/loan-approval";
    expect([...store.objects.keys()]).toEqual([
      `${below}/000000000001.json`,
      `${below}/000000000002.json`,
    ]);
    expect(store.calls.filter(([operation]) => operation === "putNew")).toHaveLength(2);
  });

  test("that somebody may not read are an error, and one past a gap is none", async () => {
    const store = new MemoryStore();
    const bucket = openOrders("s3://example-artifacts/promotions/", store);
    await bucket.put(order());
    const below = "example-artifacts/promotions/eu-central-1/loan-approval";
    store.objects.set(`${below}/999999999999.json`, "{}");
    expect(await bucket.get(second!, "loan-approval")).toEqual(order({ until: expect.anything() }));
    store.denied = /000000000001/;
    await expect(bucket.get(second!, "loan-approval")).rejects.toThrow("AccessDenied");
  });
});
