/** @jest-environment ./test/services/model-server/support/environment.ts */
import { createHash } from "node:crypto";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { contractJson } from "../../../services/contract/contract";
import { InputError } from "../../../services/contract/problems";
import { releaseSchema, servedRelease } from "../../../services/evidence/release";
import { attest } from "../../../cli/release/attestation";
import { testKey } from "../../support/signing";
import { loadVerified, type ReleaseFiles } from "../../../services/model-server/release/load";
import { change, changeJson, copiedModel, filesIn, sealed } from "./support/release";
import { jsonIn, root } from "./support/server";

const golden = join(root, "test", "services", "model-server", "golden");

describe("loading a release", () => {
  let folder: string;
  beforeEach(() => (folder = copiedModel()));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string) => join(folder, "release", name);
  const manifest = () => jsonIn(file("manifest.json"));

  async function problems(files: ReleaseFiles = filesIn(folder)): Promise<[string, string][]> {
    const error = await loadVerified(files).catch((reason: unknown) => reason);
    if (!(error instanceof InputError))
      throw new Error(`expected an InputError, got ${String(error)}`);
    return error.problems.map((problem) => [problem.key, problem.allowed]);
  }

  test("takes the sample, as it is in the repository and as a pod sees it", async () => {
    expect((await loadVerified(filesIn(folder))).release.model).toBe("loan-approval");
    const served = Object.fromEntries(
      Object.entries(manifest()).filter(([key]) => key !== "approvals"),
    );
    const contract = join(folder, "contract.json");
    writeFileSync(contract, contractJson((await loadVerified(filesIn(folder))).contract));
    const pods = join(folder, "release.json");
    writeFileSync(pods, JSON.stringify(served));
    expect((await loadVerified({ ...filesIn(folder), contract, manifest: pods })).anyRows).toBe(
      true,
    );
  });

  test("refuses a model of which one bit is wrong", async () => {
    const { model } = manifest().digests;
    change(file("model.onnx"), (bytes) => {
      bytes[2_000] = bytes[2_000]! ^ 1;
      return bytes;
    });
    expect(await problems()).toEqual([
      ["digest of model.onnx", `${model}, as was attested`],
      ["digest of model.onnx in manifest.json", `${model}, as was attested`],
      ["format of model.onnx", "onnx"],
    ]);
  });

  test("refuses a reference and an explainer that are not the manifest's, both at once", async () => {
    changeJson(file("reference.json"), (reference) => (reference.threshold = 0.1));
    changeJson(file("explainer.json"), (explainer) => (explainer.expected = 0));
    expect((await problems()).map(([key]) => key)).toEqual(
      expect.arrayContaining(["digest of reference.json", "digest of explainer.json"]),
    );
  });

  test("refuses bytes that are no model, even when the manifest says so", async () => {
    change(file("model.onnx"), (bytes) => bytes.subarray(0, 500));
    sealed(folder);
    expect(await problems()).toEqual([["format of model.onnx", "onnx"]]);
  });

  test("refuses a graph whose input has another name", async () => {
    change(file("model.onnx"), (bytes) =>
      Buffer.from(bytes.toString("latin1").replaceAll("features", "featurez"), "latin1"),
    );
    sealed(folder);
    expect(await problems()).toEqual([
      ["inputs of model.onnx", "one float32 tensor features of shape [rows, 16]"],
    ]);
  });

  test("refuses a graph of another width", async () => {
    change(file("model.onnx"), () => readFileSync(join(golden, "linear.onnx")));
    sealed(folder);
    expect(await problems()).toEqual([
      ["inputs of model.onnx", "one float32 tensor features of shape [rows, 16]"],
    ]);
  });

  test("refuses a graph without the output that the reference names", async () => {
    changeJson(file("reference.json"), (reference) => (reference.output = "logits"));
    sealed(folder);
    expect(await problems()).toEqual([
      ["outputs of model.onnx", "a float32 tensor logits of shape [rows]"],
    ]);
  });

  test("refuses documents that do not fit the contract, with every difference", async () => {
    changeJson(file("reference.json"), (reference) => {
      reference.threshold = 0.5;
      reference.features.reverse();
    });
    changeJson(file("explainer.json"), (explainer) => explainer.background.push([1, 2]));
    sealed(folder);
    expect((await problems()).map(([key]) => key)).toEqual([
      "reference.json: threshold",
      "reference.json: features",
      "explainer.json: values in each row of the background",
    ]);
  });

  test("refuses a manifest of another model and files that are missing", async () => {
    changeJson(file("manifest.json"), (content) => (content.model = "other"));
    attest(join(folder, "release"), []);
    expect(await problems()).toEqual([
      ["manifest: model", "loan-approval, the name in the contract"],
    ]);
    rmSync(file("explainer.json"));
    expect((await problems()).map(([key]) => key)).toContain("digest of explainer.json");
    rmSync(file("attestation.json"));
    expect((await problems()).slice(1)).toEqual([
      ["attestation.json", "an in-toto statement over a release in a DSSE envelope"],
    ]);
  });

  test("refuses a pickle under the name of a model, even when it is attested", async () => {
    change(file("model.onnx"), () => Buffer.from([0x80, 0x04, 0x95, 0x0c]));
    sealed(folder);
    expect(await problems()).toEqual([["format of model.onnx", "onnx"]]);
  });

  describe.each(["ed25519", "p256"] as const)("with a trusted %s key", (kind) => {
    const [ours, other] = [testKey(kind), testKey(kind)];
    const trusting = (...keys: string[]) => ({
      ...filesIn(folder),
      trustedKeys: keys.length > 0 ? keys : [ours.publicKey],
    });
    const signature: [string, string] = [
      "signature of attestation.json",
      "a signature by one of the trusted keys",
    ];

    test("takes a release that the key signed, beside others that are trusted too", async () => {
      attest(join(folder, "release"), [ours.signer]);
      expect((await loadVerified(trusting())).release.model).toBe("loan-approval");
      expect((await loadVerified(trusting(other.publicKey, ours.publicKey))).release.model).toBe(
        "loan-approval",
      );
    });

    test("refuses a release that nobody signed, or another key, or whose signature is of something else", async () => {
      expect(await problems(trusting())).toEqual([signature]);
      attest(join(folder, "release"), [other.signer]);
      expect(await problems(trusting())).toEqual([signature]);
      attest(join(folder, "release"), [
        {
          ...ours.signer,
          sign: (message) => ours.signer.sign(Buffer.concat([message, Buffer.from(" ")])),
        },
      ]);
      expect(await problems(trusting())).toEqual([signature]);
    });

    test("takes the manifest of a pod, which knows of publication and approvals what the image cannot, and no other change", async () => {
      attest(join(folder, "release"), [ours.signer]);
      const served = servedRelease({
        ...releaseSchema.parse(manifest()),
        published: true,
        image: { repository: "models/loan-approval", digest: `sha256:${"a".repeat(64)}` },
      });
      const given = { ...trusting(), manifest: join(folder, "release.json") };
      writeFileSync(given.manifest, JSON.stringify(served));
      expect((await loadVerified(given)).release.published).toBe(true);
      for (const change of [
        { version: "1.0.1" },
        { digests: { ...served.digests, data: `sha256:${"0".repeat(64)}` } },
        { createdAt: "2026-11-25T00:00:00Z" },
      ]) {
        writeFileSync(given.manifest, JSON.stringify({ ...served, ...change }));
        expect(await problems(given)).toEqual([
          ["manifest", "what was attested; only publication and approvals may differ"],
        ]);
      }
    });
  });

  describe("approvals of the published release", () => {
    const ours = testKey("p256");
    const image = { repository: "models/loan-approval", digest: `sha256:${"a".repeat(64)}` };
    const approval = (role: string, actor: string, more: object = {}) => ({
      role,
      at: "2026-11-25T00:00:00Z",
      actor,
      image: image.digest,
      reference: createHash("sha256")
        .update(role + actor)
        .digest("hex"),
      ...more,
    });
    const both = [
      approval("model-risk", "risk@example.com"),
      approval("ethics-board", "chair@example.com"),
    ];

    /** A pod of the published release, and the attestation that the cluster shows beside it. */
    async function pod(
      approvals: readonly object[],
      change: (published: Record<string, unknown>) => object = (published) => published,
      signers = [ours.signer],
    ): Promise<ReleaseFiles> {
      attest(join(folder, "release"), [ours.signer]);
      const packaged = releaseSchema.parse(manifest());
      const served = { ...packaged, published: true, image };
      writeFileSync(join(folder, "release.json"), JSON.stringify(servedRelease(served)));
      const beside = join(folder, "beside");
      cpSync(join(folder, "release"), beside, { recursive: true });
      writeFileSync(
        join(beside, "manifest.json"),
        JSON.stringify(change({ ...served, approvals })),
      );
      attest(beside, signers);
      return {
        ...filesIn(folder),
        manifest: join(folder, "release.json"),
        trustedKeys: [ours.publicKey],
        published: join(beside, "attestation.json"),
      };
    }
    const said = async (files: ReleaseFiles) => (await loadVerified(files)).approvals;

    test("are those that the tier asks for, or it is said what is missing: a release on trial has none yet", async () => {
      expect(await said(await pod(both))).toBe("those that the tier asks for");
      expect(await said(await pod([]))).toBe(
        "2 approvals by different people in different roles, one of them ethics-board; got none",
      );
      expect(
        await said(
          await pod([
            approval("model-risk", "a@example.com"),
            approval("ethics-board", "a@example.com"),
          ]),
        ),
      ).toContain("got model-risk by a@example.com, ethics-board by a@example.com");
    });

    test("are not known where there is no attestation, or one of another version that comes or goes", async () => {
      expect(await said(filesIn(folder))).toBe(
        "not known: the release came without its published attestation",
      );
      expect(
        await said({ ...(await pod(both)), published: join(folder, "nowhere.json") }),
      ).toContain("not known");
      expect(await said(await pod(both, (published) => ({ ...published, version: "1.0.1" })))).toBe(
        "not known: what is attested is loan-approval 1.0.1",
      );
      expect(
        await said(
          await pod([], (published) => ({
            ...published,
            image: { ...image, digest: `sha256:${"b".repeat(64)}` },
          })),
        ),
      ).toContain("not known");
    });

    test.each<[string, () => Promise<ReleaseFiles>, string]>([
      [
        "signed by another key",
        () => pod(both, undefined, [testKey("p256").signer]),
        "signature of the published attestation",
      ],
      [
        "signed by nobody",
        () => pod(both, undefined, []),
        "signature of the published attestation",
      ],
      [
        "that say another release of the same image",
        () => pod(both, (published) => ({ ...published, createdAt: "2026-11-29T00:00:00Z" })),
        "published attestation",
      ],
      [
        "of another image",
        () =>
          pod([approval("model-risk", "risk@example.com", { image: `sha256:${"c".repeat(64)}` })]),
        "approvals[0], by role model-risk",
      ],
      [
        "of one entry twice",
        () => pod([both[0]!, { ...both[1]!, reference: both[0]!.reference }]),
        "approvals[1], by role ethics-board",
      ],
      [
        "that are no statement",
        async () => {
          const files = await pod(both);
          writeFileSync(files.published!, "{}");
          return files;
        },
        "published attestation",
      ],
    ])("are refused where they are %s", async (_title, files, key) => {
      expect((await problems(await files())).map(([found]) => found)).toEqual([key]);
    });
  });
});
