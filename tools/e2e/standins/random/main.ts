// Stand-in for pulumi-resource-random, for the end-to-end tests only: it makes RandomPassword and knows no other resource.
import { randomInt } from "node:crypto";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { version } from "@pulumi/random/package.json";
import { changedFields } from "../../lib/json";
import { fromStruct, servePlugin, toStruct, unary } from "../grpc";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const PASSWORD = "random:index/randomPassword:RandomPassword";

function password(urn: string, length: unknown): string {
  if (urn.split("::")[2]?.split("$").pop() !== PASSWORD) throw new Error(`the stand-in for the random provider makes only ${PASSWORD}, not ${urn}`);
  if (typeof length !== "number") throw new Error(`length of ${urn} must be a number`);
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}

const implementation = {
  checkConfig: unary((request: rpc.CheckRequest) => new rpc.CheckResponse().setInputs(request.getNews())),
  diffConfig: unary(() => new rpc.DiffResponse().setChanges(rpc.DiffResponse.DiffChanges.DIFF_NONE)),
  configure: unary(() => new rpc.ConfigureResponse().setAcceptsecrets(false).setSupportspreview(true)),
  check: unary((request: rpc.CheckRequest) => new rpc.CheckResponse().setInputs(request.getNews())),
  diff: unary((request: rpc.DiffRequest) => {
    const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
    const changed = changedFields(fromStruct(request.getOldInputs()), fromStruct(request.getNews()));
    return new rpc.DiffResponse().setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME).setReplacesList([...changed]);
  }),
  create: unary((request: rpc.CreateRequest) => {
    const inputs = fromStruct(request.getProperties());
    // A preview does not know the password yet.
    if (request.getPreview()) return new rpc.CreateResponse().setProperties(toStruct(inputs));
    return new rpc.CreateResponse().setId("none").setProperties(toStruct({ ...inputs, result: password(request.getUrn(), inputs["length"]) }));
  }),
  read: unary((request: rpc.ReadRequest) => new rpc.ReadResponse().setId(request.getId()).setProperties(request.getProperties()).setInputs(request.getInputs())),
  delete: unary(() => new Empty()),
  getSchema: unary(() => new rpc.GetSchemaResponse().setSchema("{}")),
  getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
  cancel: unary(() => new Empty()),
  attach: unary(() => new Empty()),
};

process.stdin.resume().on("end", () => process.exit(0));
void servePlugin(ResourceProviderService, implementation);
