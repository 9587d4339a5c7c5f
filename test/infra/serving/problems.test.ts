import { checkedImage, modelServiceProblems } from "../../../infra/serving/problems";
import { maximumDocumentBytes } from "../../../infra/serving/documents";
import { duration } from "../../../services/contract/units";
import { args, contract, image, release, withRelease } from "./fixture";

type Args = typeof args;
const problems = (change: Partial<Args>) => modelServiceProblems({ ...args, ...change });
const named = (name: string): Partial<Args> => ({
  contract: { ...contract, name },
  release: { ...release, model: name },
});

describe("modelServiceProblems", () => {
  it("has nothing to say of good arguments", () => {
    expect(problems({})).toEqual([]);
  });

  it.each<[string, Partial<Args>, string[]]>([
    [
      "no replicas",
      { environment: "dev", replicas: { min: 0, max: 3 } },
      ["replicas.min (0) must be a whole number, 1 or more"],
    ],
    [
      "half a replica",
      { environment: "dev", replicas: { min: 1.5, max: 3 } },
      ["replicas.min (1.5) must be a whole number, 1 or more"],
    ],
    [
      "bounds that cross",
      { replicas: { min: 5, max: 3 } },
      ["replicas.min (5) must be at most replicas.max (3)"],
    ],
    [
      "two replicas in prod",
      { replicas: { min: 2, max: 3 } },
      ["replicas.min (2) must be 3 or more in prod, one for each zone"],
    ],
    [
      "an outcome window that is longer than labels may take",
      {
        contract: withRelease({ outcomeWindow: duration.parse("40 days") }).contract,
      },
      ["release.outcomeWindow (40 days) must be at most slos.labelDelay (30 days)"],
    ],
    [
      "a tag in prod",
      { image: "loan-approval:1.4.0" },
      [
        "image (loan-approval:1.4.0) must be by digest in prod, such as name@sha256:<64 hexadecimal digits>: tags move",
      ],
    ],
    [
      "a short digest in prod",
      { image: "loan-approval@sha256:abc" },
      [
        "image (loan-approval@sha256:abc) must be by digest in prod, such as name@sha256:<64 hexadecimal digits>: tags move",
      ],
    ],
    [
      "another model's release",
      { release: { ...release, model: "other" } },
      ["release.model (other) must be the contract's name (loan-approval)"],
    ],
    [
      "a prohibited practice",
      { contract: { ...contract, riskTier: "prohibited" } },
      [
        "contract.riskTier (prohibited) must be minimal, limited or high: a prohibited practice (EU AI Act Art. 5) is not deployed",
      ],
    ],
    [
      "high risk without approval",
      { contract: { ...contract, release: { ...contract.release, channel: "automatic" } } },
      ["contract.release.channel (automatic) must be approval, because the risk tier is high"],
    ],
  ])("refuses %s", (_, change, expected) => {
    expect(problems(change)).toEqual(expected);
  });

  it.each<[string, Partial<Args>]>([
    ["two replicas in dev", { environment: "dev", replicas: { min: 2, max: 3 } }],
    ["a tag in dev", { environment: "dev", image: "loan-approval:1.4.0" }],
    [
      "lower risk on the automatic channel",
      {
        contract: {
          ...contract,
          riskTier: "limited",
          release: { ...contract.release, channel: "automatic" },
        },
      },
    ],
  ])("accepts %s", (_, change) => {
    expect(problems(change)).toEqual([]);
  });

  it("accepts a name whose longest derived name has 63 characters", () => {
    expect(problems(named("m".repeat(51)))).toEqual([]);
  });

  it("names the derived names that would be too long", () => {
    expect(problems(named("m".repeat(57)))).toEqual(
      ["-stable", "-canary", "-feedback", "-comparison", "-decision", "-attest"].map(
        (suffix) =>
          `the name ${"m".repeat(57)}${suffix} (${57 + suffix.length} characters) must be at most 63 characters: shorten the model's name`,
      ),
    );
  });

  it("refuses a contract that no pod can carry", () => {
    const purpose = "x".repeat(maximumDocumentBytes);
    expect(problems({ contract: { ...contract, purpose } })).toEqual([
      expect.stringMatching(
        /^contract and release manifest \(\d+ bytes\) must be at most 204800 bytes together/,
      ),
    ]);
  });

  it("holds an image that becomes known later to the same rule", () => {
    expect(checkedImage(image, "prod")).toBe(image);
    expect(checkedImage("loan-approval:1.4.0", "dev")).toBe("loan-approval:1.4.0");
    expect(() => checkedImage("loan-approval:1.4.0", "prod")).toThrow(
      "image (loan-approval:1.4.0) must be by digest in prod",
    );
  });

  it("reports everything at once", () => {
    expect(
      problems({
        replicas: { min: 0, max: -1 },
        image: "x",
        release: { ...release, model: "other" },
      }),
    ).toHaveLength(5);
  });
});
