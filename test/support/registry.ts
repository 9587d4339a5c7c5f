import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { digestOf } from "../../services/contract/digests";

/** A container registry in memory on a loopback address. */
export interface Registry {
  /** An image to start from, by digest. */
  readonly base: string;
  /** Repository that it is in. */
  readonly repository: string;
  /** Digests of the manifests that were pushed. */
  pushed(): string[];
  close(): Promise<void>;
}

/**
 * Starts a registry (OCI distribution 1.1, what a push of one image needs of it) with one small
 * image in it.
 */
export async function startRegistry(): Promise<Registry> {
  const kept = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "", "http://registry");
      const name = url.pathname.split("/").at(-1) ?? "";
      const data = Buffer.concat(chunks);
      if (request.method === "POST")
        return void response.writeHead(202, { Location: `${url.pathname}1` }).end();
      if (request.method === "PUT") {
        const digest = url.searchParams.get("digest") ?? name;
        if (digestOf(data) !== digest) return void response.writeHead(400).end();
        kept.set(url.pathname.includes("/manifests/") ? `manifest ${digest}` : digest, data);
        return void response.writeHead(201).end();
      }
      const found = kept.get(url.pathname.includes("/manifests/") ? `manifest ${name}` : name);
      if (found === undefined) return void response.writeHead(404).end();
      return void response
        .writeHead(200, { "Content-Length": found.length })
        .end(request.method === "HEAD" ? undefined : found);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const repository = `127.0.0.1:${(server.address() as AddressInfo).port}/loan-approval`;
  const blob = (text: string) => {
    kept.set(digestOf(text), Buffer.from(text));
    return {
      mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
      size: text.length,
      digest: digestOf(text),
    };
  };
  const config = blob(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      rootfs: { type: "layers", diff_ids: [] },
    }),
  );
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config,
    layers: [blob("server")],
  });
  kept.set(`manifest ${digestOf(manifest)}`, Buffer.from(manifest));
  return {
    base: `${repository}@${digestOf(manifest)}`,
    repository,
    pushed: () =>
      [...kept.keys()]
        .flatMap((key) => (key.startsWith("manifest ") ? [key.slice("manifest ".length)] : []))
        .filter((digest) => digest !== digestOf(manifest)),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
