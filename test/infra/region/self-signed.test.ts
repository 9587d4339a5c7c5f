import { X509Certificate, createPrivateKey } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { selfSigned } from "../../../infra/region/self-signed";

const host = "eu-west-1-entry-lb-0a1b2c3-1234567890.eu-west-1.elb.amazonaws.com";
const now = new Date("2026-11-30T00:00:00Z");

describe("a certificate that signs itself", () => {
  const { certificate, privateKey } = selfSigned([host, "*.eu-west-1.elb.amazonaws.com"], now);
  const read = new X509Certificate(certificate);

  it("is for its names, and for ten years", () => {
    expect(read.checkHost(host)).toBe(host);
    expect(read.checkHost("other-1.eu-central-1.elb.amazonaws.com")).toBeUndefined();
    expect([read.validFrom, read.validTo]).toEqual([
      "Nov 29 00:00:00 2026 GMT",
      "Nov 30 00:00:00 2036 GMT",
    ]);
    expect(read.subjectAltName).toBe(`DNS:${host}, DNS:*.eu-west-1.elb.amazonaws.com`);
  });

  it("is signed by its own key, which is no authority over others", () => {
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
    expect(read.ca).toBe(false);
    expect(read.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(read.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: "prime256v1" });
  });

  it("has years after 2049 in the long form", () => {
    const late = selfSigned([host], new Date("2045-01-01T00:00:00Z"));
    expect(new X509Certificate(late.certificate).validTo).toBe("Jan  1 00:00:00 2055 GMT");
  });

  it("has another key each time", () =>
    expect(selfSigned([host], now).privateKey).not.toBe(privateKey));

  it("serves a client that trusts it, and no other", async () => {
    const now = selfSigned([host], new Date());
    const server = createServer({ cert: now.certificate, key: now.privateKey });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const meets = async (ca?: string) => {
      const socket = connect({ port, host: "127.0.0.1", servername: host, ca });
      const [first] = await Promise.race([
        once(socket, "secureConnect").then(() => ["trusted"]),
        once(socket, "error").catch((error: Error) => [error.message]),
      ]).catch((error: Error) => [error.message]);
      socket.destroy();
      return first;
    };
    try {
      expect(await meets(now.certificate)).toBe("trusted");
      expect(await meets()).toMatch(/self-signed certificate/);
    } finally {
      server.close();
    }
  });
});
