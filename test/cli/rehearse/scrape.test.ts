import { metrics } from "../../../services/contract/metrics";
import { parseScrape } from "../../../cli/rehearse/scrape";

const early = `# HELP causeway_predictions_total Rows.\n# TYPE causeway_predictions_total counter\ncauseway_predictions_total{model="m",label="yes \\"a\\""} 3\ncauseway_ready{model="m"} 1\n`;
const late = `causeway_predictions_total{model="m",label="yes \\"a\\""} 10\ncauseway_predictions_total{model="m",label="no"} 4\ncauseway_ready{model="m"} 1\n`;

describe("a scrape", () => {
  it("reads series with their labels, and sums by selection", () => {
    const scrape = parseScrape(late);
    expect(scrape.sum(metrics.predictions)).toBe(14);
    expect(scrape.sum(metrics.predictions, { label: 'yes "a"' })).toBe(10);
  });

  it("has no number for what is not there", () => {
    expect(parseScrape(early).sum(metrics.sheds)).toBeNaN();
  });

  it("says what was counted since an earlier one, and leaves gauges as they are", () => {
    const since = parseScrape(late).since(parseScrape(early));
    expect(since.sum(metrics.predictions)).toBe(11);
    expect(since.sum(metrics.ready)).toBe(1);
  });

  it("refuses what is not a scrape", () => {
    expect(() => parseScrape("<html>")).toThrow("not a line of a scrape: <html>");
  });
});
