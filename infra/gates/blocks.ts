import type { Contract } from "../../services/contract/contract";
import { hashLabel, type Share } from "./comparison";
import { promDuration, record, select, type RecordingRule } from "./rule";
import { series, type SeriesName } from "./series";
import { exact, waldEvidence, waldQuery, type Shares } from "./sequential";

/**
 * Seconds of a block: what is counted within one may have a common cause, such as a node that stalls,
 * and is taken for one observation. Three scrapes long.
 */
export const blockSeconds = 30;
/**
 * Gap between two lives of a server that still counts as a restart: back-off grows to five minutes.
 */
export const restartGap = "10m";

/** Events among trials of a block, under the version on trial and under all others together. */
export interface Block {
  readonly trial: Share;
  readonly champion: Share;
}

/** How many times as often as the champion a bad version errs; the evidence is their mean. */
const effects = [2, 5, 10] as const;
/** Most of the evidence so far that is staked on one block, so that none without events ends the test. */
const largestStake = 0.95;
/**
 * Seconds of blocks that bets are counted over, the best of which counts: a version that goes bad
 * late must not be saved by what it won before.
 */
export const betWindows = [300, 1_800, 21_600] as const;
/** Seconds that blocks count at all: longer than a trial whose traffic decides it. */
export const memory = Math.max(...betWindows);
/** Share of a version's requests below which those of the others are too few to compare with. */
const comparable = 0.05;
/** Logarithms beyond it are as good as certain, and their powers are still numbers. */
export const certain = 700;

/**
 * Evidence of a block that the version errs `effect` times as often as the others do in the same
 * block: conditional on the events of both, which one they hit is binomial (Lindon and Malek 2022,
 * Anytime-valid inference for multinomial count data). What hits both, such as an outage, a stall or
 * a slow drift, is then no evidence. Without others to compare with the block is judged by the
 * acceptable share.
 */
function concurrent(shares: Shares, { trial, champion }: Block, effect: number): number {
  const part = trial.trials / Math.max(trial.trials + champion.trials, 1);
  const alone = champion.trials < comparable * trial.trials;
  return alone
    ? waldEvidence(shares, trial.events, trial.trials)
    : trial.events * Math.log(effect) -
        (trial.events + champion.events) * Math.log(1 + (effect - 1) * part);
}

/**
 * Growth of the evidence by a bet that a block's share of events is above the acceptable one
 * (Waudby-Smith and Ramdas 2024, Estimating means of bounded random variables by betting). The block
 * is the unit: however many events come at once, they win no more than the stake of one block. The
 * stake grows with the requests of the block as the growth is largest if the share is unacceptable,
 * and for a single request is that of Wald's test.
 */
function bet({ acceptable, unacceptable }: Shares, { events, trials }: Share): number {
  if (trials === 0) return 0;
  const stake = Math.min(largestStake, 1 - Math.exp(-trials * (unacceptable - acceptable)));
  return Math.log(1 + stake * (events / trials / acceptable - 1));
}

/** What a block adds to the evidence: for each size of the effect, and by the bet. */
export interface Growth {
  readonly concurrent: readonly number[];
  readonly bet: number;
}

/** {@link Growth} of a block. */
export function growthOf(shares: Shares, block: Block): Growth {
  return {
    concurrent: effects.map((effect) => concurrent(shares, block, effect)),
    bet: bet(shares, block.trial),
  };
}

/**
 * Evidence of blocks that a version is worse than the others at the same time, and that it is worse
 * than acceptable. Empty without blocks.
 */
export function blockEvidence(shares: Shares, blocks: readonly Block[]): number[] {
  return evidenceOf(blocks.map((block) => growthOf(shares, block)));
}

/** {@link blockEvidence} from what each block adds. */
export function evidenceOf(blocks: readonly Growth[]): number[] {
  if (blocks.length === 0) return [];
  const last = (seconds: number, of: (block: Growth) => number) =>
    blocks.slice(-seconds / blockSeconds).reduce((sum, block) => sum + of(block), 0);
  const bets = betWindows.map((seconds) => last(seconds, (block) => block.bet));
  const sums = effects.map((_, i) => last(memory, (block) => block.concurrent[i] ?? NaN));
  return [mixed(sums), Math.max(...bets) - Math.log(bets.length)];
}

