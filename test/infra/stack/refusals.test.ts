import * as pulumi from "@pulumi/pulumi";
import { deliveryEvidence } from "../../../infra/serving/delivery";
import { loadModels, type Model } from "../../../infra/stack/models";
import { modelsFolder } from "../../harness/fixtures";
import { acceptedImage, refusals, refuseUpdate, unlessFailed } from "../../../infra/stack/refusals";
import { rules } from "../../../policies/rules";
import { localStack } from "../../support/local-stack";
import { retry, verdict } from "../../support/verdicts";
import { evidence } from "../../../infra/serving/model-service";

const [sample] = loadModels(localStack(), modelsFolder) as [Model];
const { name } = sample.contract;
const released = sample.release.image.digest;
const other = verdict().digest;
const image = (digest: string) => `registry.example.com/${name}@${digest}`;
const images = { training: image(released), delivery: image(other) };

/** A model that nothing refuses. */
const good: Model = {
  ...sample,
  release: { ...sample.release, published: true },
  verification: { ...sample.verification, signature: "trusted", problems: [] },
  governance: {
    ...sample.governance,
    biasAudit: {
      organisation: "Example Audits",
      version: "1.0.0",
      at: "2026-06-01T00:00:00Z",
      expired: false,
    },
  },
};
const failed = { ...good, verdicts: [verdict({ digest: released })] };
const overtaken = {
  ...good,
  verdicts: [verdict({ outcome: "promoted", finishedAt: "2126-11-24T10:20:00Z" })],
};

/** What an update is refused for, a line for each reason; nothing where it goes through. */
function reasons(models: readonly Model[], update: Parameters<typeof refuseUpdate>[0]): string[] {
  try {
    refuseUpdate(update, models);
    return [];
  } catch (error) {
    if (!(error instanceof pulumi.RunError)) throw error;
    return error.message.split("\n  - ").slice(1);
  }
}
const prod = { environment: "prod", stage: "models", images } as const;

/** By rule, what makes it speak: a model, or images that the stack file names. */
const situations: Readonly<Record<string, Model | { readonly images: object }>> = {
  "governance-model-published": { ...good, release: { ...good.release, published: false } },
  "governance-model-signature": {
    ...good,
    verification: { ...good.verification, signature: "unchecked" },
  },
  "governance-model-attestation": {
    ...good,
    verification: { ...good.verification, problems: ["model.onnx: got one, allowed: another"] },
  },
  "governance-model-bias-audit": { ...good, governance: {} as Model["governance"] },
  "governance-model-verdict": failed,
  "governance-model-overtaken": overtaken,
  "governance-image-published": { images: { training: images.training } },
};

describe("each refusal of the table", () => {
  it("has a situation here", () =>
    expect(refusals.map(({ rule }) => rule)).toEqual(Object.keys(situations)));

  it.each(Object.entries(situations))("%s says what its rule says", (name, situation) => {
    const rule = rules.find((each) => each.name === name)!;
    if (rule.kind !== "resource") throw new Error("a rule over one resource");
    const isModel = "contract" in situation;
    const [line, ...more] = isModel
      ? reasons([situation], prod)
      : reasons([good], { ...prod, ...situation });
    const props = isModel
      ? {
          ...evidence({
            ...situation,
            environment: "prod",
            region: "eu-west-1",
            regions: 1,
            host: "models.example.com",
            prometheusAddress: "",
          }),
          ...deliveryEvidence(situation),
        }
      : { imageEvidence: { training: { published: true }, delivery: { published: false } } };
    const [message, ...others] = rule.check({ type: rule.types[0]!, name: "subject", props }, {});
    expect([more, others]).toEqual([[], []]);
    expect(line!.startsWith(message!.split(": npx")[0]!)).toBe(true);
    expect(line).toMatch(new RegExp(` \\(${name}\\)$`));
  });
});

