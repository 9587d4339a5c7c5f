import * as os from "node:os";
import * as path from "node:path";
import { run } from "../lib/process";
import { errorMessage, say } from "../lib/text";
import { cachedFolder } from "./cache";
import { downloadOfficial } from "./download";
import { buildFromModule, findGo } from "./go";
import { TOOLS } from "./pins";
import type { Platform, ToolName, ToolPin } from "./pins";

/**
 * Tools that the control plane and the stack need; a suite that needs another asks for it itself.
 */
export type Toolchain = Readonly<
  Record<
    Extract<ToolName, "etcd" | "pulumi" | "kube-apiserver" | "kube-controller-manager">,
    string
  >
>;

function platform(): Platform {
  const system = os.platform();
  const arch = os.arch();
  if ((system !== "linux" && system !== "darwin") || (arch !== "x64" && arch !== "arm64")) {
    throw new Error(
      `the end-to-end tests run on Linux and macOS, x64 or arm64; this is ${system} ${arch}`,
    );
  }
  return { os: system, arch: arch === "x64" ? "amd64" : "arm64" };
}

/** The version that a program reports, without its leading `v`. */
async function reportedVersion(command: string, pin: ToolPin): Promise<string | undefined> {
  const result = await run(command, pin.versionArgs, { timeoutMs: 20_000 }).catch(() => undefined);
  return result?.code === 0 ? /\d+\.\d+\.\d+\S*/.exec(result.stdout)?.[0] : undefined;
}

async function fromDownloadOrSource(pin: ToolPin, folder: string): Promise<void> {
  try {
    if (pin.download === undefined) throw new Error("none is published");
    await downloadOfficial(pin.name, pin.download(platform()), folder);
    say(`  ${pin.name}: downloaded v${pin.version}`);
  } catch (error) {
    say(`  ${pin.name}: no official download (${errorMessage(error)})`);
    await buildFromModule(
      await findGo(),
      pin.name,
      pin.version,
      pin.go,
      path.join(folder, pin.name),
    );
  }
}

/** Finds or makes one tool: the command that starts it. */
export async function ensureTool(pin: ToolPin): Promise<string> {
  const onPath = await reportedVersion(pin.name, pin);
  if (onPath?.startsWith(pin.acceptedPrefix)) {
    say(`  ${pin.name}: v${onPath} from PATH`);
    return pin.name;
  }
  const folder = await cachedFolder(`${pin.name}-${pin.version}`, (target) =>
    fromDownloadOrSource(pin, target),
  );
  const command = path.join(folder, pin.name);
  const version = await reportedVersion(command, pin);
  if (version === undefined)
    throw new Error(`${command} does not run; remove ${folder} and try again`);
  say(`  ${pin.name}: v${version} from ${folder}`);
  return command;
}

/** Finds or makes every tool, one after the other: each build already uses all cores. */
export async function ensureToolchain(): Promise<Toolchain> {
  say("tools");
  return {
    etcd: await ensureTool(TOOLS.etcd),
    pulumi: await ensureTool(TOOLS.pulumi),
    "kube-apiserver": await ensureTool(TOOLS["kube-apiserver"]),
    "kube-controller-manager": await ensureTool(TOOLS["kube-controller-manager"]),
  };
}
