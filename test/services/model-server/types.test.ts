import type { Contract } from "../../../services/contract/contract";
import { columnsOf } from "../../../services/model-server/requests/columns";
import { readNamed } from "../../../services/model-server/requests/named";
import { RequestProblem } from "../../../services/model-server/requests/problem";
import { inferenceIn } from "../../../services/model-server/grpc/convert";
import { TensorBytes } from "../../../services/model-server/requests/binary";
import { readColumns } from "../../../services/model-server/requests/named-tensors";
import { readWhole, tensorForm } from "../../../services/model-server/requests/tensor";

const base = { description: "", classification: "internal", optional: false } as const;
const features: Contract["features"] = [
  { ...base, name: "plan", type: "category", values: ["None", "One year"] },
  { ...base, name: "senior", type: "boolean" },
  { ...base, name: "since", type: "date", min: "2020-01-01", max: "2024-12-31" },
  { ...base, name: "asked", type: "timestamp", min: "2020-01-01", max: "2024-12-31" },
  { ...base, name: "shop", type: "text", maxLength: 5, buckets: 4, optional: true },
  { ...base, name: "rooms", type: "integer", min: 1, max: 9 },
];
const columns = columnsOf({ features });
const good = {
  plan: "One year",
  senior: true,
  since: "2020-01-03",
  asked: "2020-01-01T12:00:00Z",
  shop: null,
  rooms: 2,
};

/** What is wrong with a named request, by field. */
function problems(changed: Readonly<Record<string, unknown>>): Record<string, string> {
  try {
    readNamed(columns, { features: { ...good, ...changed } });
  } catch (error) {
    if (!(error instanceof RequestProblem)) throw error;
    return Object.fromEntries(error.problems.map(({ field, message }) => [field, message]));
  }
  return {};
}

it("takes each type as the data has it, and gives the model numbers", () => {
  expect([...readNamed(columns, { features: good }).rows.values]).toEqual([1, 1, 2, 0.5, NaN, 2]);
});

it.each([
  ["plan", "Two year", "must be one of None, One year"],
  ["plan", 1, "must be one of None, One year"],
  ["senior", 1, "must be true or false"],
  ["senior", "true", "must be true or false"],
  ["since", "03/01/2020", "must be a date from 2020-01-01 to 2024-12-31"],
  ["since", "2019-12-31", "must be a date from 2020-01-01 to 2024-12-31"],
  ["asked", "2025-01-01", "must be an ISO 8601 time from 2020-01-01 to 2024-12-31"],
  ["shop", "Bakery", "must be text of 1 to 5 characters"],
  ["rooms", "2", "must be a whole number from 1 to 9"],
])("refuses %s = %j, and says what is allowed", (name, value, message) => {
  expect(problems({ [name]: value })).toEqual({ [`features.${name}`]: message });
});

const form = tensorForm({
  model: "m",
  version: "1.0.0",
  input: "features",
  columns,
  maximumRows: 8,
});

it("takes a tensor of the codes themselves", () => {
  const tensor = (data: readonly unknown[]) =>
    readWhole(form, { name: "features", datatype: "FP32", shape: [1, 6], data }, undefined);
  expect([...tensor([1, 0, 2, 0.25, 3, 2]).values]).toEqual([1, 0, 2, 0.25, 3, 2]);
  expect(() => tensor([2, 0, 2, 0.25, 3, 2])).toThrow(
    "row 0, plan must be the position of its value in the list, from 0: None, One year",
  );
  expect(() => tensor([1, true, 2, 0.25, 3, 2])).toThrow("row 0, senior must be 0 or 1");
  expect(() => tensor([1, 0, 2.5, 0.25, 3, 2])).toThrow(
    "row 0, since must be the days since 2020-01-01, up to 2024-12-31",
  );
});

describe("a tensor for each column", () => {
  const texts = (...parts: readonly string[]) =>
    Buffer.concat(
      parts.flatMap((part) => {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(Buffer.byteLength(part));
        return [length, Buffer.from(part)];
      }),
    );
  const of = (name: string, datatype: string, ...data: readonly unknown[]) => ({
    name,
    datatype,
    shape: [data.length],
    data,
  });
  const all = (plan: unknown) => [
    plan,
    of("senior", "BOOL", true, false),
    of("since", "BYTES", "2020-01-01", "2020-01-31"),
    of("asked", "FP64", 0.5, 1),
    of("rooms", "INT32", 1, 9),
  ];

  it("has texts as BYTES, or codes", () => {
    const rows = [1, 1, 0, 0.5, NaN, 1, 0, 0, 30, 1, NaN, 9];
    const named = of("plan", "BYTES", "One year", "None");
    expect([...readColumns(form, all(named), undefined).values]).toEqual(rows);
    expect([...readColumns(form, all(of("plan", "INT8", 1, 0)), undefined).values]).toEqual(rows);
  });

  it("may have texts behind the JSON", () => {
    const bytes = texts("One year", "None");
    const plan = {
      name: "plan",
      datatype: "BYTES",
      shape: [2],
      parameters: { binary_data_size: bytes.length },
    };
    expect([...readColumns(form, all(plan), new TensorBytes(bytes)).values.slice(0, 2)]).toEqual([
      1, 1,
    ]);
    const cut = bytes.subarray(0, -1);
    expect(() =>
      readColumns(
        form,
        all({ ...plan, parameters: { binary_data_size: cut.length } }),
        new TensorBytes(cut),
      ),
    ).toThrow("must be elements of BYTES, each with its length");
  });

  it("has texts over gRPC as well", () => {
    const tensor = (...parts: readonly Buffer[]) => ({
      inputs: [
        { name: "plan", datatype: "BYTES", shape: [1], contents: { bytes_contents: parts } },
      ],
    });
    expect(inferenceIn(tensor(Buffer.from("Zürich"))).body["inputs"]).toEqual([
      { name: "plan", datatype: "BYTES", shape: [1], data: ["Zürich"] },
    ]);
    expect(() => inferenceIn(tensor(Buffer.from([0xff])))).toThrow(
      "inputs[0].contents must be elements of UTF-8",
    );
  });

  it("is refused for a text that is not allowed, and for a datatype that cannot be", () => {
    expect(() => readColumns(form, all(of("plan", "BYTES", "None", "None ")), undefined)).toThrow(
      "row 1, plan must be one of None, One year",
    );
    expect(() => readColumns(form, all(of("plan", "BOOL", true, true)), undefined)).toThrow(
      /inputs\[0\].datatype must be one that plan can have: INT8, .*BYTES/,
    );
  });
});
