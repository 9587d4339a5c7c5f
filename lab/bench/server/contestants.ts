import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Contestant } from "./contestant";
import { peersFolder } from "./environment";

export interface BenchPaths {
  /** Folder of the built server. */
  readonly server: string;
  /** Folder of the model: contract and release. */
  readonly model: string;
  /** Folder for what the peers want to read. */
  readonly scratch: string;
  /** Interpreter of the peers' environment. */
  readonly peers: string;
}

/** Where each listens on loopback; MLServer wants ports for gRPC and its metrics too. */
const ports = {
  causeway: 18_081,
  causewayMetrics: 18_086,
  fastapi: 18_082,
  mlserver: 18_083,
  mlserverGrpc: 18_084,
  mlserverMetrics: 18_085,
} as const;

/** One thread for each peer, as its core is one. */
const threads = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" };

/**
 * Ours with everything on; the peers as their documentation says, with all logging of requests off.
 */
export function contestants(
  paths: BenchPaths,
): readonly [ours: Contestant, fastapi: Contestant, mlserver: Contestant] {
  return [causeway(paths), fastApi(paths), mlServer(paths)];
}

function causeway({ server, model }: BenchPaths): Contestant {
  return {
    name: "Causeway",
    command: [
      process.execPath,
      "--max-semi-space-size=8",
      "--single-threaded-gc",
      join(server, "server.js"),
    ],
    folder: server,
    port: ports.causeway,
    variables: {
      CAUSEWAY_MODEL_FOLDER: model,
      CAUSEWAY_HTTP_PORT: String(ports.causeway),
      CAUSEWAY_METRICS_PORT: String(ports.causewayMetrics),
      CAUSEWAY_HOST: "127.0.0.1",
    },
  };
}

function fastApi({ model, scratch, peers }: BenchPaths): Contestant {
  const listen = ["--host", "127.0.0.1", "--port", String(ports.fastapi)];
  const fast = ["--loop", "uvloop", "--http", "httptools"];
  const quiet = ["--no-access-log", "--log-level", "warning"];
  const app = ["fastapi_app:app", "--app-dir", peersFolder];
  return {
    name: "FastAPI",
    command: [peers, "-m", "uvicorn", ...app, ...listen, ...fast, ...quiet],
    folder: scratch,
    port: ports.fastapi,
    variables: { ...threads, BENCH_MODEL: onnxOf(model) },
  };
}

/** Writes the files that MLServer reads its configuration from. */
function mlServer({ model, scratch, peers }: BenchPaths): Contestant {
  writeFileSync(
    join(scratch, "settings.json"),
    JSON.stringify({
      host: "127.0.0.1",
      http_port: ports.mlserver,
      grpc_port: ports.mlserverGrpc,
      metrics_port: ports.mlserverMetrics,
      parallel_workers: 0,
      debug: false,
    }),
  );
  writeFileSync(
    join(scratch, "model-settings.json"),
    JSON.stringify({
      name: "loan-approval",
      implementation: "mlserver_model.OnnxModel",
      parameters: { uri: onnxOf(model) },
    }),
  );
  return {
    name: "MLServer",
    command: [peers, "-c", "from mlserver.cli import main; main()", "start", scratch],
    folder: scratch,
    port: ports.mlserver,
    variables: { ...threads, PYTHONPATH: peersFolder },
  };
}

function onnxOf(model: string): string {
  return join(model, "release", "model.onnx");
}
