import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { z } from "zod";
import { compileServer } from "../../../cli/compile-server";
import { endChildrenWithUs } from "../../../cli/rehearse/children";
import { startServer, type ModelServer } from "../../../cli/rehearse/servers";
import { ensureInterpreter } from "../../../services/training/environment";
import { modelFolder } from "../../harness/fixtures";
import { say } from "../../harness/lib/text";
import { freePort } from "../../harness/cluster/controlPlane";
import { REPOSITORY } from "../../harness/project";
import type { Suite } from "../../harness/runner";
import { contract } from "../../infra/serving/fixture";
import { goodFeatures } from "../../services/model-server/support/server";

/** Each way to ask: its name for `ask.py`, the package, and what of the package asks. */
const clients = [
  ["tritonclient-http", "tritonclient", "http.InferenceServerClient"],
  ["tritonclient-grpc", "tritonclient", "grpc.InferenceServerClient"],
  ["kserve-rest", "kserve", "InferenceRESTClient"],
  ["kserve-grpc", "kserve", "InferenceGRPCClient"],
  ["mlserver-http", "mlserver", "codecs, over HTTP"],
  ["mlserver-grpc", "mlserver", "codecs, over gRPC"],
] as const;
const lock = path.join(__dirname, "requirements.lock");
const page = path.join(REPOSITORY, "docs", "clients.md");
const answered = z.object({ form: z.string(), score: z.number(), label: z.string() });
type Answered = z.output<typeof answered>;

interface Asked {
  readonly server: ModelServer;
  readonly grpc: number;
  readonly python: string;
}

/** Answers that a client got, from a process of its own. */
function ask({ server, grpc, python }: Asked, client: string): Promise<Answered[]> {
  const row = { features: Object.keys(goodFeatures), row: Object.values(goodFeatures) };
  return new Promise((resolve, reject) => {
    const child = execFile(
      python,
      [
        path.join(__dirname, "ask.py"),
        client,
        String(server.ports.http),
        String(grpc),
        contract.name,
      ],
      (error, stdout, stderr) => {
        if (error) return reject(new Error(`${client}:\n${stderr.slice(-2_000)}`));
        resolve(
          stdout
            .split("\n")
            .filter((line) => line.startsWith("{"))
            .map((line) => answered.parse(JSON.parse(line))),
        );
      },
    );
    child.stdin?.end(JSON.stringify(row));
  });
}

/** The table of the page: what each client asked and was answered right. */
function tableOf(found: ReadonlyMap<string, readonly Answered[]>, versions: string): string {
  const versionOf = (name: string) =>
    new RegExp(`^${name}(?:\\[\\w+\\])?==(\\S+)`, "m").exec(versions)?.[1] ?? "";
  const rows = clients.map(([client, name, part]) => {
    const forms = (found.get(client) ?? []).map(({ form }) => form).join("; ");
    return `| \`${name}\` ${versionOf(name)} | ${part} | ${forms} |`;
  });
  return ["| package | client | answered right |", "| --- | --- | --- |", ...rows].join("\n");
}

/** Standard clients of the inference protocol against the compiled server. */
export async function clientSuite(): Promise<Suite> {
  endChildrenWithUs();
  const python = await ensureInterpreter(lock, { report: say });
  const folder = await mkdtemp(path.join(os.tmpdir(), "causeway-clients-"));
  const keyFile = path.join(folder, "key");
  await writeFile(keyFile, `k1 ${"7".repeat(48)}\n`, { mode: 0o600 });
  const program = path.join(REPOSITORY, "out", "clients");
  compileServer(REPOSITORY, program);
  const grpc = await freePort();
  const server = await startServer({
    program: path.join(program, "server.js"),
    contractFile: path.join(modelFolder, "model.yaml"),
    releaseFolder: path.join(modelFolder, "release"),
    keyFile,
    logFile: path.join(folder, "server.log"),
    variables: { CAUSEWAY_GRPC_PORT: String(grpc) },
  });
  const found = new Map<string, readonly Answered[]>();
  const predicted = async () => {
    const { body } = await server.connection.post(`/v2/models/${contract.name}/predict`, {
      features: goodFeatures,
    });
    return answered.omit({ form: true }).parse(body);
  };
  return {
    name: "clients",
    tests: [
      ...clients.map(([client, name, part]) => ({
        title: `${name}, ${part}: every form of a request gets the score and the label of predict`,
        run: async () => {
          const { score, label } = await predicted();
          const answers = await ask({ server, grpc, python }, client);
          assert.ok(answers.length > 0);
          for (const answer of answers) {
            assert.ok(Math.abs(answer.score - score) < 1e-6, `${answer.form}: ${answer.score}`);
            assert.equal(answer.label, label, answer.form);
          }
          found.set(client, answers);
        },
      })),
      {
        title: "docs/clients.md has the table of what they asked",
        run: async () => {
          const table = tableOf(found, await readFile(lock, "utf8"));
          say(table);
          assert.ok((await readFile(page, "utf8")).includes(table), `the page lacks:\n${table}`);
        },
      },
      {
        title: "the server ends with nothing in flight",
        run: async () => {
          await server.stop();
          await rm(folder, { recursive: true, force: true });
        },
      },
    ],
  };
}
