import { metadata, servingNames } from "./settings";

/** Characters of the key; the server wants 32 bytes or more. */
export const keyLength = 48;

/** Where a server finds the secret that signs prediction ids and pseudonymises subjects. */
export const keyFile = { folder: "/etc/causeway-keys", name: "key" } as const;

/** Volume with the key, which all replicas of a model in a region share: feedback may reach another replica than the prediction did. */
export function keyVolume(model: string) {
  return { name: "key", secret: { secretName: servingNames(model).key, defaultMode: 0o440 } };
}

/** The Secret around a generated key. */
export function keySecret<T>(model: string, key: T) {
  return { metadata: metadata(model, servingNames(model).key), type: "Opaque", stringData: { [keyFile.name]: key } };
}
