import { TestEnvironment } from "jest-environment-node";

/**
 * Node's environment with the typed arrays of the outer realm: onnxruntime's native code makes
 * those, and checks for them.
 */
export default class NativeArraysEnvironment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    Object.assign(this.global, {
      Float32Array,
      Float64Array,
      BigInt64Array,
      Uint8Array,
      ArrayBuffer,
    });
  }
}
