import { Option } from "@commander-js/extra-typings";
import { modelsFolder } from "../project";
import { connect, send } from "../../services/delivery/connection";
import type { OpenLedger } from "../../services/delivery/ledger-location";
import { ledgerAt } from "../ledger";
import { objectLocation } from "../../services/delivery/object-store";
import { ledgerHelp, repeated } from "../command";
import type { Terminal } from "../terminal";
import { clusterOf, type Cluster } from "./cluster";
/** The help of the argument that names a model. */
export const modelHelp = "a model that the clusters serve";

/** `--context`, once for each region. */
export const contextOption = () =>
  new Option("--context <name>", "context of the kubeconfig, one for each region; may be repeated")
    .argParser(repeated)
    .default([], "the current one");

/** `--ledger`, which no decision goes without. */
export const ledgerOption = () => new Option("--ledger <ledger>", ledgerHelp).makeOptionMandatory();

/** What was done in a region, for a program and for a person. */
export interface Done {
  readonly value: object;
  readonly lines: readonly string[];
}

/** The contexts to act in; none given is the current one. */
export function contextsOf(given: readonly string[]): readonly (string | undefined)[] {
  return given.length > 0 ? given : [undefined];
}

export async function clusterAt(context: string | undefined): Promise<Cluster> {
  const connection = await connect(context === undefined ? {} : { context });
  return clusterOf((request) => send(connection, request));
}

/** Acts region by region, ends at the first that fails, and says what the ledger ends with. */
export async function inEachRegion(
  { model, contexts, ledger: location }: Target,
  act: (delivery: DeliveryContext) => Promise<Done>,
  terminal: Terminal,
): Promise<void> {
  const ledger = await ledgerAt(location);
  const carries = objectLocation(location) === undefined;
  const regions: object[] = [];
  for (const context of contexts) {
    const cluster = await clusterAt(context);
    const { value, lines } = await act({ cluster, model, modelsFolder, ledger, carries });
    lines.forEach(terminal.print);
    const { sequence, hash } = (await ledger.chain()).at(-1) ?? {};
    if (hash !== undefined) terminal.print(`ledger: entry ${sequence}, ${hash}`);
    regions.push({ ...value, ledger: hash ?? null });
  }
  terminal.result({ model, regions }, []);
}

/** The model, the clusters and the ledger of a decision. */
export interface Target {
  readonly model: string;
  readonly contexts: readonly (string | undefined)[];
  readonly ledger: string;
}

/** What a command acts on and where it writes down that it did. */
export interface DeliveryContext {
  readonly cluster: Cluster;
  readonly model: string;
  /** Folder of the models, `services/models`. */
  readonly modelsFolder: string;
  readonly ledger: OpenLedger;
  /**
   * Whether no resumer can read the ledger, so that approvals are taken into the cluster beside it.
   * @default false
   */
  readonly carries?: boolean;
  /** @default the clock */
  readonly now?: Date | undefined;
}
