import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/**
 * The forms that the scan of data knows too (services/training/causeway_training/personal_data.py).
 */
const file = join(
  __dirname,
  "..",
  "..",
  "services",
  "training",
  "causeway_training",
  "personal-data.json",
);
const checks = ["luhn", "iban", "nir", "dni", "steuer-id"] as const;
const schema = z.object({
  before: z.string(),
  after: z.string(),
  forms: z.array(
    z.object({ kind: z.string(), expression: z.string(), check: z.enum(checks).optional() }),
  ),
  cardLengths: z.record(z.string(), z.array(z.number())),
  ibanLengths: z.record(z.string(), z.number()),
});
const { before, after, forms, cardLengths, ibanLengths } = schema.parse(
  JSON.parse(readFileSync(file, "utf8")),
);
const expressions = forms.map(({ kind, expression, check }) => ({
  kind,
  check,
  expression: new RegExp(`${before}(?:${expression})${after}`, "g"),
}));

/**
 * The kinds of personal data in a text, by form and check digits; a name without such a form is not
 * found.
 */
export function kindsIn(text: string): ReadonlySet<string> {
  return new Set(
    expressions
      .filter(({ expression, check }) =>
        [...text.matchAll(expression)].some(
          ([match]) => check === undefined || holds[check](match.replace(/[\s.()-]/g, "")),
        ),
      )
      .map(({ kind }) => kind),
  );
}

/** One finding in a log: the line's number from 1, and what kinds it holds; never the value. */
export interface LineFinding {
  readonly line: number;
  readonly kinds: readonly string[];
}

/** Lines of a log that hold personal data. */
export function scanLines(text: string): LineFinding[] {
  return text
    .split("\n")
    .map((line, index) => ({ line: index + 1, kinds: [...kindsIn(line)] }))
    .filter(({ kinds }) => kinds.length > 0);
}

const letters = "TRWAGMYFPDXBNJZSQVHLCKE";

const holds = {
  luhn: (digits) =>
    cardLengths[digits.charAt(0)]?.includes(digits.length) === true &&
    new Set(digits).size > 1 &&
    sumOf(
      [...digits].reverse().map((digit, i) => crossSum(Number(digit) * (i % 2 === 0 ? 1 : 2))),
    ) %
      10 ===
      0,
  iban: (text) =>
    ibanLengths[text.slice(0, 2)] === text.length &&
    BigInt([...text.slice(4), ...text.slice(0, 4)].map((sign) => parseInt(sign, 36)).join("")) %
      97n ===
      1n,
  nir: (text) => {
    const number = text.slice(0, 13).replace("2A", "19").replace("2B", "18");
    return /^\d+$/.test(number) && 97 - (Number(number) % 97) === Number(text.slice(13));
  },
  dni: (text) =>
    letters[
      Number(text.slice(0, -1).replace("X", "0").replace("Y", "1").replace("Z", "2")) % 23
    ] === text.at(-1),
  "steuer-id": (digits) => {
    const counts = [...new Set(digits.slice(0, 10))]
      .map((digit) => digits.slice(0, 10).split(digit).length - 1)
      .filter((count) => count > 1);
    const rest = [...digits.slice(0, 10)].reduce(
      (last, digit) => (((Number(digit) + last) % 10 || 10) * 2) % 11,
      10,
    );
    return (
      counts.length === 1 &&
      [2, 3].includes(counts[0] ?? 0) &&
      (11 - rest) % 10 === Number(digits.charAt(10))
    );
  },
} as const satisfies Record<(typeof checks)[number], (bare: string) => boolean>;

function crossSum(number: number): number {
  return number > 9 ? number - 9 : number;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
