import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the account answers to one operation: JSON, XML, or an error by its status and name. */
export type Reply = object | string | { readonly status: number; readonly code: string };

/** An account on loopback that answers what a test says, and 404 to the rest. */
export interface FakeAws {
  /** By `service:operation`, such as `iam:GetRole`, or by method and path, such as `s3:HEAD /bucket`. */
  readonly replies: Map<string, Reply | ((body: string) => Reply)>;
  /** Operations in the order in which they were asked. */
  readonly asked: string[];
  readonly endpoint: string;
  stop(): Promise<void>;
}

export async function startFakeAws(): Promise<FakeAws> {
  const replies: FakeAws["replies"] = new Map();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const operation = operationOf(request, body);
      asked.push(operation);
      const reply = replies.get(operation) ?? { status: 404, code: "NotFound" };
      const inJson = request.headers["x-amz-target"] !== undefined;
      answer(response, typeof reply === "function" ? reply(body) : reply, inJson);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    replies,
    asked,
    endpoint: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function operationOf(request: IncomingMessage, body: string): string {
  const [, service] = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)/.exec(
    request.headers.authorization ?? "",
  ) ?? ["", "?"];
  const target = request.headers["x-amz-target"];
  const named =
    typeof target === "string" ? target.split(".").pop() : /Action=(\w+)/.exec(body)?.[1];
  return `${service}:${named ?? `${request.method} ${request.url?.split("?")[0]}`}`;
}

function answer(response: ServerResponse, reply: Reply, inJson: boolean): void {
  if (typeof reply === "string") {
    response.writeHead(200, { "content-type": "text/xml" }).end(reply);
  } else if ("status" in reply && "code" in reply) {
    const { status, code } = reply;
    const inXml = `<ErrorResponse><Error><Code>${code}</Code><Message>planted</Message></Error><Errors><Error><Code>${code}</Code><Message>planted</Message></Error></Errors></ErrorResponse>`;
    response
      .writeHead(status, { "x-amzn-errortype": code, "content-type": "text/xml" })
      .end(inJson ? JSON.stringify({ __type: code, message: "planted" }) : inXml);
  } else {
    response
      .writeHead(200, { "content-type": "application/x-amz-json-1.1" })
      .end(JSON.stringify(reply));
  }
}
