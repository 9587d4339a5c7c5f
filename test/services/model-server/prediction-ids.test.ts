/** @jest-environment ./test/services/model-server/support/environment.ts */
import { Seen } from "../../../services/model-server/feedback/seen";
import { keysFrom, pseudonym, pseudonyms } from "../../../services/model-server/identity/keys";
import { PredictionIds } from "../../../services/model-server/identity/prediction-id";
import { secret } from "./support/server";

const model = "loan-approval";

/** A ring with another secret for each version. */
const ring = (...versions: string[]) =>
  Buffer.from(versions.map((version) => `${version} ${version.padEnd(40, "x")}\n`).join(""));

describe("prediction ids", () => {
  const ids = new PredictionIds(keysFrom(secret, model));
  const issued = { version: "1.2.3-rc.1", positive: false, bin: 9, at: 1_800_000_000 };

  test("say what was issued to whoever has the key, and to nobody else", () => {
    const id = ids.issue(issued);
    expect(new PredictionIds(keysFrom(secret, model)).read(id)).toEqual(issued);
    expect(new PredictionIds(keysFrom(ring("k1"), model)).read(id)).toBeUndefined();
  });

  test.each(["challenger", "champion"] as const)(
    "keep the half and the bucket of their subject in an A/B test: %s",
    (arm) => {
      const subject = { ...issued, subject: { arm, bucket: 63 } };
      expect(ids.read(ids.issue(subject))).toEqual(subject);
    },
  );

  test("are refused with any character changed", () => {
    const id = ids.issue(issued);
    for (let i = 0; i < id.length; i += 1) {
      const other = id[i] === "a" ? "b" : "a";
      expect(ids.read(`${id.slice(0, i)}${other}${id.slice(i + 1)}`)).toBeUndefined();
    }
  });

  test("are still read after the key was rotated, until its version leaves the ring", () => {
    const id = new PredictionIds(keysFrom(ring("k1"), model)).issue(issued);
    expect(new PredictionIds(keysFrom(ring("k1", "k2"), model)).read(id)).toEqual(issued);
    expect(new PredictionIds(keysFrom(ring("k2"), model)).read(id)).toBeUndefined();
  });

  test("of one model are none of another, though both share the ring", () => {
    expect(new PredictionIds(keysFrom(secret, "other")).read(ids.issue(issued))).toBeUndefined();
  });

  test("never repeat", () => {
    expect(new Set(Array.from({ length: 5_000 }, () => ids.issue(issued))).size).toBe(5_000);
  });
});

describe("remembered ids", () => {
  test("are bounded: the oldest is forgotten first", () => {
    const seen = new Seen(3);
    for (const id of ["a", "b", "c", "d"]) expect(seen.add(id, 100, 0)).toBe(true);
    expect(seen.size).toBe(3);
    expect(seen.add("d", 100, 0)).toBe(false);
    expect(seen.add("a", 100, 0)).toBe(true);
  });

  test("expire", () => {
    const seen = new Seen(1_000);
    for (let i = 0; i < 100; i += 1) seen.add(`old ${i}`, 10, 0);
    seen.add("new", 30, 20);
    expect(seen.size).toBe(1);
  });
});

describe("the ring of keys", () => {
  test("names a subject by its highest version, and finds every name that the subject ever had", () => {
    const keys = keysFrom(ring("k9", "k10", "k2"), model);
    expect(keys.map(({ version }) => version)).toEqual(["k10", "k9", "k2"]);
    expect(pseudonym(keys, "a")).toBe(pseudonyms(keys, "a")[0]);
    expect(pseudonyms(keys, "a")).toEqual(
      ["k10", "k9", "k2"].map((version) => pseudonym(keysFrom(ring(version), model), "a")),
    );
  });

  test("makes the names that the training steps make", () => {
    const keys = keysFrom(Buffer.from(`k1 ${"a".repeat(32)}\nk2 ${"b".repeat(32)}\n`), "small");
    expect(pseudonyms(keys, "id-1")).toEqual([
      "k2.8c8c6b38313919aafe8b0e6d01d76942",
      "k1.886035b433b7956aa84f2fb69d757f43",
    ]);
  });

  test("gives the subject another name in each model", () => {
    expect(pseudonym(keysFrom(secret, "one"), "a")).not.toBe(
      pseudonym(keysFrom(secret, "two"), "a"),
    );
  });

  test.each([
    ["nothing", ""],
    ["a version twice", `${ring("k1").toString()}${ring("k1").toString()}`],
    ["a secret that is short", "k1 hunter2"],
    ["a secret without a version", "hunter2".repeat(8)],
  ])("is refused with %s, and never shown", (_, text) => {
    expect(() => keysFrom(Buffer.from(text), model)).toThrow(/^the key file has \d problem/);
    expect(() => keysFrom(Buffer.from(text), model)).not.toThrow("hunter2");
  });
});
