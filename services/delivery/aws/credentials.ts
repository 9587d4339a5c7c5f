import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { parseOrThrow } from "../../contract/problems";
import type { Credentials } from "./sign-request";

type Variables = Readonly<Record<string, string | undefined>>;

const container = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string().min(1),
});
const exported = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  SessionToken: z.string().optional(),
});

/**
 * Credentials of whoever runs this: of the environment, as a pipeline has them; of the pod's role,
 * as EKS Pod Identity says it
 * (docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html); else those of the
 * AWS CLI's profile or single sign-on.
 */
export async function findCredentials(variables: Variables = process.env): Promise<Credentials> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: token,
  } = variables;
  if (accessKeyId && secretAccessKey)
    return { accessKeyId, secretAccessKey, ...(token && { token }) };
  const address = variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  return address ? ofContainer(address, variables) : ofCommand();
}

/** Whether a pod's role says who this is. */
export function inPod(variables: Variables = process.env): boolean {
  return Boolean(variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"]);
}

async function ofContainer(address: string, variables: Variables): Promise<Credentials> {
  const file = variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  // Read each time: the kubelet renews it.
  const answer = await fetch(address, {
    headers: file === undefined ? {} : { authorization: readFileSync(file, "utf8").trim() },
  });
  if (!answer.ok)
    throw new Error(`no credentials of the pod's role: ${address} answered ${answer.status}`);
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: token,
  } = parseOrThrow(container, await answer.json(), "the credentials of the pod's role");
  return { accessKeyId, secretAccessKey, token };
}

function ofCommand(): Credentials {
  const text = execFileSync("aws", ["configure", "export-credentials", "--format", "process"], {
    encoding: "utf8",
  });
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: token,
  } = parseOrThrow(exported, JSON.parse(text), "aws configure export-credentials");
  return { accessKeyId, secretAccessKey, ...(token !== undefined && { token }) };
}