/** The smallest that is a number, as PromQL's `min`; NaN where none is. */
export function smallest(...values: readonly number[]): number {
  const numbers = values.filter((value) => !Number.isNaN(value));
  return numbers.length === 0 ? NaN : Math.min(...numbers);
}

/** Evidence of a mixture in equal parts: the mean of likelihood ratios is one. */
export function mixed(evidence: readonly number[]): number {
  const ratios = evidence.map((one) => Math.exp(Math.min(certain, Math.max(-certain, one))));
  return Math.log(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length);
}

/** What a gate counts by block, as expressions by version. */
export interface BlockCounts {
  /** Name of the gate, the label `gate` of its series. */
  readonly gate: string;
  readonly shares: Shares;
  /** Events and trials of each version in the last block. */
  readonly events: string;
  readonly trials: string;
}

/**
 * Growth of counters in the last block, or in one that ended `ago` seconds ago, by the hash of the
 * version or other labels. A server that restarted counts from zero, and
 * one that was not there began at zero; a pod that is gone, or a scrape that failed, adds nothing.
 * What a server had counted in the block of its end is lost here, and kept in the sum of the version,
 * which judges beside the blocks.
 */
export function grownInBlock(selector: string, by: string = hashLabel, ago = 0): string {
  const at = (seconds: number) =>
    `last_over_time(${selector}[${restartGap}]${seconds === 0 ? "" : ` offset ${promDuration(seconds)}`})`;
  const [now, before] = [at(ago), at(ago + blockSeconds)];
  return `sum by (${by}) (${now} - ${before} >= 0 or ${now})`;
}

/** Rules that count the blocks of a gate, and what each adds to its evidence. */
export function blockRules(
  contract: Contract,
  { gate, shares, events, trials }: BlockCounts,
): RecordingRule[] {
  const own = (of: SeriesName) => select(contract, of, { gate });
  const others = (of: SeriesName) =>
    `(sum by (model) (${own(of)}) - on (model) group_right () ${own(of)})`;
  const [k, n] = [own(series.blockEvents), own(series.blockTrials)];
  const [k0, n0] = [others(series.blockEvents), others(series.blockTrials)];
  const alone = `(${n0} < bool ${comparable} * ${n})`;
  const part = `${n} / clamp_min(${n} + ${n0}, 1)`;
  const { acceptable, unacceptable } = shares;
  const stake = `clamp_max(1 - exp(${n} * ${exact(acceptable - unacceptable)}), ${largestStake})`;
  return [
    record(contract, series.blockTrials, trials, { gate }),
    record(contract, series.blockEvents, `(${events}) or on (${hashLabel}) ${n} * 0`, { gate }),
    ...effects.map((effect) =>
      record(
        contract,
        series.blockConcurrent,
        `${alone} * (${waldQuery(shares, k, n)}) + (1 - ${alone}) * (${k} * ${exact(Math.log(effect))} - (${k} + ${k0}) * ln(1 + ${effect - 1} * ${part}))`,
        { gate, effect: String(effect) },
      ),
    ),
    record(
      contract,
      series.blockBet,
      `ln(1 + ${stake} * (${k} / (${n} + (${n} == bool 0)) * ${exact(1 / acceptable)} - 1))`,
      { gate },
    ),
  ];
}

/**
 * {@link blockEvidence} in PromQL, as alternatives of a `min`: empty while nothing was recorded.
 */
export function blockQuery(
  contract: Pick<Contract, "name">,
  gate: string,
  hash: string,
): readonly [concurrent: string, bets: string] {
  const last = (of: SeriesName, seconds: number) =>
    `sum_over_time(${select(contract, of, { gate, [hashLabel]: hash })}[${promDuration(seconds)}:${blockSeconds}s])`;
  const bets = betWindows.map(
    (seconds) => `label_replace(${last(series.blockBet, seconds)}, "over", "${seconds}", "", "")`,
  );
  return [
    `ln(avg(exp(clamp(${last(series.blockConcurrent, memory)}, -${certain}, ${certain}))))`,
    `max(${bets.join(" or ")}) - ${exact(Math.log(bets.length))}`,
  ];
}