describe("an update", () => {
  it("is refused for all reasons at once, each with what to do", () => {
    const bad = [
      { ...situations["governance-model-published"], verdicts: failed.verdicts } as Model,
      { ...good, contract: { ...good.contract, name: "other" }, governance: {} } as Model,
    ];
    expect(() =>
      refuseUpdate({ environment: "prod", stage: "models", images: undefined }, bad),
    ).toThrow(
      `the update of prod is refused for 5 reasons:
  - Model "loan-approval" must be published before its release ${good.release.version} can serve: npx causeway release publish loan-approval --repository <repository URL from the stack outputs> (governance-model-published)
  - Model "other" must have a bias audit by an external party within the last 365 days, got none: record it in services/models/other/bias-audit.json (docs/governance.md) (governance-model-bias-audit)
  - Model "loan-approval" must not be released again as 1.4.0 (${released}): it was rolled-back in eu-west-1 at 2026-11-24T10:20:00Z, ${verdict().message}: serve another release, or decide to try this one again: npx causeway delivery override loan-approval --reason "..." (governance-model-verdict)
  - Image "training" must be published before an update of prod, got the digest of its build inputs: npx causeway release publish-image training --repository <URL>, and set causeway:images.training to repository@sha256:... (governance-image-published)
  - Image "delivery" must be published before an update of prod, got the digest of its build inputs: npx causeway release publish-image delivery --repository <URL>, and set causeway:images.delivery to repository@sha256:... (governance-image-published)`,
    );
  });

  it.each(["foundation", "platform"] as const)(
    "of the stage %s goes through: what is to be published needs its registries first",
    (stage) =>
      expect(reasons([{ ...failed, ...sample }], { ...prod, stage, images: undefined })).toEqual(
        [],
      ),
  );

  it("goes through where nothing is wrong", () => expect(reasons([good], prod)).toEqual([]));

  it("of another environment than prod is refused only for what failed or was overtaken", () => {
    const found = (model: Model) =>
      reasons([model], { environment: "dev", stage: "models", images: undefined });
    expect(found(sample)).toEqual([]);
    expect(found({ ...sample, verdicts: failed.verdicts })).toHaveLength(1);
    expect(found({ ...sample, verdicts: overtaken.verdicts })).toHaveLength(1);
  });

  it("goes through with a promotion of its image, and with a decision in the stack file", () => {
    expect(
      reasons(
        [
          {
            ...good,
            verdicts: [
              ...failed.verdicts,
              verdict({
                digest: released,
                outcome: "promoted",
                finishedAt: "2026-11-25T00:00:00Z",
              }),
            ],
          },
        ],
        prod,
      ),
    ).toEqual([]);
    expect(reasons([{ ...failed, retry: { ...retry, digest: released } }], prod)).toEqual([]);
  });

  it("is judged by the image of the stack file where that names one", () => {
    const named = { ...good, image: image(other), declaredDigest: other, imageNamed: true };
    expect(reasons([{ ...named, verdicts: [verdict()] }], prod)).toEqual([
      expect.stringContaining(`(${other}): it was rolled-back`),
    ]);
    expect(reasons([{ ...overtaken, image: image(released), imageNamed: true }], prod)).toEqual([]);
  });

  it("needs no audit for a lower tier, and a new one once the last is too old", () => {
    const contract = { ...good.contract, riskTier: "limited" as const };
    expect(reasons([{ ...good, contract, governance: {} as Model["governance"] }], prod)).toEqual(
      [],
    );
    const expired = { ...good.governance.biasAudit!, at: "2025-01-01T00:00:00Z", expired: true };
    expect(
      reasons([{ ...good, governance: { ...good.governance, biasAudit: expired } }], prod),
    ).toEqual([expect.stringContaining("got one of 2025-01-01T00:00:00Z by Example Audits")]);
  });
});

describe("an image that is built in the update", () => {
  const known = (value: pulumi.Input<string>) =>
    new Promise<string>((resolve) => void pulumi.output(value).apply(resolve));
  const built = () => pulumi.output(image(other));

  it("passes where it has no failed verdict, and in a preview", async () => {
    expect(await known(unlessFailed(good, built(), false))).toBe(await known(built()));
    const preview = built();
    expect(unlessFailed({ ...good, verdicts: [verdict()] }, preview, true)).toBe(preview);
  });

  it("is refused as soon as its digest is known and was rolled back", () => {
    expect(() => acceptedImage({ ...good, verdicts: [verdict()] }, image(other))).toThrow(
      `must not be released again as 1.4.0 (${other}): it was rolled-back in eu-west-1`,
    );
  });
});
