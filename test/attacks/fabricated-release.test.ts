import { enveloped, statementOf } from "../../services/evidence/attestation";
import { attestedRelease } from "../../services/delivery/promote";
import { promote, type Promotion } from "../../services/delivery/promotion";
import { region } from "../support/rollouts";
import { testKey } from "../support/signing";
import { promotion, release } from "../services/delivery/promotion-fixture";

/** Whoever starts the promoter, or writes its orders, brings a release that nobody signed. */
const [ours, other] = [testKey("p256"), testKey()];
const statement = statementOf(release, {});
const signed = enveloped(statement, [ours.signer]);
const promoted = async (more: Partial<Promotion>) => {
  const one = region("eu-west-1", "Healthy");
  await promote(promotion([one], { trustedKeys: [ours.publicKey], ...more }));
  return one.patches;
};

test("a release that is signed by a trusted key is promoted", async () => {
  expect(await promoted({ ...attestedRelease(JSON.stringify(signed)) })).toBe(1);
});

test.each<[string, Partial<Promotion>, string]>([
  ["unsigned", { attestation: enveloped(statement, []) }, "no signature"],
  ["signed by another key", { attestation: enveloped(statement, [other.signer]) }, "other keys"],
  [
    "with a payload that was changed under its signature",
    attestedRelease(
      JSON.stringify({
        ...signed,
        payload: enveloped(statementOf({ ...release, version: "9.9.9" }, {}), []).payload,
      }),
    ),
    "over another text",
  ],
  [
    "another than the one that was attested",
    { attestation: signed, release: { ...release, version: "9.9.9" } },
    "another release",
  ],
])("a release that is %s is not promoted", async (_, more, message) => {
  await expect(promoted(more)).rejects.toThrow(message);
});

test("an attestation over no release is none", () => {
  const text = JSON.stringify({ ...signed, payload: "e30=" });
  expect(() => attestedRelease(text)).toThrow("an in-toto statement over a release");
});
