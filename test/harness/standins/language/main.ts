// Stand-in for pulumi-language-nodejs, for the end-to-end tests only: it starts the program and the
// policy pack with the runners that @pulumi/pulumi itself ships, and it installs, packs and
// generates nothing.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import * as path from "node:path";
import type { ServerUnaryCall, ServerWritableStream } from "@grpc/grpc-js";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { version } from "@pulumi/pulumi/package.json";
import { fromStruct, servePlugin, unary } from "../grpc";

/** Exit code with which the runner says that it has already shown the error. */
const ALREADY_REPORTED = 32;

const engineAddress = process.argv[2] ?? "";
const children = new Set<ChildProcess>();

/** Finds one of the SDK's runners as the program itself would. */
function runner(name: string, folder: string): string {
  return createRequire(path.join(folder, "package.json")).resolve(`@pulumi/pulumi/cmd/${name}`);
}

function start(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, [...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  child.on("close", () => children.delete(child));
  return child;
}

function runtimeOptions(info: rpc.ProgramInfo | undefined): {
  nodeArgs: string[];
  typescript: string;
} {
  const options = fromStruct(info?.getOptions());
  const { nodeargs, typescript } = options;
  return {
    nodeArgs: typeof nodeargs === "string" ? nodeargs.split(" ").filter(Boolean) : [],
    typescript: String(typescript ?? true),
  };
}

function programArguments(request: rpc.RunRequest): string[] {
  const flags: readonly (readonly [string, string])[] = [
    ["monitor", request.getMonitorAddress()],
    ["engine", engineAddress],
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["stack", request.getStack()],
    ["pwd", request.getPwd()],
    ["root-directory", request.getInfo()?.getRootDirectory() ?? ""],
    ["parallel", String(request.getParallel())],
  ];
  return [
    ...flags.filter(([, value]) => value !== "").map(([name, value]) => `--${name}=${value}`),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    request.getInfo()?.getEntryPoint() ?? request.getProgram(),
    ...request.getArgsList(),
  ];
}

function runProgram(request: rpc.RunRequest): Promise<rpc.RunResponse> {
  const info = request.getInfo();
  const folder = info?.getProgramDirectory() ?? request.getPwd();
  const { nodeArgs, typescript } = runtimeOptions(info);
  const env = {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_NODEJS_TYPESCRIPT: typescript,
  };
  const child = start(
    [...nodeArgs, runner("run", folder), ...programArguments(request)],
    request.getPwd(),
    env,
  );
  child.stdout?.pipe(process.stdout);
  child.stderr?.pipe(process.stderr);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(new rpc.RunResponse());
      if (code === ALREADY_REPORTED) return resolve(new rpc.RunResponse().setBail(true));
      return resolve(
        new rpc.RunResponse().setError(`the program ended with ${signal ?? `exit code ${code}`}`),
      );
    });
  });
}

/**
 * Runs a policy pack and streams what it prints; the first line is the port on which it listens.
 */
function runPlugin(call: ServerWritableStream<rpc.RunPluginRequest, rpc.RunPluginResponse>): void {
  const { request } = call;
  const folder = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  if (request.getKind() !== "analyzer") {
    call.destroy(
      Object.assign(
        new Error(`the stand-in runs policy packs only, not a plugin of kind ${request.getKind()}`),
        { code: grpc.status.UNIMPLEMENTED },
      ),
    );
    return;
  }
  const env = Object.fromEntries(
    request
      .getEnvList()
      .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );
  const child = start(
    [runner("run-policy-pack", folder), ...request.getArgsList(), "."],
    folder,
    env,
  );
  child.stdout?.on("data", (chunk: Buffer) =>
    call.write(new rpc.RunPluginResponse().setStdout(chunk)),
  );
  child.stderr?.on("data", (chunk: Buffer) =>
    call.write(new rpc.RunPluginResponse().setStderr(chunk)),
  );
  child.on("close", (code) => {
    call.write(new rpc.RunPluginResponse().setExitcode(code ?? 1));
    call.end();
  });
  call.on("cancelled", () => child.kill());
}

const implementation = {
  handshake: unary((_request: rpc.LanguageHandshakeRequest) => new rpc.LanguageHandshakeResponse()),
  getRequiredPackages: unary(
    (_request: rpc.GetRequiredPackagesRequest) => new rpc.GetRequiredPackagesResponse(),
  ),
  getPluginInfo: unary((_request: Empty) => new PluginInfo().setVersion(version)),
  about: unary((_request: rpc.AboutRequest) =>
    new rpc.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
  ),
  run: (
    call: ServerUnaryCall<rpc.RunRequest, rpc.RunResponse>,
    callback: grpc.sendUnaryData<rpc.RunResponse>,
  ) => {
    // The engine cancels the call when it gives up; the program must not outlive it.
    call.on("cancelled", endChildren);
    unary(runProgram)(call, callback);
  },
  runPlugin,
  cancel: unary((_request: Empty) => {
    endChildren();
    return new Empty();
  }),
};

function endChildren(): void {
  for (const child of children) child.kill();
}

process.on("exit", endChildren);
// The engine holds the plugin's standard input open for as long as it lives.
process.stdin.resume().on("end", () => process.exit(0));
void servePlugin(LanguageRuntimeService, implementation);
