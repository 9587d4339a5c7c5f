// Stand-in for pulumi-resource-random, for the end-to-end tests only: passwords of letters and
// digits, kept in the state.
import { randomInt } from "node:crypto";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { version } from "@pulumi/random/package.json";
import { asSecret, changedFields, revealObject } from "../../lib/json";
import { fromStruct, servePlugin, toStruct, unary } from "../grpc";

const PASSWORD_TYPE = "random:index/randomPassword:RandomPassword";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function password(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}

function create(request: rpc.CreateRequest): rpc.CreateResponse {
  const inputs = fromStruct(request.getProperties());
  const { length } = revealObject(inputs);
  if (request.getType() !== PASSWORD_TYPE || typeof length !== "number")
    throw new Error(`the stand-in makes ${PASSWORD_TYPE} with a length, not ${request.getType()}`);
  if (request.getPreview()) return new rpc.CreateResponse().setProperties(toStruct(inputs));
  return new rpc.CreateResponse()
    .setId("none")
    .setProperties(toStruct({ ...inputs, result: asSecret(password(length)) }));
}

function diff(request: rpc.DiffRequest): rpc.DiffResponse {
  const changed = changedFields(fromStruct(request.getOldInputs()), fromStruct(request.getNews()));
  const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
  return new rpc.DiffResponse()
    .setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setReplacesList(changed);
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
  check: unary((request: rpc.CheckRequest) => new rpc.CheckResponse().setInputs(request.getNews())),
  create: unary(create),
  diff: unary(diff),
  read: unary((request: rpc.ReadRequest) =>
    new rpc.ReadResponse()
      .setId(request.getId())
      .setProperties(request.getProperties())
      .setInputs(request.getInputs()),
  ),
  delete: unary(() => new Empty()),
  getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
  cancel: unary(() => new Empty()),
});
