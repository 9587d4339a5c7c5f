// Part of the stand-in plugins: the small part of gRPC and of the plugin protocol that they share.
import * as grpc from "@grpc/grpc-js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { errorMessage } from "../lib/text";
import { toJsonObject } from "../lib/json";
import type { JsonObject } from "../lib/json";

/** Larger than any message of this size of program, as the engine's own limit is. */
export const CHANNEL_OPTIONS = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
};

export function fromStruct(struct: Struct | undefined): JsonObject {
  return toJsonObject(struct?.toJavaScript());
}

export function toStruct(value: JsonObject): Struct {
  return Struct.fromJavaScript({ ...value });
}

/**
 * Turns an async function into a unary gRPC handler; what it throws becomes the error that the
 * engine shows.
 */
export function unary<Request, Response>(
  handle: (request: Request) => Promise<Response> | Response,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve(call.request)
      .then(handle)
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback({ code: grpc.status.UNKNOWN, details: errorMessage(error) }),
      );
  };
}

/**
 * Serves a plugin on a free loopback port and prints the port, which is how the engine finds it.
 */
export async function servePlugin(
  service: grpc.ServiceDefinition,
  implementation: grpc.UntypedServiceImplementation,
): Promise<void> {
  const server = new grpc.Server(CHANNEL_OPTIONS);
  server.addService(service, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  process.stdout.write(`${port}\n`);
  const stop = (): void => {
    server.forceShutdown();
    process.exit(0);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}
