import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A certificate that signs itself, and its private key. */
export interface IssuedCertificate {
  /** PEM; clients that trust it trust this one server. */
  readonly certificate: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
}

const validYears = 10;
/** Longest wrong clock of a client that is forgiven. */
const skewMs = 24 * 60 * 60 * 1000;

/**
 * Issues a server certificate for DNS names: X.509 version 3 (RFC 5280), ECDSA on P-256, valid for
 * ten years from a day before `now`. Each call has another key.
 *
 * Node writes no certificates, and a library for it brings 19 packages; what is written here has one
 * form, which `test/infra/region/self-signed.test.ts` reads back with OpenSSL.
 */
export function selfSigned(hosts: readonly string[], now: Date): IssuedCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + validYears);
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serialNumber()),
    ecdsaWithSha256,
    subject,
    sequence(time(new Date(now.getTime() - skewMs)), time(until)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensionsFor(hosts))),
  );
  const certificate = sequence(body, ecdsaWithSha256, bits(sign("sha256", body, privateKey)));
  return {
    certificate: pem("CERTIFICATE", certificate),
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** A value in DER (ITU-T X.690): tag, length and contents. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return der(0x30, ...contents);
}

/** An object identifier by its contents in hexadecimal. */
function identifier(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

/** A string of whole bytes as bits, none of them unused. */
function bits(bytes: Buffer): Buffer {
  return der(0x03, Buffer.from([0]), bytes);
}

/** RFC 5280 writes years until 2049 with two digits. */
function time(date: Date): Buffer {
  const text = `${date.toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`;
  return date.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(text.slice(2)))
    : der(0x18, Buffer.from(text));
}

/** A positive number of 127 random bits. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0);
  return bytes;
}

const ecdsaWithSha256 = sequence(identifier("2a8648ce3d040302"));
/** The common name `causeway`; clients look at the alternative names. */
const subject = sequence(
  der(0x31, sequence(identifier("550403"), der(0x0c, Buffer.from("causeway")))),
);
const yes = der(0x01, Buffer.from([0xff]));

/** No authority over others, a server, and its names. */
function extensionsFor(hosts: readonly string[]): Buffer[] {
  const extension = (id: string, value: Buffer, ...critical: readonly Buffer[]) =>
    sequence(identifier(id), ...critical, der(0x04, value));
  return [
    extension("551d13", sequence(), yes),
    extension("551d25", sequence(identifier("2b06010505070301"))),
    extension("551d11", sequence(...hosts.map((host) => der(0x82, Buffer.from(host))))),
  ];
}

function pem(label: string, contents: Buffer): string {
  const lines = contents.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
