// Stand-in for pulumi-resource-docker, for the end-to-end tests only: knows one call,
// getRegistryImage, and answers from a table in place of the registries.
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { version } from "@pulumi/docker/package.json";
import { revealObject } from "../../lib/json";
import { fromStruct, servePlugin, toStruct, unary } from "../grpc";
import { heldImages } from "./registry";

const CALL = "docker:index/getRegistryImage:getRegistryImage";

/**
 * Takes a name apart as the provider does (terraform-provider-docker, parseImageOptions): a digest
 * counts behind a tag alone.
 */
async function invoke(request: rpc.InvokeRequest): Promise<rpc.InvokeResponse> {
  const { name } = revealObject(fromStruct(request.getArgs()));
  if (request.getTok() !== CALL || typeof name !== "string")
    throw new Error(`the stand-in knows ${CALL} with a name, not ${request.getTok()}`);
  const [, repository = name, digest = ""] = /^(.*):[^:/@]+@(sha256:.+)$/.exec(name) ?? [];
  if (!(await heldImages(__dirname)).includes(`${repository}@${digest}`))
    throw new Error(
      `Got error when attempting to fetch image version ${repository}:${digest} from registry: got bad response from registry: 404 Not Found`,
    );
  return new rpc.InvokeResponse().setReturn(toStruct({ id: digest, name, sha256Digest: digest }));
}

// The engine holds the plugin's standard input open for as long as it lives.
process.stdin.resume().on("end", () => process.exit(0));
void servePlugin(ResourceProviderService, {
  checkConfig: unary((request: rpc.CheckRequest) =>
    new rpc.CheckResponse().setInputs(request.getNews()),
  ),
  diffConfig: unary(() =>
    new rpc.DiffResponse().setChanges(rpc.DiffResponse.DiffChanges.DIFF_NONE),
  ),
  configure: unary(() =>
    new rpc.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true),
  ),
  invoke: unary(invoke),
  getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
  cancel: unary(() => new Empty()),
});
