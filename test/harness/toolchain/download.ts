import { createHash } from "node:crypto";
import { chmod, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { runOrThrow } from "../lib/process";
import type { OfficialDownload } from "./pins";

const CONNECT_TIMEOUT_MS = 5_000;
const BODY_TIMEOUT_MS = 300_000;

/** Fetches a body; gives up quickly when nothing answers and slowly when something does. */
async function fetchBody(url: string): Promise<Buffer> {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(new Error(`${url} did not answer`)), CONNECT_TIMEOUT_MS);
  try {
    const response = await fetch(url, { signal: abort.signal, redirect: "follow" });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Error(`${url} took too long`)), BODY_TIMEOUT_MS);
    return Buffer.from(await response.arrayBuffer());
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The digest published for a file: the whole text when it is one digest, else the line that names
 * the file.
 */
export function publishedDigest(checksums: string, fileName: string): string | undefined {
  const lines = checksums
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  if (lines.length === 1 && lines[0]?.length === 1) return lines[0][0];
  return lines.find((words) => words[1]?.replace(/^\*/, "") === fileName)?.[0];
}

/**
 * Downloads the official build into `folder` and verifies it against its published checksum; throws
 * when it cannot be had.
 */
export async function downloadOfficial(
  name: string,
  download: OfficialDownload,
  folder: string,
): Promise<void> {
  const body = await fetchBody(download.url);
  const fileName = path.posix.basename(new URL(download.url).pathname);
  const expected = publishedDigest(
    (await fetchBody(download.checksumUrl)).toString("utf8"),
    fileName,
  );
  const actual = createHash(download.algorithm).update(body).digest("hex");
  if (expected !== actual) {
    throw new Error(
      `${download.url} has the ${download.algorithm} ${actual}, published is ${expected ?? "none"}`,
    );
  }
  const file = path.join(folder, fileName);
  await writeFile(file, body);
  if (download.archiveFolder === undefined) {
    await chmod(path.join(folder, name), 0o755);
    return;
  }
  await runOrThrow("tar", [
    "-xzf",
    file,
    "-C",
    folder,
    "--strip-components",
    String(download.archiveFolder.split("/").length),
  ]);
}
