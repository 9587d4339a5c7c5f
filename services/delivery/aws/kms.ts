import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import { InputError, parseOrThrow } from "../../contract/problems";
import { AwsError, call } from "./call";
import { findCredentials } from "./credentials";

/** The two operations of AWS KMS that signing takes. */
export type KmsOperation = "GetPublicKey" | "Sign";

/** What is asked of KMS: the operation and its request, as the API reference of KMS has it. */
export interface KmsQuestion {
  readonly operation: KmsOperation;
  readonly request: Readonly<Record<string, string>>;
}

const refusal = z.object({
  __type: z.string(),
  message: z.string().optional(),
  Message: z.string().optional(),
});

/**
 * Asks KMS (docs.aws.amazon.com/kms/latest/APIReference) as whoever runs this. The region is that
 * of the key's ARN, else `AWS_REGION`; `AWS_ENDPOINT_URL_KMS` names another address.
 */
export async function askKms(
  { operation, request }: KmsQuestion,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Promise<unknown> {
  const region =
    /^arn:aws[a-z-]*:kms:([a-z0-9-]+):/.exec(request["KeyId"] ?? "")?.[1] ??
    variables["AWS_REGION"] ??
    variables["AWS_DEFAULT_REGION"] ??
    regionOfCommand();
  const url = new URL(variables["AWS_ENDPOINT_URL_KMS"] ?? `https://kms.${region}.amazonaws.com/`);
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `TrentService.${operation}`,
  };
  const answer = await call(
    { method: "POST", url, headers, body: Buffer.from(JSON.stringify(request)) },
    await findCredentials(variables),
    { service: "kms", region },
  );
  const body: unknown = JSON.parse(await answer.text());
  if (answer.ok) return body;
  const said = refusal.safeParse(body).data;
  throw new AwsError(
    said?.__type.split("#").at(-1) ?? String(answer.status),
    operation,
    said?.message ?? said?.Message ?? "no reason was given",
  );
}

/** Region of the AWS CLI's profile. */
function regionOfCommand(): string {
  try {
    return execFileSync("aws", ["configure", "get", "region"], { encoding: "utf8" }).trim();
  } catch {
    throw new InputError("the environment", [
      { key: "AWS_REGION", got: undefined, allowed: "the region of the key" },
    ]);
  }
}

/**
 * Asks in a process of its own and waits for it: whoever signs does it between two writes of a
 * file.
 */
export function askKmsAndWait(question: KmsQuestion): unknown {
  const root = join(__dirname, "..", "..", "..");
  try {
    return JSON.parse(
      execFileSync(process.execPath, ["--import", "tsx", join(__dirname, "ask-kms.ts")], {
        cwd: root,
        env: { ...process.env },
        input: JSON.stringify(question),
        encoding: "utf8",
        stdio: ["pipe", "pipe", "pipe"],
      }),
    );
  } catch (error) {
    const said = parseOrThrow(
      z.object({ stderr: z.string() }),
      error,
      "the process that asks KMS",
    ).stderr.trim();
    throw new Error(said === "" ? "the process that asks KMS ended without an answer" : said);
  }
}
