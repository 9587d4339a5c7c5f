import { kindsIn, scanLines } from "../../../cli/privacy/personal-data";
import { causeway } from "../../support/verb";

/**
 * Published test numbers of card schemes, of ISO 13616 and of the national authorities;
 * test_personal_data.py has the same.
 */
const real: readonly [text: string, kind: string][] = [
  ["write to jane.doe+loans@mail.example.co.uk", "email"],
  ["call +44 20 7946 0958", "phone"],
  ["call (212) 555-0123 or 212-555-0198", "phone"],
  ["4111 1111 1111 1111", "card"],
  ["5500005555555559", "card"],
  ["378282246310005", "card"],
  ["DE89 3704 0044 0532 0130 00", "iban"],
  ["GB82WEST12345698765432", "iban"],
  ["219-09-9998", "us-social-security"],
  ["QQ123456C is not one, AB 12 34 56 C is", "uk-national-insurance"],
  ["2 55 08 14 168 025 38", "fr-social-security"],
  ["12345678Z", "es-identity"],
  ["86095742719", "de-tax"],
  ["from 192.0.2.17", "ip-address"],
];

const innocent = [
  "2026-11-24T03:00:00.123Z",
  "1764000000000",
  `sha256:${"4111111111111111".repeat(4)}`,
  "0.4111111111111111",
  "4111111111111112",
  "1.0.0~p12~t6h2a~Ab3dEf7h12~q1w2e3r4t5y6u7i8o9p0aZ",
  "k1.4111111111111111aaaaaaaaaaaaaaaa",
  "12345678-1234-1234-1234-123456789012",
  "1.23.2",
  "1.2.3.4.5",
  "DE89 3704 0044 0532 0130 01",
  "XX89370400440532013000",
  "12345678A",
  "000-12-3456",
  "219-00-9998",
  "86095742718",
  "11111111111",
  "user@localhost",
];

test.each(real)("finds in %s: %s", (text, kind) => expect([...kindsIn(text)]).toEqual([kind]));
test.each(innocent)("leaves alone: %s", (text) => expect([...kindsIn(text)]).toEqual([]));

test("names the line and the kind, and shows no value", async () => {
  expect(scanLines('{"msg":"request"}\n{"msg":"mail to a@example.com"}\n')).toEqual([
    { line: 2, kinds: ["email"] },
  ]);
  expect(await causeway("privacy scan-logs", ["-"], "a\nb from 192.0.2.1\n")).toEqual({
    out: "-:2 holds ip-address\n",
    err: "",
    code: 1,
  });
  expect(await causeway("privacy scan-logs", ["-"], "a\n")).toEqual({
    out: "no personal data in -\n",
    err: "",
    code: 0,
  });
  const { code, out } = await causeway("privacy scan-logs", ["-", "--json"], "a@example.com\n");
  expect([code, JSON.parse(out)]).toEqual([
    1,
    { files: ["-"], found: [{ file: "-", line: 1, kinds: ["email"] }] },
  ]);
  expect((await causeway("privacy scan-logs", [])).code).toBe(2);
  expect((await causeway("privacy scan-logs", ["nowhere.log"])).code).toBe(2);
});
