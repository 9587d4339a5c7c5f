import { servingNames } from "../../services/evidence/rollout";
import { metadata } from "../kubernetes/model-objects";

/** Where a server finds the ring of keys that sign prediction ids and pseudonymise subjects. */
export const keyFile = { folder: "/etc/causeway-keys", name: "key" } as const;

/**
 * Volume with the ring, which all replicas in all regions share: feedback may reach another replica
 * than the prediction did.
 */
export function keyVolume(model: string) {
  return { name: "key", secret: { secretName: servingNames(model).key, defaultMode: 0o440 } };
}

/** The Secret around the ring. */
export function keySecret<T>(model: string, ring: T) {
  return {
    metadata: metadata(model, servingNames(model).key),
    type: "Opaque",
    stringData: { [keyFile.name]: ring },
  };
}
