import { existsSync } from "node:fs";
import * as https from "node:https";
import type { IncomingMessage } from "node:http";
import { z } from "zod";

/** How to reach one API server as one identity. */
export interface Connection {
  readonly server: string;
  readonly agent: https.Agent;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
}

/** Sends one request to an API server, as somebody. */
export type Send = (request: HttpRequest) => Promise<HttpAnswer>;

/**
 * No answer at all came from the API server: refused, reset, timed out or a name that does not
 * resolve.
 */
export class UnreachableError extends Error {
  constructor(
    readonly server: string,
    readonly reason: string,
  ) {
    super(
      `the Kubernetes API server at ${server} cannot be reached (${reason}); check the kubeconfig and that the server runs`,
    );
  }
}

/** Somebody else changed the object since it was read. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
}

export interface ConnectOptions {
  /** Contents of a kubeconfig, or the path of one. @default KUBECONFIG, then ~/.kube/config */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Bearer token that takes the place of the kubeconfig's own user. */
  readonly token?: string;
  /** Acts as this user with these groups, as `kubectl --as --as-group` does. */
  readonly impersonate?: { readonly user: string; readonly groups: readonly string[] };
}

/**
 * Reads a kubeconfig, with every way to log in that the official client knows; a problem is one
 * plain sentence.
 */
export async function connect(options: ConnectOptions = {}): Promise<Connection> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  const { kubeconfig } = options;
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else if (/^\s*\{|\n/.test(kubeconfig)) config.loadFromString(kubeconfig);
    else if (existsSync(kubeconfig)) config.loadFromFile(kubeconfig);
    else throw new Error(`there is no file ${kubeconfig}`);
    if (options.context !== undefined) config.setCurrentContext(options.context);
  } catch (error) {
    throw new Error(
      `the kubeconfig cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const server = config.getCurrentCluster()?.server;
  const context = config.getCurrentContext();
  if (server === undefined)
    throw new Error(
      `the kubeconfig has no cluster for its current context "${context}"; it has the contexts ${
        config
          .getContexts()
          .map(({ name }) => name)
          .join(", ") || "none"
      }`,
    );
  // The client makes up http://localhost:8080 where there is no kubeconfig at all.
  if (!server.startsWith("https:"))
    throw new Error(
      `no API server to ask: the context "${context}" has ${server}, allowed: an address that begins with https:. Without KUBECONFIG and without ~/.kube/config this is the client's own guess`,
    );
  const request: https.RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(request);
  const { ca, cert, key, servername, rejectUnauthorized } = request;
  const agent = new https.Agent({
    keepAlive: true,
    maxSockets: 16,
    ca,
    cert,
    key,
    servername,
    rejectUnauthorized,
  });
  return {
    server,
    agent,
    headers: { ...plainHeaders(request.headers), ...identityHeaders(options) },
  };
}

function plainHeaders(headers: https.RequestOptions["headers"]): Record<string, string> {
  const entries = Object.entries(headers ?? {});
  return Object.fromEntries(
    entries.flatMap(([name, value]): [string, string][] =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
}

function identityHeaders({
  token,
  impersonate,
}: ConnectOptions): Record<string, string | string[]> {
  return {
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...(impersonate === undefined
      ? {}
      : { "Impersonate-User": impersonate.user, "Impersonate-Group": [...impersonate.groups] }),
  };
}

/** The length is said explicitly: Node frames the body of a DELETE in no other way. */
function bodyHeaders({ body, contentType }: HttpRequest): Record<string, string> {
  return body === undefined
    ? {}
    : {
        "Content-Type": contentType ?? "application/json",
        "Content-Length": String(Buffer.byteLength(body)),
      };
}

function readAll(response: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.on("end", () => done(Buffer.concat(chunks).toString("utf8")));
}

/**
 * Sends one request; every failure to get an answer is an `UnreachableError`. The generated calls of
 * the client would do, but have no timeout: a promoter that looks at a Rollout for days would wait
 * for ever on a connection that the other side forgot.
 */
export function send(
  connection: Connection,
  request: HttpRequest,
  timeoutMs = 10_000,
): Promise<HttpAnswer> {
  const url = new URL(request.path, connection.server);
  return new Promise((resolve, reject) => {
    const unreachable = (error: Error): void =>
      reject(new UnreachableError(connection.server, error.message || "no answer"));
    const headers = { Accept: "application/json", ...connection.headers, ...bodyHeaders(request) };
    const outgoing = https.request(
      url,
      { method: request.method, agent: connection.agent, headers, timeout: timeoutMs },
      (response) => {
        response.on("error", unreachable);
        readAll(response, (text) => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    outgoing.on("timeout", () =>
      outgoing.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)),
    );
    outgoing.on("error", unreachable);
    outgoing.end(request.body);
  });
}

/** The answer, or an error in the server's own words. */
export function answerOf({ status, text }: HttpAnswer): unknown {
  const body = parsedJson(text);
  if (status >= 200 && status < 300) return body;
  const said = z.object({ message: z.string() }).safeParse(body);
  const message = said.success ? said.data.message : `the API server answered ${status}`;
  throw status === 409 ? new ConflictError(message) : new Error(message);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
