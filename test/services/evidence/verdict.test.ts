import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadVerdicts } from "../../../services/evidence/load";
import {
  forbiddingVerdict,
  latestVerdict,
  retrySchema,
  verdictFile,
} from "../../../services/evidence/verdict";
import { retry, verdict } from "../../support/verdicts";

const image = verdict().digest;
const other = `sha256:${"c".repeat(64)}`;

describe("an image", () => {
  it("is forbidden by a rollback or an abort, in whatever region it was", () => {
    expect(forbiddingVerdict(image, [verdict()])).toEqual(verdict());
    expect(
      forbiddingVerdict(image, [verdict({ outcome: "aborted", region: "eu-central-1" })])?.region,
    ).toBe("eu-central-1");
  });

  it("is not forbidden by a promotion, by the verdict over another image, or without any", () => {
    expect(forbiddingVerdict(image, [verdict({ outcome: "promoted" })])).toBeUndefined();
    expect(forbiddingVerdict(other, [verdict()])).toBeUndefined();
    expect(forbiddingVerdict(image, [])).toBeUndefined();
  });

  it("is forbidden by the newest verdict of each region, so that a promotion elsewhere does not help", () => {
    const later = verdict({ outcome: "promoted", finishedAt: "2026-11-24T12:00:00Z" });
    expect(forbiddingVerdict(image, [verdict(), later])).toBeUndefined();
    expect(forbiddingVerdict(image, [later, verdict()])).toBeUndefined();
    expect(forbiddingVerdict(image, [verdict({ region: "eu-central-1" }), later])?.region).toBe(
      "eu-central-1",
    );
    expect(
      forbiddingVerdict(image, [
        verdict({ outcome: "promoted" }),
        verdict({ finishedAt: "2026-11-24T12:00:00Z" }),
      ])?.finishedAt,
    ).toBe("2026-11-24T12:00:00Z");
  });

  it("may be tried again by a decision after the verdict, about this image, and only until the next verdict", () => {
    expect(forbiddingVerdict(image, [verdict()], retry)).toBeUndefined();
    expect(forbiddingVerdict(image, [verdict()], { ...retry, digest: other })).toBeDefined();
    expect(
      forbiddingVerdict(image, [verdict()], { ...retry, at: "2026-11-24T10:19:59Z" }),
    ).toBeDefined();
    expect(
      forbiddingVerdict(image, [verdict(), verdict({ finishedAt: "2026-11-24T13:00:00Z" })], retry)
        ?.finishedAt,
    ).toBe("2026-11-24T13:00:00Z");
  });
});

it("the newest verdict of a region is found in any order, over one image or any", () => {
  const verdicts = [
    verdict({ finishedAt: "2026-11-24T09:00:00Z" }),
    verdict({ digest: other, finishedAt: "2026-11-24T12:00:00Z" }),
    verdict(),
    verdict({ region: "eu-central-1", finishedAt: "2026-11-25T00:00:00Z" }),
  ];
  expect(latestVerdict(verdicts, "eu-west-1")?.digest).toBe(other);
  expect(latestVerdict(verdicts, "eu-west-1", image)?.finishedAt).toBe("2026-11-24T10:20:00Z");
  expect(latestVerdict(verdicts, "us-east-1")).toBeUndefined();
});

it("a verdict's file is named by version, region and time", () => {
  expect(verdictFile(verdict())).toBe("1.4.0-eu-west-1-20261124T102000Z.json");
});

it("a decision needs a reason in words and its ledger entry", () => {
  const keys = (given: object) =>
    retrySchema.safeParse(given).error?.issues.map((issue) => issue.path.join("."));
  expect(keys(retry)).toBeUndefined();
  expect(keys({ ...retry, reason: "because" })).toEqual(["reason"]);
  expect(keys({ ...retry, ledger: "later" })).toEqual(["ledger"]);
});

describe("verdicts on record", () => {
  let folder = "";
  beforeEach(() =>
    mkdirSync(
      join(
        (folder = mkdtempSync(join(tmpdir(), "causeway-verdicts-"))),
        "loan-approval",
        "verdicts",
      ),
      { recursive: true },
    ),
  );
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, value: unknown) =>
    writeFileSync(join(folder, "loan-approval", "verdicts", name), JSON.stringify(value));

  it("are read by file name; a model without any has none", () => {
    write("b.json", verdict({ version: "2.0.0" }));
    write("a.json", verdict());
    expect(loadVerdicts(folder, "loan-approval").map(({ version }) => version)).toEqual([
      "1.4.0",
      "2.0.0",
    ]);
    expect(loadVerdicts(folder, "fraud")).toEqual([]);
  });

  it("are refused where a field is wrong or the model is another", () => {
    write("a.json", { ...verdict(), outcome: "fine" });
    expect(() => loadVerdicts(folder, "loan-approval")).toThrow(
      /a\.json has 1 problem:\n {2}- outcome: got "fine"/,
    );
    write("a.json", verdict({ model: "fraud" }));
    expect(() => loadVerdicts(folder, "loan-approval")).toThrow(
      'model: got "fraud", allowed: the name of its folder, loan-approval',
    );
  });
});
