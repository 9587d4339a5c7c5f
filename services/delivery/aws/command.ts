import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { inPod } from "./credentials";
import { objectsOf, type Objects } from "./objects";

const run = promisify(execFile);

/** Runs a command of the AWS CLI, given by its arguments; rejects with its message. */
export type Aws = (args: readonly string[]) => Promise<unknown>;

/**
 * The AWS CLI, or in a pod, whose image holds no other program than node, the same three commands
 * by HTTP. On a machine the CLI knows profiles and single sign-on; a pod has the role that EKS
 * gives it.
 */
export const aws: Aws = (args) => (inPod() ? byHttp(args, objectsOf()) : run("aws", [...args]));

/** The commands that ledger, orders and facts use, and no other. */
export async function byHttp(args: readonly string[], objects: Objects): Promise<void> {
  const [service, command] = args;
  const option = (name: string) => args[args.indexOf(name) + 1] ?? "";
  if (service === "s3" && command === "sync") {
    const [bucket = "", ...prefix] = (args[2] ?? "").replace(/^s3:\/\//, "").split("/");
    return objects.fetch(bucket, prefix.join("/"), args[3] ?? "", ".json");
  }
  if (service === "s3api" && command === "put-object")
    return objects.put(
      option("--bucket"),
      option("--key"),
      option("--body"),
      args.includes("--if-none-match"),
    );
  if (service === "s3api" && command === "get-object")
    return objects.get(option("--bucket"), option("--key"), args.at(-1) ?? "");
  throw new Error(`aws ${args.slice(0, 2).join(" ")} cannot be done without the AWS CLI`);
}
