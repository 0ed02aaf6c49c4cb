import type {
  ComparedRow,
  Comparison,
  Finding,
  Opened,
  Opening,
  PayView,
  Pipeline,
  Version,
  WhatIf,
  WhatIfDeal,
} from "./types.js";

export type * from "./types.js";

/** Why a call gave nothing. */
export class EarnmarkError extends Error {
  readonly findings: Finding[];
}

/** A file of a project: its path in the folder and what it holds. */
export interface ProjectFile {
  path: string;
  bytes: Uint8Array | string;
}

/** One open project and the questions to it. Calls that the engine refuses throw an `EarnmarkError`. */
export class Earnmark {
  private constructor();
  /** Loads the engine once. `source`: another place of the module, its bytes, or the module compiled. */
  static load(source?: URL | string | Request | BufferSource | WebAssembly.Module): Promise<Earnmark>;
  /** Opens the sample company. */
  openSample(): Opened;
  /** Opens a project folder's files, a ZIP of them, or an export alone; `ok` false: nothing is open, `findings` say why. */
  openFiles(files: ProjectFile[], opening?: Opening): Opened;
  /**
   * The payouts of a project folder in a payout period or a range such as `2026-Q1..2026-Q4`, as CSV. Nothing is opened, and
   * much more deals are worked in the same time; what was open stays open.
   */
  payoutsCsv(files: ProjectFile[], period: string): string;
  /** The statements of a payee in a payout period, one for each currency. */
  pay(payee: string, period: string): PayView[];
  /** The open deals of a payee that are expected in a payout period, each with what it would pay by itself. */
  pipeline(payee: string, period: string): Pipeline;
  /** What deals that have not happened would pay. */
  whatIf(payee: string, period: string, deals: WhatIfDeal[]): WhatIf;
  /** What two versions of the plans pay; `null` is the project as opened, an empty period all of them. */
  compare(a: Version | null, b: Version | null, period?: string): Comparison;
  /** The same in a fraction of the time: its rows say neither which components move nor why. */
  compareAmounts(a: Version | null, b: Version | null, period?: string): Comparison;
  /** The rows of a comparison for some payees, by their ids. */
  compareRows(a: Version | null, b: Version | null, period: string, payees: string[]): ComparedRow[];
  /** The rows of a comparison as CSV. */
  compareCsv(a: Version | null, b: Version | null, period?: string): string;
  /** Gives the memory of the engine back. */
  free(): void;
}
