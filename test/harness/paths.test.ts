import { keepLiveValues, pathSteps } from "./standins/paths";

describe("property paths of ignoreChanges", () => {
  it.each([
    ["spec.replicas", ["spec", "replicas"]],
    ["spec.http[0].route[*].weight", ["spec", "http", "0", "route", "*", "weight"]],
    ['metadata.labels["example.com/a"]', ["metadata", "labels", "example.com/a"]],
  ])("splits %s", (path, steps) => {
    expect(pathSteps(path)).toEqual(steps);
  });
});

describe("an update of an object whose fields others own", () => {
  const wanted = { spec: { http: [{ route: [{ weight: 100 }, { weight: 0 }] }], hosts: ["new"] } };
  const live = { spec: { http: [{ route: [{ weight: 75 }, { weight: 25 }] }], hosts: ["old"] } };

  it("sends the live value at an ignored path and the wanted one elsewhere", () => {
    expect(
      keepLiveValues(wanted, live, [
        "spec.http[0].route[0].weight",
        "spec.http[0].route[1].weight",
      ]),
    ).toEqual({
      spec: { http: [{ route: [{ weight: 75 }, { weight: 25 }] }], hosts: ["new"] },
    });
  });

  it("takes a whole live list", () => {
    expect(keepLiveValues(wanted, { spec: { http: [] } }, ["spec.http"])).toEqual({
      spec: { http: [], hosts: ["new"] },
    });
  });

  it("leaves a path alone that either side lacks", () => {
    expect(keepLiveValues(wanted, { spec: {} }, ["spec.http", "spec.replicas"])).toEqual(wanted);
  });
});
