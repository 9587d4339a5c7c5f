import { fullRepository, matchesOne, parseImage } from "../../../../policies/kubernetes";

describe("parseImage", () => {
  it.each([
    ["nginx", { repository: "nginx", tag: undefined, digest: undefined }],
    ["nginx:1.29", { repository: "nginx", tag: "1.29", digest: undefined }],
    ["localhost:5000/a/b", { repository: "localhost:5000/a/b", tag: undefined, digest: undefined }],
    [
      "localhost:5000/a/b:v1@sha256:ab",
      { repository: "localhost:5000/a/b", tag: "v1", digest: "sha256:ab" },
    ],
  ])("takes %s apart", (reference, parts) => expect(parseImage(reference)).toEqual(parts));
});

describe("fullRepository", () => {
  it.each([
    ["nginx", "docker.io/library/nginx"],
    ["grafana/grafana", "docker.io/grafana/grafana"],
    ["quay.io/a/b", "quay.io/a/b"],
    ["localhost/a", "localhost/a"],
  ])("completes %s to %s", (short, full) => expect(fullRepository(short)).toBe(full));
});

describe("matchesOne", () => {
  it("takes a star for any text without a slash, and a dot for a dot", () => {
    expect(matchesOne("quay.io/a/b", ["quay.io/a/*"])).toBe(true);
    expect(matchesOne("quay.io/a/b/c", ["quay.io/a/*"])).toBe(false);
    expect(matchesOne("quayxio/a", ["quay.io/a"])).toBe(false);
  });
});
