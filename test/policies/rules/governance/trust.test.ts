import { rule as age } from "../../../../policies/rules/governance/model-age";
import { rule as attestation } from "../../../../policies/rules/governance/model-attestation";
import { rule as imagePublished } from "../../../../policies/rules/governance/image-published";
import { rule as imageScan } from "../../../../policies/rules/governance/image-scan";
import { rule as overtaken } from "../../../../policies/rules/governance/model-overtaken";
import { rule as format } from "../../../../policies/rules/governance/model-format";
import { rule as scan } from "../../../../policies/rules/governance/model-scan";
import { rule as signature } from "../../../../policies/rules/governance/model-signature";
import { rule as signed } from "../../../../policies/rules/governance/model-signed";
import { ruleSuite, set, unset } from "../../../support/rule-suite";
import { verdict } from "../../../support/verdicts";
import { goodModelService } from "./good";

const type = "causeway:serving:ModelService";
const good = goodModelService();

ruleSuite(attestation, {
  type,
  good,
  deviations: {
    "a file that is not the attested one": (g) => ({
      deviant: set(g, "verification.problems", ["digest of model.onnx: got another"]),
      message:
        /Model "scorer" must be the release that was attested: digest of model\.onnx: got another/,
    }),
  },
});

ruleSuite(signature, {
  type,
  good,
  deviations: {
    "a signature by another key": (g) => ({
      deviant: set(g, "verification.signature", "untrusted"),
      message: /got a signature by another key or over other bytes/,
    }),
    "a signature that nobody can verify": (g) => ({
      deviant: set(g, "verification.signature", "unchecked"),
      message: /got a signature, but the stack trusts no key/,
    }),
  },
  configured: [
    {
      title: "a release that is not checked on a laptop",
      parameters: { required: false },
      subject: (g) => set(g, "verification.signature", "unchecked"),
      fires: false,
    },
    {
      title: "another key's release on a laptop",
      parameters: { required: false },
      subject: (g) => set(g, "verification.signature", "untrusted"),
      fires: true,
    },
    {
      title: "an unsigned release in prod",
      parameters: { required: true },
      subject: (g) => set(g, "verification.signature", "none"),
      fires: true,
    },
    {
      title: "an unsigned release in prod that is not published",
      parameters: { required: true },
      subject: (g) => set(set(g, "verification.signature", "none"), "release.published", false),
      fires: false,
    },
  ],
});

ruleSuite(scan, {
  type,
  good,
  deviations: {
    "no scan": (g) => ({
      deviant: unset(g, "release.scan"),
      message: /must have a scan of its image in release\.scan, got none/,
    }),
    "a scan of another image": (g) => ({
      deviant: set(g, "release.scan.digest", `sha256:${"b".repeat(64)}`),
      message: /got one of sha256:b{64}/,
    }),
    "a severe finding": (g) => ({
      deviant: set(g, "release.scan.highest", "critical"),
      message: /must have no finding above medium in its image, got critical by Amazon ECR/,
    }),
  },
  configured: [
    {
      title: "a high finding where high is accepted",
      parameters: { highest: "high" },
      subject: (g) => set(g, "release.scan.highest", "high"),
      fires: false,
    },
    {
      title: "any finding where none is accepted",
      parameters: { highest: "none" },
      subject: (g) => g,
      fires: true,
    },
    {
      title: "an image without a scan on a laptop",
      parameters: { required: false },
      subject: (g) => unset(g, "release.scan"),
      fires: false,
    },
  ],
});

ruleSuite(format, {
  type,
  good,
  deviations: {
    "a pickle": (g) => ({
      deviant: set(g, "verification.format", "pickle"),
      message: /must be an ONNX file, got pickle/,
    }),
    "an archive": (g) => set(g, "verification.format", "archive"),
    "a tensor in another file": (g) => ({
      deviant: set(g, "verification.format", 'onnx with external data: tensor "w" of model.graph'),
      message: /must be an ONNX file, got onnx with external data: tensor "w" of model\.graph/,
    }),
  },
});

ruleSuite(age, {
  type,
  good,
  deviations: {
    "a release that is too old": (g) => ({
      deviant: set(g, "verification.expired", true),
      message: /must not serve a release older than 180 days, got one of 2026-11-24T12:00:00Z/,
    }),
  },
});

