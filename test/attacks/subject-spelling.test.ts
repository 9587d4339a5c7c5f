import { keysFrom, pseudonym } from "../../services/model-server/identity/keys";
import { subjectInHeader } from "../../services/model-server/requests/subject";

/** One person under two pseudonyms: an erasure by one of them leaves what the other names. */
const keys = keysFrom(Buffer.from(`k1 ${"a".repeat(32)}`), "loan-approval");
const name = "Zoë Brontë".normalize("NFC");
/** As node gives a header whose bytes are UTF-8. */
const asHeader = (text: string) => Buffer.from(text).toString("latin1");

test("composed and decomposed, a name has one pseudonym", () => {
  expect(name.normalize("NFD")).not.toBe(name);
  expect(pseudonym(keys, name.normalize("NFD"))).toBe(pseudonym(keys, name));
});

test("a header names the subject that a body names", () => {
  expect(subjectInHeader(asHeader(name))).toBe(name);
  expect(subjectInHeader("applicant-1")).toBe("applicant-1");
  // Bytes that are no UTF-8 are taken as they came.
  expect(subjectInHeader("Zo\u00eb")).toBe("Zo\u00eb");
});
