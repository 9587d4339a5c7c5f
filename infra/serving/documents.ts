import type { Contract } from "../../services/contract/contract";
import { documents, servingNames } from "../../services/evidence/rollout";
import { type ServingSettings } from "./definition";
import { metadata } from "../kubernetes/model-objects";

/** Folder in the container where the server finds the contract and the release manifest. */
export const documentsFolder = "/etc/causeway";

/**
 * Kubernetes keeps at most 256 KiB of annotations on an object; the rest is left to the mesh and
 * the controllers.
 */
export const maximumDocumentBytes = 200 * 1_024;

/**
 * The public keys that the server must find its release signed with. In prod that is every server;
 * elsewhere an unsigned release may be tried, and what is signed is verified.
 */
export function keysToVerify({
  environment,
  trustedKeys = [],
  verification,
}: Pick<ServingSettings, "environment" | "trustedKeys" | "verification">): readonly string[] {
  return environment === "prod" || verification?.signature === "trusted" ? trustedKeys : [];
}

/** Where the attestation of the published release is shown, and in which file. */
export const published = { folder: "/etc/causeway-attestation", file: "attestation.json" } as const;

/**
 * It as a ConfigMap, for it carries the approvals: an approval that is attested changes it and
 * restarts no pod. The next start of one reads it; a version that is going finds the attestation of
 * the one that comes, and knows it as another's.
 */
export function attestationMap(contract: Contract, attestation: string) {
  return {
    metadata: metadata(contract.name, servingNames(contract.name).attestation),
    data: { [published.file]: attestation },
  };
}

/** Shows it where it is there; a pod starts without it, too. */
export function attestationVolume(model: string) {
  return {
    name: "attestation",
    configMap: { name: servingNames(model).attestation, optional: true, defaultMode: 0o444 },
  };
}

/** The keys as an annotation; none where there is nothing to verify with. */
export function keyAnnotations(keys: readonly string[]): Record<string, string> {
  return keys.length === 0 ? {} : { [documents.trustedKeys.annotation]: keys.join("\n") };
}

/** Volume that shows the documents as files, read-only by its nature. */
export const documentsVolume = {
  name: "documents",
  downwardAPI: {
    defaultMode: 0o444,
    items: Object.values(documents).map(({ annotation, file }) => ({
      path: file,
      fieldRef: { fieldPath: `metadata.annotations['${annotation}']` },
    })),
  },
};
