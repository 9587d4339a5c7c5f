import { readFileSync } from "node:fs";
import { join } from "node:path";
import { podSecurityContext } from "../../../infra/kubernetes/security-context";
import { pinnedBases, pinnedPython } from "../../../cli/release/image";
import { ports } from "../../../infra/kubernetes/labels";

const folder = join(__dirname, "../../../services/model-server");
const dockerfile = readFileSync(join(folder, "Dockerfile"), "utf8");
const pins = Object.fromEntries(
  [...readFileSync(join(folder, "base-images.env"), "utf8").matchAll(/^([A-Z_]+)=(.+)$/gm)].map(
    ([, name, image]) => [name, image],
  ),
);
const instructions = (name: string) =>
  [...dockerfile.replaceAll("\\\n", "").matchAll(new RegExp(`^${name} (.*)$`, "gm"))].map(
    (match) => match[1]!,
  );

describe("the image of the model server", () => {
  test("takes every base image from the file of pins, whose images are the defaults without their digest", () => {
    const bases = instructions("FROM").map((from) => /^\$\{(\w+)\} AS \w+$/.exec(from)?.[1]);
    expect(bases).toEqual(["BUILD_IMAGE", "RUNTIME_IMAGE"]);
    expect(Object.keys(pins)).toEqual(bases);
    expect(instructions("ARG").filter((arg) => /_IMAGE=/.test(arg))).toEqual(
      bases.map((name) => `${name}=${pins[name!]!.split("@")[0]}`),
    );
  });

  test("is built of base images by digest, as the one of the training steps is", () => {
    expect(pinnedBases(join(folder, "base-images.env"))).toHaveLength(2);
    expect(pinnedPython(join(folder, "../training/base-image.pin"))).toMatch(
      /^docker\.io\/library\/python:3\.\d+-slim-bookworm@sha256:/,
    );
  });

  test("runs as the user of the pod's security context, on the ports of the vocabulary", () => {
    const { runAsUser, runAsGroup } = podSecurityContext;
    expect(instructions("USER")).toEqual([`${runAsUser}:${runAsGroup}`]);
    expect(instructions("EXPOSE")).toEqual([`${ports.http} ${ports.metrics}`]);
  });

  test("needs no shell to start or to be checked", () => {
    expect(pins["RUNTIME_IMAGE"]).toContain("distroless");
    expect(
      instructions("ENTRYPOINT")
        .concat(instructions("HEALTHCHECK"))
        .every((line) => /(^|CMD )\["\/nodejs\/bin\/node", /.test(line)),
    ).toBe(true);
    expect(instructions("RUN")).toEqual(["npm ci", "node services/model-server/build.mjs /app"]);
  });
});
