import type { Contract } from "../../services/contract/contract";
import { servedRelease, type Release } from "../../services/contract/release";
import { annotationPrefix } from "./settings";

/** Folder in the container where the server finds the contract and the release manifest. */
export const documentsFolder = "/etc/causeway";

/** Annotations of a pod that hold its documents, and the file that each is mounted as. */
export const documents = {
  contract: { annotation: `${annotationPrefix}/contract`, file: "contract.json" },
  release: { annotation: `${annotationPrefix}/release`, file: "release.json" },
} as const;

/** Kubernetes keeps at most 256 KiB of annotations on an object; the rest is left to the mesh and the controllers. */
export const maximumDocumentBytes = 200 * 1_024;

/**
 * The documents of a release as annotations of its pods. They belong to the pod template and not to a ConfigMap, so that an older
 * version that is still running, or that comes back, finds its own and never the newer ones.
 */
export function documentAnnotations(contract: Contract, release: Release): Record<string, string> {
  return {
    [documents.contract.annotation]: JSON.stringify(contract),
    [documents.release.annotation]: JSON.stringify(servedRelease(release)),
  };
}

/** Volume that shows the documents as files, read-only by its nature. */
export const documentsVolume = {
  name: "documents",
  downwardAPI: {
    defaultMode: 0o444,
    items: Object.values(documents).map(({ annotation, file }) => ({ path: file, fieldRef: { fieldPath: `metadata.annotations['${annotation}']` } })),
  },
};
