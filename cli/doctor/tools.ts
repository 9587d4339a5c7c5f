import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { z } from "zod";
import type { StackConfig } from "../../infra/stack/schema";
import { repository } from "../project";
import { findingsOf, type Finding } from "./finding";
import { atLeast, firstLine, jsonIn, runProgram, versionIn } from "./programs";
import type { StackState } from "./state";

const { ok, problem, unknown } = findingsOf("tools");

const packageSchema = z.object({
  engines: z.object({ node: z.string() }),
  dependencies: z.record(z.string(), z.string()),
});

/** What the project asks of this machine. */
function projectPackage() {
  return packageSchema.parse(JSON.parse(readFileSync(join(repository, "package.json"), "utf8")));
}

/** Programs that the stack needs on this machine. */
export async function toolFindings(
  stack: string,
  config: StackConfig | undefined,
  state: StackState,
): Promise<Finding[]> {
  const findings = await Promise.all([
    Promise.resolve(nodeFindings()),
    pulumiFindings(stack, state),
    pluginFindings(config),
    ...(config?.target === "aws" ? [awsFindings(config)] : []),
    kubectlFindings(),
  ]);
  return findings.flat();
}

function nodeFindings(): Finding[] {
  const { node } = process.versions;
  const wanted = projectPackage().engines.node;
  return atLeast(versionIn(node) ?? [], versionIn(wanted) ?? [])
    ? [ok("node", node)]
    : [problem("node", `is ${node}, allowed: ${wanted}`, "install a newer Node.js")];
}

const installPulumi = "install the Pulumi CLI: https://www.pulumi.com/docs/install/";

async function pulumiFindings(stack: string, state: StackState): Promise<Finding[]> {
  const ended = await runProgram("pulumi", ["version"]);
  if (ended === undefined) return [problem("pulumi", "is not installed", installPulumi)];
  const version = versionIn(ended.out);
  // The engine speaks the protocol of older SDKs; an SDK may ask what an older engine does not know.
  const sdk = projectPackage().dependencies["@pulumi/pulumi"] ?? "";
  const fits = version !== undefined && version[0] === 3 && atLeast(version, versionIn(sdk) ?? [3]);
  return [
    fits
      ? ok("pulumi", ended.out.trim())
      : problem(
          "pulumi",
          `is ${ended.out.trim() || firstLine(ended)}, allowed: 3, at least ${sdk}`,
          installPulumi,
        ),
    await backendFinding(),
    stateFinding(stack, state),
  ];
}

async function backendFinding(): Promise<Finding> {
  const ended = await runProgram("pulumi", ["whoami", "--verbose", "--non-interactive"]);
  const url = /Backend URL:\s*(\S+)/.exec(ended?.out ?? "")?.[1];
  return ended?.code === 0
    ? ok("pulumi backend", `logged in${url === undefined ? "" : ` to ${url}`}`)
    : problem(
        "pulumi backend",
        `is not reached: ${ended === undefined ? "no Pulumi CLI" : firstLine(ended)}`,
        "pulumi login s3://<your state bucket>",
      );
}

function stateFinding(stack: string, { refused, exists }: StackState): Finding {
  if (refused !== undefined)
    return unknown("pulumi stack", `${refused}; so what the stack has already is not known`);
  return ok(
    "pulumi stack",
    exists ? `the backend has ${stack}` : `the backend has no ${stack} yet; causeway up makes it`,
  );
}

const pluginList = z.array(
  z.object({ name: z.string(), kind: z.string(), version: z.string().optional() }),
);

/** Pulumi fetches a missing plugin by itself, if it can reach where they are. */
async function pluginFindings(config: StackConfig | undefined): Promise<Finding[]> {
  const ended = await runProgram("pulumi", ["plugin", "ls", "--json"]);
  if (ended === undefined) return [];
  const parsed = pluginList.safeParse(jsonIn(ended.out));
  const installed = parsed.success ? parsed.data : [];
  const onCluster = config?.target === "kubernetes";
  const wanted = Object.entries(projectPackage().dependencies).flatMap(([name, version]) => {
    const [, plugin = ""] =
      /^@pulumi\/(aws|kubernetes|docker|docker-build|random)$/.exec(name) ?? [];
    const needed = plugin !== "" && !(onCluster && plugin.startsWith("aws"));
    return needed ? [{ plugin, version }] : [];
  });
  return wanted.map(({ plugin, version }) => {
    const subject = `plugin ${plugin}`;
    const held = installed.some(
      (one) => one.name === plugin && one.version?.replace(/^v/, "") === version,
    );
    if (held) return ok(subject, version);
    if (onPath(`pulumi-resource-${plugin}`)) return ok(subject, "is on the PATH");
    return unknown(
      subject,
      `${version} is not installed; Pulumi downloads it when it is first needed`,
      `pulumi plugin install resource ${plugin} ${version}`,
    );
  });
}

function onPath(program: string): boolean {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .some((folder) => folder !== "" && existsSync(join(folder, program)));
}

/** The kubeconfig of a cluster asks `aws` for its token. */
async function awsFindings(config: Extract<StackConfig, { target: "aws" }>): Promise<Finding[]> {
  const builds =
    config.environment === "dev" && config.models.some(({ image }) => image === undefined);
  return Promise.all([
    installed(
      "aws",
      ["--version"],
      "gets the token for a cluster",
      "install the AWS CLI, version 2: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
    ),
    ...(config.clusterAccess.via === "ssm"
      ? [
          installed(
            "session-manager-plugin",
            ["--version"],
            "opens the way to the clusters, because clusterAccess is ssm",
            "install it: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html",
          ),
        ]
      : []),
    ...(builds
      ? [
          installed(
            "docker",
            ["info", "--format", "{{.ServerVersion}}"],
            "builds the images of models that the stack file names no image of",
            "install Docker and start it, or name an image under causeway:models",
          ),
        ]
      : []),
  ]);
}

async function installed(
  program: string,
  args: readonly string[],
  why: string,
  next: string,
): Promise<Finding> {
  const ended = await runProgram(program, args);
  if (ended === undefined) return problem(program, `is not installed; it ${why}`, next);
  return ended.code === 0
    ? ok(program, firstLine(ended))
    : problem(program, `does not work: ${firstLine(ended)}; it ${why}`, next);
}

async function kubectlFindings(): Promise<Finding[]> {
  const ended = await runProgram("kubectl", ["version", "--client"]);
  if (ended === undefined) return [ok("kubectl", "is not installed, and the platform needs none")];
  return [ok("kubectl", firstLine({ ...ended, error: "" }))];
}
