import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deliveryImageFindings } from "../../../cli/doctor/delivery-image";
import { plannedStack, type PlannedStack } from "../../../cli/doctor/planned";
import { fixtureProject } from "../../harness/fixtures";

const root = join(__dirname, "..", "..", "..");
const digest = `sha256:${"d".repeat(64)}`;
const image = `444455556666.dkr.ecr.eu-west-1.amazonaws.com/delivery@${digest}`;
const revision = "c".repeat(40);
const programs = readFileSync(join(root, "services/delivery/build.mjs"), "utf8");

let project: string;
let planned: PlannedStack;
const before = process.env["PATH"];
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "causeway-image-"));
  cpSync(fixtureProject, project, { recursive: true });
  const file = join(project, "Pulumi.prod.yaml");
  writeFileSync(
    file,
    `${readFileSync(file, "utf8")}  causeway:images: { delivery: "${image}", training: "${image}" }\n`,
  );
  planned = await plannedStack(project, "prod");
  mkdirSync(join(project, "images"));
});
beforeEach(() => {
  process.env["PATH"] = project;
  writeRecord(digest);
  git(programs);
});
afterEach(() => {
  process.env["PATH"] = before;
});
afterAll(() => rmSync(project, { recursive: true }));

function writeRecord(of: string): void {
  writeFileSync(
    join(project, "images", "delivery.json"),
    JSON.stringify({
      image: { repository: "delivery", digest: of },
      revision,
      bill: `sha256:${"b".repeat(64)}`,
    }),
  );
}

/** A git that knows one commit, with a file that lists the programs of the image. */
function git(listing: string): void {
  writeFileSync(join(project, "listing"), listing);
  const script = `[ "$1 $2" = "show ${revision}:./services/delivery/build.mjs" ] || exit 1
while IFS= read -r line; do echo "$line"; done < ${join(project, "listing")}`;
  writeFileSync(join(project, "git"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(project, "git"), 0o755);
}

const findings = () => deliveryImageFindings(project, "prod", planned);

test("an image with every program that the stack starts is good", async () => {
  expect(planned.resources.length).toBeGreaterThan(0);
  expect(await findings()).toMatchObject([{ subject: "image delivery", verdict: "ok" }]);
});

test.each(["resume", "checkpoint", "follow", "promote", "record-run", "record-erasure"])(
  "an image from before %s was written has to be published anew",
  async (program) => {
    git(programs.replace(`"${program}"`, ""));
    expect(await findings()).toEqual([
      {
        area: "registry",
        subject: "image delivery",
        verdict: "problem",
        says: `was built of ${revision.slice(0, 12)}, before there was ${program}, which the stack starts`,
        next: "npx causeway release publish-image delivery --stack prod, and set causeway:images.delivery to it",
      },
    ]);
  },
);

test("what an image was built of is not told by the record of another, or by none", async () => {
  writeRecord(`sha256:${"e".repeat(64)}`);
  expect(await findings()).toMatchObject([{ verdict: "cannot tell" }]);
  writeFileSync(join(project, "images", "delivery.json"), "{");
  expect(await findings()).toMatchObject([{ verdict: "cannot tell" }]);
});

test("a commit that is not here, and a machine without git, tell nothing", async () => {
  writeFileSync(join(project, "git"), "#!/bin/sh\necho 'fatal: bad object' >&2; exit 128\n");
  expect(await findings()).toMatchObject([
    {
      verdict: "cannot tell",
      says: expect.stringMatching(/cannot be looked at: fatal: bad object/),
    },
  ]);
  rmSync(join(project, "git"));
  expect(await findings()).toMatchObject([
    { verdict: "cannot tell", says: expect.stringMatching(/git is not installed/) },
  ]);
});

test("a stack without a published image has nothing to look at", async () => {
  expect(await deliveryImageFindings(project, "prod", { ...planned, config: undefined })).toEqual(
    [],
  );
});
