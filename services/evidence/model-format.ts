/**
 * The format of a model file, by its bytes: `onnx` is an ONNX graph that has all its tensors in
 * itself, and the one format that is served. A pickle begins with the opcode PROTO (0x80) and its
 * version, and the archives of joblib, numpy and PyTorch are zip or gzip files: all of them can run
 * code when loaded. onnxruntime takes what has ORTM at its fifth byte for its own format, whatever
 * else it may be. What else is wrong with an ONNX file is said after its name.
 */
export function modelFormat(bytes: Uint8Array): string {
  const [first = -1, second = -1] = bytes;
  if (first === 0x80 && second <= 5) return "pickle";
  if ((first === 0x50 && second === 0x4b) || (first === 0x1f && second === 0x8b)) return "archive";
  if (Buffer.from(bytes.subarray(4, 8)).toString("latin1") === "ORTM") return "ort";
  // The first field of a ModelProto is the small number of its IR version.
  if (first !== 0x08 || second < 3 || second >= 0x20) return "unknown";
  return onnxProblem(bytes) ?? "onnx";
}

/** How a field is encoded: a message by its name, a number, or bytes; repeated numbers may be packed. */
type Kind = keyof typeof wireTypes | MessageName;
type Fields = Readonly<Record<number, readonly [name: string, kind: Kind]>>;
type MessageName =
  | "ModelProto"
  | "GraphProto"
  | "NodeProto"
  | "AttributeProto"
  | "TensorProto"
  | "SparseTensorProto"
  | "FunctionProto"
  | "TrainingInfoProto";

const [asVarint, asFixed64, asBytes, asFixed32] = [0, 1, 2, 5];
/** Wire types of the kinds that are no messages to look into. */
const wireTypes = {
  varint: [asVarint],
  varints: [asVarint, asBytes],
  fixed32: [asFixed32],
  fixed32s: [asFixed32, asBytes],
  fixed64s: [asFixed64, asBytes],
  bytes: [asBytes],
  /** `data_location`, of which only DEFAULT (0) is in the file. */
  location: [asVarint],
  /** Where external data is. */
  external: [asBytes],
} as const;

/**
 * Every field of the messages of ONNX from which a TensorProto can be reached, by number, as
 * onnx.proto has them; any other message is bytes here. A field that is not here is refused, for it
 * may say where more tensors are.
 */
export const onnxMessages: Readonly<Record<MessageName, Fields>> = {
  ModelProto: {
    1: ["ir_version", "varint"],
    2: ["producer_name", "bytes"],
    3: ["producer_version", "bytes"],
    4: ["domain", "bytes"],
    5: ["model_version", "varint"],
    6: ["doc_string", "bytes"],
    7: ["graph", "GraphProto"],
    8: ["opset_import", "bytes"],
    14: ["metadata_props", "bytes"],
    20: ["training_info", "TrainingInfoProto"],
    25: ["functions", "FunctionProto"],
    26: ["configuration", "bytes"],
  },
  GraphProto: {
    1: ["node", "NodeProto"],
    2: ["name", "bytes"],
    5: ["initializer", "TensorProto"],
    10: ["doc_string", "bytes"],
    11: ["input", "bytes"],
    12: ["output", "bytes"],
    13: ["value_info", "bytes"],
    14: ["quantization_annotation", "bytes"],
    15: ["sparse_initializer", "SparseTensorProto"],
    16: ["metadata_props", "bytes"],
  },
  NodeProto: {
    1: ["input", "bytes"],
    2: ["output", "bytes"],
    3: ["name", "bytes"],
    4: ["op_type", "bytes"],
    5: ["attribute", "AttributeProto"],
    6: ["doc_string", "bytes"],
    7: ["domain", "bytes"],
    8: ["overload", "bytes"],
    9: ["metadata_props", "bytes"],
    10: ["device_configurations", "bytes"],
  },
  AttributeProto: {
    1: ["name", "bytes"],
    2: ["f", "fixed32"],
    3: ["i", "varint"],
    4: ["s", "bytes"],
    5: ["t", "TensorProto"],
    6: ["g", "GraphProto"],
    7: ["floats", "fixed32s"],
    8: ["ints", "varints"],
    9: ["strings", "bytes"],
    10: ["tensors", "TensorProto"],
    11: ["graphs", "GraphProto"],
    13: ["doc_string", "bytes"],
    14: ["tp", "bytes"],
    15: ["type_protos", "bytes"],
    20: ["type", "varint"],
    21: ["ref_attr_name", "bytes"],
    22: ["sparse_tensor", "SparseTensorProto"],
    23: ["sparse_tensors", "SparseTensorProto"],
  },
  TensorProto: {
    1: ["dims", "varints"],
    2: ["data_type", "varint"],
    3: ["segment", "bytes"],
    4: ["float_data", "fixed32s"],
    5: ["int32_data", "varints"],
    6: ["string_data", "bytes"],
    7: ["int64_data", "varints"],
    8: ["name", "bytes"],
    9: ["raw_data", "bytes"],
    10: ["double_data", "fixed64s"],
    11: ["uint64_data", "varints"],
    12: ["doc_string", "bytes"],
    13: ["external_data", "external"],
    14: ["data_location", "location"],
    16: ["metadata_props", "bytes"],
  },
  SparseTensorProto: {
    1: ["values", "TensorProto"],
    2: ["indices", "TensorProto"],
    3: ["dims", "varints"],
  },
  FunctionProto: {
    1: ["name", "bytes"],
    4: ["input", "bytes"],
    5: ["output", "bytes"],
    6: ["attribute", "bytes"],
    7: ["node", "NodeProto"],
    8: ["doc_string", "bytes"],
    9: ["opset_import", "bytes"],
    10: ["domain", "bytes"],
    11: ["attribute_proto", "AttributeProto"],
    12: ["value_info", "bytes"],
    13: ["overload", "bytes"],
    14: ["metadata_props", "bytes"],
  },
  TrainingInfoProto: {
    1: ["initialization", "GraphProto"],
    2: ["algorithm", "GraphProto"],
    3: ["initialization_binding", "bytes"],
    4: ["update_binding", "bytes"],
  },
};

