import type { Feature } from "../../services/contract/contract";
import { codeReader, decoder, encoder } from "../../services/contract/encoding";
import encodings from "./encodings.json";

/** Features with codes and refused values; services/training/tests/test_encoding.py reads them too. */
const features = encodings.map(
  ({ feature, ...rest }) =>
    [
      JSON.stringify(feature),
      {
        ...rest,
        feature: { name: "f", description: "F", optional: false, ...feature } as unknown as Feature,
      },
    ] as const,
);

describe.each(features)("%s", (_, { feature, codes, refused }) => {
  const encode = encoder(feature);

  it.each(codes)("%j has the code %j", (value, code) => {
    expect(encode(value)).toBe(code);
    expect(codeReader(feature)(code)).toBe(code);
  });

  it.each(refused)("%j is refused", (value) => {
    expect(typeof encode(value)).toBe("string");
  });

  it.each(codes)("the code of %j is that of a value that is decoded from it", (_, code) => {
    const again = encode(decoder(feature)(Number(code)));
    // Times are decoded to the millisecond.
    expect(Number(again)).toBeCloseTo(Number(code), 7);
  });

  it("refuses another kind of value, and codes that no value has", () => {
    for (const value of [null, undefined, {}, [], NaN, Infinity]) {
      expect(typeof encode(value)).toBe("string");
      expect(typeof codeReader(feature)(value)).toBe("string");
    }
    for (const code of [-4, 1e9, "0"]) expect(typeof codeReader(feature)(code)).toBe("string");
  });
});
