import { gzipSync } from "node:zlib";
import { goodFeatures, paths } from "../support/server";
import { json, text, type Malformed } from "./request";

const notJson = "the body must be JSON with each key once, and not deep";

/** The body as bytes. */
export const bodies: readonly Malformed[] = [
  [
    "no body",
    { method: "POST", url: paths.infer, headers: json },
    400,
    "body.missing",
    "the request needs a JSON body",
  ],
  [
    "neither body nor type",
    { method: "POST", url: paths.predict },
    400,
    "body.missing",
    "the request needs a JSON body",
  ],
  [
    "another media type",
    { ...text(paths.infer, "<a/>"), headers: { "content-type": "application/xml" } },
    415,
    "body.media-type",
    "the body must be application/json",
  ],
  [
    "a form",
    {
      ...text(paths.predict, "obrat=1"),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    },
    415,
    "body.media-type",
    "the body must be application/json",
  ],
  [
    "a media type that is none",
    { ...text(paths.predict, "{}"), headers: { "content-type": "json" } },
    415,
    "body.media-type",
    "the body must be application/json",
  ],
  [
    "a gzip bomb",
    {
      ...text(paths.infer, gzipSync(Buffer.alloc(50_000_000))),
      headers: { ...json, "content-encoding": "gzip" },
    },
    415,
    "body.encoding",
    "the body must not be compressed",
  ],
  [
    "an encoding nobody knows",
    { ...text(paths.infer, "{}"), headers: { ...json, "content-encoding": "x" } },
    415,
    "body.encoding",
    "the body must not be compressed",
  ],
  [
    "too large a body",
    text(paths.infer, JSON.stringify({ inputs: " ".repeat(300_000) })),
    413,
    "body.size",
    "the body is too large",
  ],
  [
    "invalid UTF-8",
    text(paths.predict, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])),
    400,
    "body.utf8",
    "the body must be UTF-8",
  ],
  [
    "UTF-16",
    text(
      paths.predict,
      Buffer.from(JSON.stringify({ features: goodFeatures, subject: "é" }), "utf16le"),
    ),
    400,
    "body.utf8",
    "the body must be UTF-8",
  ],
  ["truncated JSON", text(paths.infer, '{"inputs": [{'), 400, "body.json", notJson],
  ["two documents", text(paths.infer, "{} {}"), 400, "body.json", notJson],
  ["a NaN literal", text(paths.predict, '{"features": {"obrat": NaN}}'), 400, "body.json", notJson],
  [
    "an Infinity literal",
    text(paths.predict, '{"features": {"obrat": Infinity}}'),
    400,
    "body.json",
    notJson,
  ],
  ["a comment", text(paths.predict, '{/* */"features": {}}'), 400, "body.json", notJson],
  [
    "120,000 nested lists",
    text(paths.infer, "[".repeat(120_000) + "]".repeat(120_000)),
    400,
    "body.json",
    notJson,
  ],
  [
    "a feature twice",
    text(paths.predict, '{"features": {"obrat": 1, "\\u006fbrat": 2}}'),
    400,
    "body.json",
    notJson,
  ],
  [
    "1,500 nested objects",
    text(paths.predict, `{"features":${'{"a":'.repeat(1_500)}1${"}".repeat(1_500)}}`),
    400,
    "body.json",
    notJson,
  ],
  ...[paths.predict, paths.explain, paths.feedback].map((path): Malformed => [
    `more keys than a row has, for ${path}`,
    text(path, `{${Array.from({ length: 20_000 }, (_, i) => `"k${i}":1`).join(",")}}`),
    413,
    "body.size",
    "the body is too large",
  ]),
  ["null", text(paths.infer, "null"), 400, "body.type", "the body must be a JSON object"],
  ["a list", text(paths.predict, "[]"), 400, "body.type", "the body must be a JSON object"],
  ["text", text(paths.explain, '"x"'), 400, "body.type", "the body must be a JSON object"],
];
