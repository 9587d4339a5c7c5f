import { scenarios } from "./promtool/run";
import { situations, subjects } from "./promtool/scenario";

test("every subject is tried by promtool in every situation", () => {
  const covered = new Set(scenarios.flatMap(({ covers = [] }) => covers));
  const missing = subjects
    .flatMap((subject) => situations.map((situation) => `${subject}: ${situation}` as const))
    .filter((cover) => !covered.has(cover));
  expect(missing).toEqual([]);
});
