import {
  overtaking,
  refuseOvertaken,
  type Standing,
} from "../../../../infra/workflows/retraining/overtaken";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const verdict = (outcome: "promoted" | "rolled-back", of: string, finishedAt: string) => ({
  outcome,
  digest: digest(of),
  finishedAt,
  region: "eu-west-1",
  version: "1.0.1",
});
const standing: Standing = {
  contract: { name: "loan-approval" },
  release: { version: "1.0.0", createdAt: "2026-11-20T00:00:00Z" },
  image: undefined,
  declaredDigest: digest("a"),
  verdicts: [],
};

test.each<[string, Partial<Standing>, boolean]>([
  ["no verdict", {}, false],
  [
    "a promotion of the very image",
    { verdicts: [verdict("promoted", "a", "2026-11-21T00:00:00Z")] },
    false,
  ],
  [
    "a later promotion of another image",
    { verdicts: [verdict("promoted", "b", "2026-11-21T00:00:00Z")] },
    true,
  ],
  [
    "another image that was rolled back",
    { verdicts: [verdict("rolled-back", "b", "2026-11-21T00:00:00Z")] },
    false,
  ],
  [
    "another image from before the manifest",
    { verdicts: [verdict("promoted", "b", "2026-11-19T00:00:00Z")] },
    false,
  ],
  [
    "another image, and then this one again",
    {
      verdicts: [
        verdict("promoted", "a", "2026-11-22T00:00:00Z"),
        verdict("promoted", "b", "2026-11-21T00:00:00Z"),
      ],
    },
    false,
  ],
  [
    "an image that the stack file names",
    { image: `r/m@${digest("a")}`, verdicts: [verdict("promoted", "b", "2026-11-21T00:00:00Z")] },
    false,
  ],
])("with %s, the manifest of the repository is overtaken: %s", (_, more, overtaken) => {
  expect(overtaking({ ...standing, ...more }) !== undefined).toBe(overtaken);
});

test("an update with an overtaken manifest is refused with what to do, a preview is not", () => {
  const models = [{ ...standing, verdicts: [verdict("promoted", "b", "2026-11-21T00:00:00Z")] }];
  expect(() => refuseOvertaken(models, false)).toThrow(
    `loan-approval 1.0.1 (${digest("b")}) was promoted in eu-west-1 at 2026-11-21T00:00:00Z, after 1.0.0 of the repository was made. Take its release into services/models/loan-approval/release`,
  );
  expect(() => refuseOvertaken(models, true)).not.toThrow();
});
