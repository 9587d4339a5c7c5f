import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { modelFormat, onnxMessages } from "../../../services/evidence/model-format";
import { ensureEnvironment, findPython } from "../../../services/training/environment";
import { modelFolder } from "../../harness/fixtures";
import { externalTensor, logisticGraph, message, modelOf, type Field } from "../../support/onnx";

const sample = readFileSync(join(modelFolder, "release", "model.onnx"));
const golden = join(__dirname, "..", "model-server", "golden");
const outside = externalTensor("weights", [16, 1], "weights.bin");
const inside = message([1, 16], [1, 1], [2, 1], [8, "weights"], [9, new Uint8Array(64)]);
const graph = logisticGraph(16, inside);
/** A node with one attribute, whose only field is this one. */
const node = (field: Field) => message([4, "X"], [5, message([1, "a"], field)]);
/** A graph with one node, and its initializers. */
const graphWith = (...fields: readonly Field[]) => Buffer.concat([graph, message(...fields)]);

test("the format of a model is told by its first bytes, whatever its name", () => {
  const formats = {
    onnx: [0x08, 0x08],
    pickle: [0x80, 0x04],
    archive: [0x50, 0x4b],
    unknown: [0x7b, 0x22],
  } as const;
  for (const [format, bytes] of Object.entries(formats))
    expect(modelFormat(Uint8Array.from(bytes))).toBe(format);
  expect(modelFormat(Uint8Array.from([0x1f, 0x8b]))).toBe("archive");
  expect(modelFormat(Uint8Array.from([]))).toBe("unknown");
});

test("what onnxruntime would read as its own format is none, though it is ONNX too", () => {
  expect(modelFormat(message([1, 8], [2, "ORTM"], [7, graph]))).toBe("ort");
  expect(modelFormat(message([1, 8], [2, "ORTX"], [7, graph]))).toBe("onnx");
});

test.each([
  ["the sample", sample],
  ["a boosted model", readFileSync(join(golden, "boosted.onnx"))],
  ["a linear model", readFileSync(join(golden, "linear.onnx"))],
  ["a graph of two nodes", modelOf(graph)],
  ["a tensor that says that it is in the file", modelOf(graphWith([5, message([14, 0])]))],
  ["packed and single numbers", modelOf(graphWith([5, message([1, 2], [1, message([2, 3])])]))],
])("%s is onnx", (_, model) => {
  expect(modelFormat(model)).toBe("onnx");
});

const places: Record<string, Uint8Array> = {
  "graph.initializer": modelOf(graphWith([5, outside])),
  "graph.sparse_initializer.values": modelOf(graphWith([15, message([1, outside])])),
  "graph.sparse_initializer.indices": modelOf(graphWith([15, message([1, inside], [2, outside])])),
  "graph.node.attribute.t": modelOf(graphWith([1, node([5, outside])])),
  "graph.node.attribute.tensors": modelOf(graphWith([1, node([10, outside])])),
  "graph.node.attribute.sparse_tensor.values": modelOf(
    graphWith([1, node([22, message([1, outside])])]),
  ),
  "graph.node.attribute.sparse_tensors.indices": modelOf(
    graphWith([1, node([23, message([2, outside])])]),
  ),
  "graph.node.attribute.g.initializer": modelOf(graphWith([1, node([6, graphWith([5, outside])])])),
  "graph.node.attribute.graphs.node.attribute.g.node.attribute.t": modelOf(
    graphWith([1, node([11, graphWith([1, node([6, graphWith([1, node([5, outside])])])])])]),
  ),
  "functions.node.attribute.t": modelOf(graph, [25, message([1, "f"], [7, node([5, outside])])]),
  "functions.attribute_proto.t": modelOf(graph, [25, message([11, message([5, outside])])]),
  "training_info.initialization.initializer": modelOf(graph, [
    20,
    message([1, graphWith([5, outside])]),
  ]),
  "training_info.algorithm.node.attribute.tensors": modelOf(graph, [
    20,
    message([2, graphWith([1, node([10, outside])])]),
  ]),
};
test.each(Object.entries(places))("a tensor of %s in another file is refused", (place, model) => {
  expect(modelFormat(model)).toBe(`onnx with external data: tensor "weights" of model.${place}`);
});

test.each<[string, Field]>([
  ["a location without data_location", [13, message([1, "location"], [2, "weights.bin"])]],
  ["an empty entry", [13, ""]],
  ["data_location without a location", [14, 1]],
  ["a data_location that nobody knows", [14, 2]],
  ["a data_location whose low 32 bits are EXTERNAL", [14, 2 ** 32 + 1]],
  ["a data_location whose low 32 bits are DEFAULT", [14, 2 ** 32]],
])("%s is external data", (_, field) => {
  const tensor = message([8, 'a "name"\n'], field);
  expect(modelFormat(modelOf(graphWith([5, tensor])))).toBe(
    'onnx with external data: tensor "a \\"name\\"\\n" of model.graph.initializer',
  );
});

test("a tensor that is given twice is looked at twice, for parsers join both", () => {
  const joined = node([5, inside]);
  const twice = message([4, "X"], [5, message([1, "a"], [5, inside], [5, message([14, 1])])]);
  expect(modelFormat(modelOf(graphWith([1, joined])))).toBe("onnx");
  expect(modelFormat(modelOf(graphWith([1, twice])))).toMatch(/^onnx with external data/);
});

