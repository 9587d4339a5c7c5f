import type { InjectOptions } from "fastify";
import { goodFeatures, goodRow, tensor } from "../support/server";

/** What is sent, and the exact status, code and message that come back. */
export type Malformed = [
  title: string,
  request: InjectOptions,
  status: number,
  code: string,
  error: string,
];

export const input = tensor().inputs[0]!;
export const json = { "content-type": "application/json" };
export const post = (url: string, payload: unknown): InjectOptions => ({
  method: "POST",
  url,
  payload: payload as object,
});
export const text = (url: string, payload: string | Buffer): InjectOptions => ({
  method: "POST",
  url,
  headers: json,
  payload,
});
export const row = (index: number, value: unknown) =>
  tensor([goodRow.map((old, i) => (i === index ? value : old))]);
export const features = (changes: Record<string, unknown>) => ({
  features: { ...goodFeatures, ...changes },
});
