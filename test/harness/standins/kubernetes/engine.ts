// Part of the stand-in for the Kubernetes provider: messages to the person who runs the command.
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

export interface EngineLog {
  info(message: string, urn: string): Promise<void>;
}

export function engineLog(address: string | undefined): EngineLog {
  if (address === undefined) return { info: () => Promise.resolve() };
  const client = new EngineClient(address, grpc.credentials.createInsecure());
  return {
    info: (message, urn) =>
      new Promise((resolve) => {
        const request = new LogRequest()
          .setSeverity(LogSeverity.INFO)
          .setMessage(message)
          .setUrn(urn);
        client.log(request, () => resolve());
      }),
  };
}