/** Messages in messages; protobuf's own parsers refuse more (`default_recursion_limit_`). */
const deepest = 100;

/** A message that is being read. */
interface Frame {
  readonly message: MessageName;
  /** The field that it is the value of. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Why a file is no ONNX graph that has all its tensors in itself; undefined where it is one. Each
 * byte is passed once, values are skipped by their length, and what is held is one frame for each
 * of at most {@link deepest} levels.
 */
function onnxProblem(bytes: Uint8Array): string | undefined {
  const frames: Frame[] = [{ message: "ModelProto", name: "model", start: 0, end: bytes.length }];
  let at = 0;
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    if (at === frame.end) {
      frames.pop();
      continue;
    }
    const field = fieldAt(bytes, at, frame);
    if (typeof field === "string") return `malformed onnx: byte ${at}: ${field}`;
    at = field.end;
    if (field.kind === "external" || (field.kind === "location" && field.value !== 0))
      return `onnx with external data: tensor ${nameOf(bytes, frame)} of ${frames.map(({ name }) => name).join(".")}`;
    if (!isMessage(field.kind)) continue;
    if (frames.length === deepest)
      return `malformed onnx: byte ${at}: more than ${deepest} messages in each other`;
    at = field.start;
    frames.push({ ...field, message: field.kind });
  }
  return undefined;
}

/** A field: what it is, where its value lies, and the number that a varint gives. */
interface Field {
  readonly name: string;
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

/** The field that begins at a byte of a message, or what is wrong with it. */
function fieldAt(bytes: Uint8Array, at: number, { message, end }: Frame): Field | string {
  const tag = varintAt(bytes, at, end);
  if (tag === undefined) return `the number of a field of ${message} is cut off or too long`;
  const [number, wireType] = [Math.floor(tag.value / 8), tag.value % 8];
  const [name, kind] = onnxMessages[message][number] ?? [];
  if (name === undefined || kind === undefined) return `${message} has no field ${number}`;
  const allowed: readonly number[] = isMessage(kind) ? [asBytes] : wireTypes[kind];
  if (!allowed.includes(wireType)) return `${message}.${name} has not wire type ${wireType}`;
  const cutOff = `${message}.${name} is cut off or too long`;
  if (wireType === asFixed32 || wireType === asFixed64) {
    const after = tag.end + (wireType === asFixed32 ? 4 : 8);
    return after > end ? cutOff : { name, kind, start: tag.end, end: after, value: 0 };
  }
  const given = varintAt(bytes, tag.end, end);
  if (given === undefined) return cutOff;
  if (wireType === asVarint)
    return { name, kind, start: tag.end, end: given.end, value: given.value };
  const after = given.end + given.value;
  return after > end ? cutOff : { name, kind, start: given.end, end: after, value: 0 };
}

/**
 * A varint of at most ten bytes before `end`; of more than 53 bits its value is near, and never 0.
 */
function varintAt(
  bytes: Uint8Array,
  at: number,
  end: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10 && at + i < end; i += 1) {
    const byte = bytes[at + i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  return undefined;
}

function isMessage(kind: Kind): kind is MessageName {
  return kind in onnxMessages;
}

/** The name of a tensor, as far as it can be read, in quotes. */
function nameOf(bytes: Uint8Array, tensor: Frame): string {
  let name = "";
  for (let at = tensor.start; at < tensor.end;) {
    const field = fieldAt(bytes, at, tensor);
    if (typeof field === "string") break;
    if (field.name === "name")
      name = Buffer.from(bytes.subarray(field.start, field.end)).toString();
    at = field.end;
  }
  return JSON.stringify(name.slice(0, 80));
}
