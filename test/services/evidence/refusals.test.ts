import {
  overtakenRelease,
  unsignedRelease,
  type Standing,
} from "../../../services/evidence/refusals";
import { verdict } from "../../support/verdicts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const judged = (outcome: "promoted" | "rolled-back", of: string, finishedAt: string) =>
  verdict({ outcome, digest: digest(of), finishedAt, version: "1.0.1" });
const standing: Standing = {
  release: { version: "1.0.0", createdAt: "2026-11-20T00:00:00Z" },
  imageNamed: false,
  declaredDigest: digest("a"),
  verdicts: [],
};

test.each<[string, Partial<Standing>, boolean]>([
  ["no verdict", {}, false],
  [
    "a promotion of the very image",
    { verdicts: [judged("promoted", "a", "2026-11-21T00:00:00Z")] },
    false,
  ],
  [
    "a later promotion of another image",
    { verdicts: [judged("promoted", "b", "2026-11-21T00:00:00Z")] },
    true,
  ],
  [
    "another image that was rolled back",
    { verdicts: [judged("rolled-back", "b", "2026-11-21T00:00:00Z")] },
    false,
  ],
  [
    "another image from before the manifest",
    { verdicts: [judged("promoted", "b", "2026-11-19T00:00:00Z")] },
    false,
  ],
  [
    "another image, and then this one again",
    {
      verdicts: [
        judged("promoted", "a", "2026-11-22T00:00:00Z"),
        judged("promoted", "b", "2026-11-21T00:00:00Z"),
      ],
    },
    false,
  ],
  [
    "an image that the stack file names",
    { imageNamed: true, verdicts: [judged("promoted", "b", "2026-11-21T00:00:00Z")] },
    false,
  ],
])("with %s, the release of the repository is overtaken: %s", (_, more, overtaken) => {
  expect(overtakenRelease("loan-approval", { ...standing, ...more }) !== undefined).toBe(overtaken);
});

test("an overtaken release is told what overtook it, and what to do", () => {
  expect(
    overtakenRelease("loan-approval", {
      ...standing,
      verdicts: [judged("promoted", "b", "2026-11-21T00:00:00Z")],
    }),
  ).toEqual({
    message: `Model "loan-approval" must not go back to 1.0.0 of the repository, got 1.0.1 (${digest("b")}) promoted in eu-west-1 at 2026-11-21T00:00:00Z, after that was made`,
    remedy:
      "take the promoted release into services/models/loan-approval/release, or name an image in the stack file to go back on purpose",
  });
});

test.each([
  ["untrusted", "must be signed by a key of causeway:trustedKeys, got a signature by another key"],
  ["unchecked", "before it is served, got a signature, but the stack trusts no key"],
  ["none", "before it is served, got no signature"],
  [undefined, "before it is served, got no signature"],
])("a signature that is %s is told as what it is", (signature, message) => {
  expect(unsignedRelease("loan-approval", signature)?.message).toContain(message);
});