test.each<[string, Uint8Array, string]>([
  ["a field that ONNX does not have", modelOf(graph, [99, ""]), "ModelProto has no field 99"],
  ["a field 0", message([1, 8], [0, ""]), "ModelProto has no field 0"],
  ["a group", Uint8Array.from([8, 8, 0x3b]), "ModelProto.graph has not wire type 3"],
  ["a graph as a number", message([1, 8], [7, 1]), "ModelProto.graph has not wire type 0"],
  [
    "a data_location as bytes",
    modelOf(graphWith([5, message([14, Uint8Array.from([1])])])),
    "TensorProto.data_location has not wire type 2",
  ],
  [
    "a graph that ends after the file",
    Uint8Array.from([8, 8, 0x3a, 5, 0]),
    "ModelProto.graph is cut off or too long",
  ],
  [
    "a node that ends after its graph",
    message([1, 8], [7, Uint8Array.from([0x0a, 9])], [6, "some text"]),
    "GraphProto.node is cut off or too long",
  ],
  [
    "a number without end",
    Uint8Array.from([8, 8, ...Array<number>(11).fill(0xff)]),
    "the number of a field of ModelProto is cut off or too long",
  ],
  [
    "a length of 2^63",
    Uint8Array.from([8, 8, 0x3a, ...Array<number>(9).fill(0x80), 1]),
    "ModelProto.graph is cut off or too long",
  ],
])("%s is refused with the byte where it is", (_, model, problem) => {
  expect(modelFormat(model)).toMatch(/^malformed onnx: byte \d+: /);
  expect(modelFormat(model)).toContain(problem);
});

test("messages in messages are refused beyond what protobuf's parsers take", () => {
  const deep = (levels: number) => {
    let inner: Uint8Array = graph;
    for (let i = 0; i < levels; i += 1) inner = message([1, node([6, inner])]);
    return modelFormat(modelOf(inner));
  };
  expect(deep(32)).toBe("onnx");
  expect(deep(34)).toMatch(/^malformed onnx: byte \d+: more than 100 messages in each other$/);
});

test.each<[string, () => Uint8Array]>([
  ["empty nodes", () => Buffer.alloc(2 ** 20, Uint8Array.from([0x0a, 0]))],
  ["nodes of empty attributes", () => Buffer.alloc(2 ** 20, Uint8Array.from([0x0a, 2, 0x2a, 0]))],
])("1 MiB of %s is read in time of its length", (_, fields) => {
  const model = message([1, 8], [7, fields()]);
  const from = process.cpuUsage();
  expect(modelFormat(model)).toBe("onnx");
  expect(process.cpuUsage(from).user / 1_000).toBeLessThan(10_000);
});

test("a sample with bytes changed, cut off or put in is judged without an error of the program", () => {
  const bytes = fc.uint8Array({ maxLength: 12 });
  fc.assert(
    fc.property(fc.nat(sample.length), fc.nat(12), bytes, (at, gone, put) => {
      const changed = Buffer.concat([sample.subarray(0, at), put, sample.subarray(at + gone)]);
      expect(modelFormat(changed)).toMatch(
        /^(onnx|malformed onnx: .*|onnx with .*|unknown|pickle|archive|ort)$/s,
      );
    }),
    { numRuns: 3_000, seed: 14 },
  );
});

const python = findPython();
(python === undefined ? test.skip : test)(
  "the messages that are looked into are those of the onnx library, field by field",
  async () => {
    const environment = await ensureEnvironment({
      tests: true,
      report: (line) => console.log(line),
    });
    const { stdout, stderr, status } = spawnSync(environment.python, ["-c", descriptors], {
      env: { ...process.env, ...environment.variables },
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    expect(onnxMessages).toEqual(JSON.parse(stdout));
  },
);

/**
 * Prints the messages of onnx.proto from which a TensorProto can be reached, with their fields in
 * the kinds of the table; where the library grows a field, the table does not have it.
 */
const descriptors = `
import json
from onnx import ModelProto
from google.protobuf.descriptor import FieldDescriptor as F

def reach(descriptor, trail=()):
    if descriptor.full_name == "onnx.TensorProto":
        return True
    return descriptor.full_name not in trail and any(
        f.message_type is not None and reach(f.message_type, (*trail, descriptor.full_name))
        for f in descriptor.fields
    )

fixed = {F.TYPE_FLOAT: "fixed32", F.TYPE_DOUBLE: "fixed64"}
bytes_ = (F.TYPE_STRING, F.TYPE_BYTES, F.TYPE_MESSAGE)

def kind(owner, field):
    special = {"external_data": "external", "data_location": "location"}
    if owner.name == "TensorProto" and field.name in special:
        return special[field.name]
    if field.message_type is not None and reach(field.message_type):
        return field.message_type.name
    if field.type in bytes_:
        return "bytes"
    return fixed.get(field.type, "varint") + ("s" if field.is_repeated else "")

found = {}
def walk(descriptor):
    if descriptor.name in found or not reach(descriptor):
        return
    found[descriptor.name] = {f.number: [f.name, kind(descriptor, f)] for f in descriptor.fields}
    for f in descriptor.fields:
        if f.message_type is not None:
            walk(f.message_type)
walk(ModelProto.DESCRIPTOR)
print(json.dumps(found))
`;
