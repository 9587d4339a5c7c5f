import { createRequire } from "node:module";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { isProperties } from "./wire";

const require = createRequire(__filename);

/** A message that carries an object as it is: who reads it runs in the same process. */
class DirectStruct extends Struct {
  constructor(private readonly content: Record<string, JavaScriptValue>) {
    super();
  }

  override toJavaScript(): Record<string, JavaScriptValue> {
    return this.content;
  }
}

/**
 * Takes out of the SDK what an engine in another process needs and a recorder in this one does not:
 * messages in the form of the wire, and a call stack, two handlers and an entry in the list of leaks
 * for each of the promises, of which a resource has three for every property. Half of the time and
 * of the memory of a recording went there. Returns what puts it back.
 */
export function inProcess(): () => void {
  const debuggable: unknown = require("@pulumi/pulumi/runtime/debuggable");
  if (!isProperties(debuggable))
    throw new Error("the SDK has no @pulumi/pulumi/runtime/debuggable");
  const { fromJavaScript } = Struct;
  const { debuggablePromise } = debuggable;
  Struct.fromJavaScript = (content) => new DirectStruct(content);
  debuggable["debuggablePromise"] = <T>(promise: Promise<T>) => promise;
  return () => {
    Struct.fromJavaScript = fromJavaScript;
    debuggable["debuggablePromise"] = debuggablePromise;
  };
}
