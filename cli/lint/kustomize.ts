import { basename, dirname, resolve } from "node:path";
import { at, list, text } from "../../policies/resources";
import type { ManifestDocument } from "./manifests";

const names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** Whether a document says how Kustomize builds objects, and is none itself. */
export function isKustomization(file: string, content: unknown): boolean {
  return (
    names.includes(basename(file)) ||
    (text(content, "apiVersion") ?? "").startsWith("kustomize.config.k8s.io/")
  );
}

/**
 * Files that hold patches by the word of a kustomization among the files, as full paths. A patch
 * says what changes in an object, so it is judged in what `kustomize build` writes, and not alone.
 */
export function patchFiles(
  files: readonly { readonly file: string; readonly documents: readonly ManifestDocument[] }[],
): Set<string> {
  return new Set(
    files.flatMap(({ file, documents }) =>
      documents
        .filter(({ content }) => isKustomization(file, content))
        .flatMap(({ content }) => [
          ...["patches", "patchesJson6902", "replacements", "transformers"]
            .flatMap((key) => list(content, key))
            .flatMap((each) => at(each, "path") ?? each),
          ...list(content, "patchesStrategicMerge"),
          ...list(content, "configurations"),
        ])
        .flatMap((path) => (typeof path === "string" ? [resolve(dirname(file), path)] : [])),
    ),
  );
}
