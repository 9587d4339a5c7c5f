import { bucketsTooLong } from "../../infra/aws/naming";
import { Region } from "@pulumi/aws/types/enums";
import { viewOf, type RecordedResource } from "../../cli/plan/resource";
import type { ResourceView } from "../../policies/rule";
import { rule as nameLength } from "../../policies/rules/reliability/name-length";
import { appliesTo } from "../../policies/rule";
import { planOf } from "../support/stacks";

let resources: readonly RecordedResource[] = [];
beforeAll(async () => void ({ resources } = await planOf("prod")));

/** The resource as it would be if the stack stood in another region instead of its second one. */
function inRegion(resource: RecordedResource, region: string): ResourceView {
  const text = JSON.stringify(viewOf(resource));
  return JSON.parse(text.replaceAll("eu-central-1", region)) as ResourceView;
}

/** The resource as it would be in another stack of another organization. */
function renamed(
  resource: ResourceView,
  { organization, stack }: { readonly organization: string; readonly stack: string },
): ResourceView {
  const text = JSON.stringify(resource)
    .replaceAll("example-causeway-prod", `${organization}-causeway-${stack}`)
    .replaceAll("causeway-prod-", `causeway-${stack}-`);
  return JSON.parse(text) as ResourceView;
}

it.each(Object.values(Region))("names of a stack in %s are short enough for AWS", (region) => {
  const own = resources.filter(
    ({ type, name }) => appliesTo(nameLength, type) && name.includes("eu-central-1"),
  );
  expect(own.length).toBeGreaterThan(20);
  const found = own.flatMap((resource) => nameLength.check(inRegion(resource, region), {}));
  expect(found).toEqual([]);
});

it.each(Object.values(Region))("names of the longest stack in %s are short enough", (region) => {
  const naming = { organization: "o".repeat(20), account: "111122223333" };
  const stacks = Array.from({ length: 20 }, (_, i) => "s".repeat(20 - i));
  const [stack = ""] = stacks.filter(
    (name) => bucketsTooLong({ ...naming, stack: name }, region).length === 0,
  );
  const change = { organization: naming.organization, stack };
  const named = resources.filter(({ type }) => appliesTo(nameLength, type));
  const found = named.flatMap((resource) =>
    nameLength.check(renamed(inRegion(resource, region), change), {}),
  );
  expect(stack.length).toBeGreaterThan(5);
  expect(found).toEqual([]);
});

it("a longer name in the entry would not be", () => {
  const group = resources.find(
    ({ type, name }) => type === "aws:lb/targetGroup:TargetGroup" && name.includes("eu-central-1"),
  )!;
  const longer = { ...group, name: group.name.replace("-entry-tg", "-entry-gateway") };
  expect(nameLength.check(inRegion(longer, "eu-central-1"), {})).toHaveLength(1);
});
