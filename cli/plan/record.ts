import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { setMockOptions } from "@pulumi/pulumi/runtime/settings";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { RecordingMonitor } from "./monitor";
import { stackType, type RecordedResource } from "./resource";
import { isProperties, type Properties } from "./wire";

/** The program to record and the stack to record it for. */
export interface RecordRequest {
  readonly project: string;
  readonly stack: string;
  /** Full configuration key (`causeway:regions`) to its text. */
  readonly config: Readonly<Record<string, string>>;
  /** Full keys whose values are secret. */
  readonly secretKeys: readonly string[];
}

/** Everything that a program registered. */
export interface Recording {
  /** In the order of registration, without the resource of the stack itself. */
  readonly resources: readonly RecordedResource[];
  /** Outputs of the stack; secrets read `[secret]`. */
  readonly outputs: Properties;
  /** Inputs that take an output which the plan cannot fill; a complete plan has none. */
  readonly gaps: readonly string[];
}

/** Stands for a cloud account where the configuration names none (as in AWS's own examples). */
const exampleAccount = "111122223333";
const require = createRequire(__filename);
const secretKeysVariable = "PULUMI_CONFIG_SECRET_KEYS";

/**
 * Runs a Pulumi program as the engine would, without an engine or a cloud, and returns what it
 * registered. One recording at a time: the runtime of the SDK is global.
 * @throws the first error of the program, in its constructors or in an `apply`; RecordingError for
 *   a call that needs a cloud.
 */
export async function record(program: () => unknown, request: RecordRequest): Promise<Recording> {
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  const account = request.config["causeway:account"] ?? exampleAccount;
  const monitor = new RecordingMonitor(request.stack, request.project, account, fail);
  const variable = process.env[secretKeysVariable];
  const restoreStacks = withoutStacks();
  const restoreRuntime = inProcess();
  // An error inside an `apply` reaches nobody but this event.
  process.on("unhandledRejection", fail);
  try {
    // A plan is a preview: outputs that nothing fills stay unknown, and what the program refuses in
    // an update alone goes through.
    setMockOptions(monitor, request.project, request.stack, true);
    pulumi.runtime.setAllConfig({ ...request.config }, [...request.secretKeys]);
    process.env[secretKeysVariable] = JSON.stringify(request.secretKeys);
    await Promise.race([failed, run(program, fail)]);
    const resources = [...monitor.recorded.values()].filter(
      (resource) => resource.type !== stackType,
    );
    return { resources, outputs: monitor.stackOutputs, gaps: monitor.gaps };
  } finally {
    restoreRuntime();
    restoreStacks();
    // One error can leave several promises rejected; let them arrive while somebody listens.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", fail);
    if (variable === undefined) delete process.env[secretKeysVariable];
    else process.env[secretKeysVariable] = variable;
  }
}

/**
 * The SDK reads the call stack at every promise and every resource; mapping those to sources takes
 * longer than the rest of a plan. A stack is made when it is first read, so an error of the program
 * still shows where it was thrown to whoever reads it after the recording, in as many frames as are
 * kept.
 */
function withoutStacks(): () => void {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.prepareStackTrace = (error) => String(error);
  Error.stackTraceLimit = 3;
  return () => Object.assign(Error, { prepareStackTrace, stackTraceLimit });
}

async function run(program: () => unknown, fail: (error: unknown) => void): Promise<void> {
  await pulumi.runtime.runInPulumiStack(() => guarded(program, fail));
  await pulumi.runtime.disconnect();
  // A rejection is reported after the queue of promises has drained.
  await new Promise((resolve) => setImmediate(resolve));
}

/**
 * The stack would pass an error on to promises that nobody awaits; so it hears nothing of it and
 * waits for ever.
 */
async function guarded(program: () => unknown, fail: (error: unknown) => void): Promise<unknown> {
  try {
    return await program();
  } catch (error) {
    fail(error);
    return new Promise(() => undefined);
  }
}

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
function inProcess(): () => void {
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
