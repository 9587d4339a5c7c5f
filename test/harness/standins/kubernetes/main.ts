// Stand-in for pulumi-resource-kubernetes, for the end-to-end tests only: the wire protocol of a
// resource plugin.
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { version } from "@pulumi/kubernetes/package.json";
import { connect } from "../../../../services/delivery/connection";
import { KubernetesClient } from "../../lib/kubernetes/client";
import { changedFields, revealObject } from "../../lib/json";
import { fromStruct, servePlugin, toStruct, unary } from "../grpc";
import { engineLog } from "./engine";
import { KubernetesProvider } from "./provider";
import type { Difference } from "./provider";
import type { JsonObject } from "../../lib/json";

let configuration: JsonObject = {};
let client: Promise<KubernetesClient> | undefined;

function setting(name: string): string | undefined {
  const value = configuration[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function connectOnce(): Promise<KubernetesClient> {
  client ??= connect({ kubeconfig: setting("kubeconfig"), context: setting("context") }).then(
    (connection) => new KubernetesClient(connection),
  );
  return client;
}

const provider = new KubernetesProvider(connectOnce, engineLog(process.argv[2]));

function diffResponse({ changed, replaces }: Difference): rpc.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
  const fields = changed.map((field) => field.split(".")[0] ?? field);
  return new rpc.DiffResponse()
    .setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDiffsList([...new Set(fields)])
    .setReplacesList([...replaces])
    .setDeletebeforereplace(replaces.length > 0);
}

const implementation = {
  checkConfig: unary((request: rpc.CheckRequest) =>
    new rpc.CheckResponse().setInputs(request.getNews()),
  ),
  // Another kubeconfig is another way to the cluster, not another cluster: the objects stay.
  diffConfig: unary((request: rpc.DiffRequest) =>
    diffResponse({
      changed: changedFields(fromStruct(request.getOldInputs()), fromStruct(request.getNews())),
      replaces: [],
    }),
  ),
  configure: unary((request: rpc.ConfigureRequest) => {
    configuration = revealObject(fromStruct(request.getArgs()));
    client = undefined;
    return new rpc.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
  }),
  check: unary(async (request: rpc.CheckRequest) => {
    const inputs = await provider.check(
      request.getUrn(),
      request.getName(),
      fromStruct(request.getNews()),
    );
    return new rpc.CheckResponse().setInputs(toStruct(inputs));
  }),
  diff: unary((request: rpc.DiffRequest) =>
    diffResponse(provider.diff(fromStruct(request.getOldInputs()), fromStruct(request.getNews()))),
  ),
  create: unary(async (request: rpc.CreateRequest) => {
    const resource = { urn: request.getUrn(), inputs: fromStruct(request.getProperties()) };
    const { id, outputs } = await provider.create(resource, request.getPreview());
    return new rpc.CreateResponse().setId(id).setProperties(toStruct(outputs));
  }),
  update: unary(async (request: rpc.UpdateRequest) => {
    const resource = { urn: request.getUrn(), inputs: fromStruct(request.getNews()) };
    const { outputs } = await provider.update(
      resource,
      request.getIgnorechangesList(),
      request.getPreview(),
    );
    return new rpc.UpdateResponse().setProperties(toStruct(outputs));
  }),
  read: unary(async (request: rpc.ReadRequest) => {
    const resource = { urn: request.getUrn(), inputs: fromStruct(request.getInputs()) };
    const state = await provider.read(
      resource,
      request.getId(),
      fromStruct(request.getProperties()),
    );
    if (state === undefined) return new rpc.ReadResponse();
    return new rpc.ReadResponse()
      .setId(state.id)
      .setProperties(toStruct(state.outputs))
      .setInputs(toStruct(state.inputs));
  }),
  delete: unary(async (request: rpc.DeleteRequest) => {
    const inputs = fromStruct(request.getOldInputs());
    const known = Object.keys(inputs).length > 0 ? inputs : fromStruct(request.getProperties());
    await provider.delete({ urn: request.getUrn(), inputs: known });
    return new Empty();
  }),
  getSchema: unary(() => new rpc.GetSchemaResponse().setSchema("{}")),
  getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
  cancel: unary(() => new Empty()),
  attach: unary(() => new Empty()),
};

// The engine holds the plugin's standard input open for as long as it lives.
process.stdin.resume().on("end", () => process.exit(0));
void servePlugin(ResourceProviderService, implementation);
