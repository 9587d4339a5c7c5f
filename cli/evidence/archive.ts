import { crc32, gunzipSync, gzipSync } from "node:zlib";
import { extract, pack } from "tar-stream";

/** A file of an archive. */
export interface ArchivedFile {
  /** Path with slashes, such as `release/manifest.json`. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** An archive that cannot be read, or is not of the form that {@link archive} writes. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}

/**
 * Header of a gzip file that says nothing of the time and the machine (RFC 1952): no flags, no
 * time, most compression, unknown system.
 */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
/** More than this is not unpacked: a small archive can hold endless zeros. */
const maximumBytes = 512 * 1024 * 1024;
const safeName = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;

/**
 * A tar file, compressed with gzip. The same files give the same bytes whoever packs them and when:
 * sorted by name, no owner, no time. (Another version of zlib may compress to other bytes; the tar
 * file inside is the same.)
 */
export async function archive(files: readonly ArchivedFile[]): Promise<Buffer> {
  const bytes = gzipSync(await tar(files), { level: 9 });
  header.copy(bytes);
  return bytes;
}

/**
 * The files of an archive. Throws ArchiveError for anything that {@link archive} does not write:
 * other kinds of entries, paths that lead elsewhere, bytes between or after the files. So nothing
 * can lie in an archive that no digest covers.
 */
export async function unpacked(bytes: Buffer): Promise<readonly ArchivedFile[]> {
  const plain = gunzipped(bytes);
  const files = await entries(plain);
  if (!plain.equals(await tar(files)))
    throw new ArchiveError(
      "is not packed as `causeway evidence export` packs: there are bytes that belong to no file, or files out of order",
    );
  return files;
}

async function tar(files: readonly ArchivedFile[]): Promise<Buffer> {
  const packer = pack();
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, bytes } of sorted)
    packer.entry(
      { name, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0, uname: "", gname: "" },
      bytes,
    );
  packer.finalize();
  return collected(packer);
}

function gunzipped(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, header.length).equals(header))
    throw new ArchiveError("does not begin as an archive of `causeway evidence export` does");
  const plain = inflated(bytes);
  // The last eight bytes are the check sum and the length (RFC 1952); zlib itself takes a file that
  // goes on after them.
  const [length, written] = [plain.length >>> 0, bytes.readUInt32LE(bytes.length - 4)];
  if (length !== written || crc32(plain) !== bytes.readUInt32LE(bytes.length - 8))
    throw new ArchiveError("goes on after its end");
  return plain;
}

function inflated(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: maximumBytes });
  } catch (error) {
    throw new ArchiveError(
      `is not a gzip file: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function entries(plain: Buffer): Promise<ArchivedFile[]> {
  const reader = extract();
  reader.end(plain);
  const files = new Map<string, ArchivedFile>();
  try {
    for await (const entry of reader) {
      const { name, type } = entry.header;
      if (type !== "file" || !safeName.test(name))
        throw new ArchiveError(
          `holds ${JSON.stringify(name)} of kind ${type ?? "unknown"}; allowed: files with plain names`,
        );
      if (files.has(name)) throw new ArchiveError(`holds ${name} twice`);
      files.set(name, { name, bytes: await collected(entry) });
    }
  } catch (error) {
    throw error instanceof ArchiveError
      ? error
      : new ArchiveError(
          `is not a tar file: ${error instanceof Error ? error.message : String(error)}`,
        );
  }
  return [...files.values()];
}

async function collected(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) {
    if (!(part instanceof Uint8Array)) throw new ArchiveError("gives something else than bytes");
    parts.push(part);
  }
  return Buffer.concat(parts);
}
