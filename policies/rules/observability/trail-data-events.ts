import { at, list } from "../../resources";
import { resourceRule } from "../../rule";
import { shown, subject } from "../../kubernetes";

export const rule = resourceRule({
  name: "observability-trail-data-events",
  area: "observability",
  description: "The audit trail must record who reads and writes the data that models learn from.",
  severity: "high",
  enforcement: "mandatory",
  remediation:
    "Add an advanced event selector with eventCategory Data and resources.type AWS::S3::Object, for reads and writes.",
  url: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html",
  frameworks: [
    { framework: "ml-lens", clause: "MLSEC-13" },
    { framework: "eu-ai-act", clause: "Art. 10(5)" },
    { framework: "iso-42001", clause: "A.7.5" },
  ],
  types: ["aws:cloudtrail/trail:Trail"],
  check: (trail) => {
    const advanced = list(trail.props, "advancedEventSelectors");
    const recorded = advanced.some(isAdvanced) || list(trail.props, "eventSelectors").some(isBasic);
    // A selector of objects that is no selector of all that happens to them records nothing of them.
    const hollow = advanced.filter((one) => namesObjects(one) && !isAdvanced(one));
    return [
      ...(recorded ? [] : [`${subject(trail)} must record reads and writes of AWS::S3::Object`]),
      ...hollow.map(
        (one) =>
          `${subject(trail)} must record reads and writes of AWS::S3::Object by its selector ${shown(at(one, "name"))}`,
      ),
      ...(advanced.length === 0 || advanced.some(isManagement)
        ? []
        : [`${subject(trail)} must record management events beside those of objects`]),
    ];
  },
});

function namesObjects(selector: unknown): boolean {
  return list(selector, "fieldSelectors").some((each) => at(each, "field") === "resources.ARN");
}

function isManagement(selector: unknown): boolean {
  const [field, ...more] = list(selector, "fieldSelectors");
  return (
    more.length === 0 &&
    at(field, "field") === "eventCategory" &&
    list(field, "equals").includes("Management")
  );
}

function isAdvanced(selector: unknown): boolean {
  const fields = list(selector, "fieldSelectors");
  const holds = (field: string, value: string) =>
    fields.some((each) => at(each, "field") === field && list(each, "equals").includes(value));
  return (
    holds("eventCategory", "Data") &&
    holds("resources.type", "AWS::S3::Object") &&
    !fields.some((each) => at(each, "field") === "readOnly")
  );
}

function isBasic(selector: unknown): boolean {
  return (
    (at(selector, "readWriteType") ?? "All") === "All" &&
    list(selector, "dataResources").some((each) => at(each, "type") === "AWS::S3::Object")
  );
}
