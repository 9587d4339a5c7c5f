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

/**
 * Ours with everything on; the peers as their documentation says, with all logging of requests off.
 */
export function contestants({
  server,
  model,
  scratch,
  peers,
}: BenchPaths): readonly [ours: Contestant, fastapi: Contestant, mlserver: Contestant] {
  const onnx = join(model, "release", "model.onnx");
  writeFileSync(
    join(scratch, "settings.json"),
    JSON.stringify({
      host: "127.0.0.1",
      http_port: 18_083,
      grpc_port: 18_084,
      metrics_port: 18_085,
      parallel_workers: 0,
      debug: false,
    }),
  );
  writeFileSync(
    join(scratch, "model-settings.json"),
    JSON.stringify({
      name: "loan-approval",
      implementation: "mlserver_model.OnnxModel",
      parameters: { uri: onnx },
    }),
  );
  const threads = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" };
  return [
    {
      name: "Causeway",
      command: [
        process.execPath,
        "--max-semi-space-size=8",
        "--single-threaded-gc",
        join(server, "server.js"),
      ],
      folder: server,
      port: 18_081,
      variables: {
        CAUSEWAY_MODEL_FOLDER: model,
        CAUSEWAY_HTTP_PORT: "18081",
        CAUSEWAY_METRICS_PORT: "18086",
        CAUSEWAY_HOST: "127.0.0.1",
      },
    },
    {
      name: "FastAPI",
      command: [
        peers,
        "-m",
        "uvicorn",
        "fastapi_app:app",
        "--app-dir",
        peersFolder,
        "--host",
        "127.0.0.1",
        "--port",
        "18082",
        "--loop",
        "uvloop",
        "--http",
        "httptools",
        "--no-access-log",
        "--log-level",
        "warning",
      ],
      folder: scratch,
      port: 18_082,
      variables: { ...threads, BENCH_MODEL: onnx },
    },
    {
      name: "MLServer",
      command: [peers, "-c", "from mlserver.cli import main; main()", "start", scratch],
      folder: scratch,
      port: 18_083,
      variables: { ...threads, PYTHONPATH: peersFolder },
    },
  ];
}