describe("governance-model-signed", () => {
  it("says of an unsigned release that it is one, as an advisory, and of no other", () => {
    const judged = (state: string) =>
      signed.check({ type, name: "scorer", props: set(good, "verification.signature", state) }, {});
    expect([signed.enforcement, ...["trusted", "unchecked", "untrusted"].flatMap(judged)]).toEqual([
      "advisory",
    ]);
    expect(judged("none")).toEqual([
      'Model "scorer" must have a signed release, got an unsigned one',
    ]);
  });
});

const published = {
  digest: `sha256:${"a".repeat(64)}`,
  published: true,
  bill: `sha256:${"b".repeat(64)}`,
};
const onRecord = {
  ...published,
  record: {
    image: { repository: "registry/training", digest: published.digest },
    revision: "c".repeat(40),
    bill: published.bill,
    scan: {
      scanner: "Amazon ECR",
      at: "2026-11-29T00:00:00Z",
      digest: published.digest,
      highest: "low",
    },
  },
};

const promotion = verdict({
  version: "1.0.1",
  digest: `sha256:${"f".repeat(64)}`,
  outcome: "promoted",
  finishedAt: "2026-11-25T00:00:00Z",
});
const imagesOnRecord = {
  region: "eu-west-1",
  imageEvidence: { training: onRecord, delivery: onRecord },
};

ruleSuite(imagePublished, {
  type: "causeway:regional:Retraining",
  good: imagesOnRecord,
  deviations: {
    // Of an image that is not published, governance-image-scan asks nothing.
    "an image that the stack file does not name": (g) => ({
      deviant: set(g, "imageEvidence.delivery", { ...published, published: false }),
      message: /^Image "delivery" must be published before an update of prod/,
    }),
  },
  configured: [
    {
      title: "an unpublished image outside of prod",
      parameters: { required: false },
      subject: (g) => set(g, "imageEvidence.training.published", false),
      fires: false,
    },
  ],
});

ruleSuite(overtaken, {
  type,
  good,
  deviations: {
    "a promotion of another image after the release was made": (g) => ({
      deviant: { ...g, verdicts: [promotion] },
      message:
        /^Model "scorer" must not go back to 1\.0\.0 of the repository, got 1\.0\.1 \(sha256:f+\) promoted/,
    }),
  },
});

describe("governance-model-overtaken", () => {
  it("says nothing of an image that the stack file names, or of verdicts that another rule refuses", () => {
    const found = (more: object) =>
      overtaken.check({ type, name: "scorer", props: { ...good, ...more } }, {});
    expect(found({ verdicts: [promotion], imageNamed: true })).toEqual([]);
    expect(found({ verdicts: [{ outcome: "promoted" }] })).toEqual([]);
  });
});

ruleSuite(imageScan, {
  type: "causeway:regional:Retraining",
  good: imagesOnRecord,
  deviations: {
    "nothing known of the images": (g) => ({
      deviant: unset(g, "imageEvidence"),
      message: /must say in imageEvidence what is known of its images, got nothing/,
    }),
    "an image without a record": (g) => ({
      deviant: unset(g, "imageEvidence.training.record"),
      message:
        /must be the one on record in images\/training\.json, got sha256:a{64}, on record is none/,
    }),
    "another image than the one on record": (g) =>
      set(g, "imageEvidence.training.digest", `sha256:${"0".repeat(64)}`),
    "no scan": (g) => ({
      deviant: unset(g, "imageEvidence.training.record.scan"),
      message: /must have a scan of itself on record, got none/,
    }),
    "a scan of another image": (g) =>
      set(g, "imageEvidence.training.record.scan.digest", `sha256:${"0".repeat(64)}`),
    "a severe finding": (g) => ({
      deviant: set(g, "imageEvidence.training.record.scan.highest", "high"),
      message: /must have no finding above medium, got high by Amazon ECR/,
    }),
    "a bill of materials of other locks": (g) => ({
      deviant: set(g, "imageEvidence.training.bill", `sha256:${"0".repeat(64)}`),
      message: /must have the bill of materials of the repository/,
    }),
    "an image without a bill of materials": (g) => unset(g, "imageEvidence.training.record.bill"),
    "the promoter published without a record": (g) => unset(g, "imageEvidence.delivery.record"),
  },
  configured: [
    {
      title: "a high finding where high is accepted",
      parameters: { highest: "high" },
      subject: (g) => set(g, "imageEvidence.training.record.scan.highest", "high"),
      fires: false,
    },
    {
      title: "no scan on a laptop",
      parameters: { required: false },
      subject: (g) => unset(g, "imageEvidence.training.record.scan"),
      fires: false,
    },
  ],
});
