// The answers of the engine, as the worker hands them to the page. Amounts, rates and counts are decimal
// strings and stay strings: an amount has its currency's minor unit ("1234.50"), a rate or an attainment is a
// fraction ("0.12" is 12 %), a date is ISO ("2026-02-10"). Generated from the Rust types; do not edit by hand.

/** A decimal written out, never a binary number. */
export type Amount = string;
/** A fraction: "0.12" is 12 %. */
export type Fraction = string;
/** A day, "2026-02-10". */
export type Day = string;

/** A place in a text file, 1-based; columns count UTF-16 units, `end_column` is exclusive. */
export interface Place { file: string; line: number; column: number; end_line: number; end_column: number }
/** A cell of a data file. */
export interface CellPlace { file: string; row: number; column: string; value: string }
export interface Label { place: Place; text: string }
/** One problem. `code` is stable ("unknown-setting"), `number` its short form ("E01") where it has one. */
export interface Finding {
  code: string;
  number: string | null;
  severity: "error" | "warning";
  message: string;
  place: Place | null;
  cell: CellPlace | null;
  label: string | null;
  labels: Label[];
  why: string | null;
  help: string | null;
  notes: string[];
}

export interface PeriodRef { label: string; from: Day; to: Day }
export interface PayeeRef { id: string; name: string; plans: string[] }
/** A column that a what-if deal of this project may fill, because a plan reads it. */
export interface DealField { name: string; type: "money" | "number" | "percent" | "date" | "text" | "yes/no"; values: string[]; needed: boolean;
  /** Names of the plans that read it; left out: every plan. */
  plans?: string[] }
/** Hex SHA-256; the first twelve digits are shown, all are copied. */
export interface Digests { plan: string; data: string; people: string; project: string; result: string; run: string }

/** How a lone file was understood: which column was taken for what, of which columns, and what else they can be. */
export interface Guessed {
  file: string;
  header: HeaderColumn[];
  /** What is needed first. */
  fields: GuessField[];
  /** Empty where nothing was recognised. */
  columns: GuessedColumn[];
  unused: string[];
  /** The currency that the amounts are taken in, where the file names none. */
  assumed_currency: string | null;
}
export interface HeaderColumn { column: string; samples: string[] }
export interface GuessField { field: string; needed: boolean }
export interface GuessedColumn { field: string; column: string; samples: string[] }
/** What is said about files when they are opened. */
export interface Opening {
  /** Leaves out rows that are wrong; everything then says that it is incomplete. */
  leave_out?: boolean;
  /** Of a lone file: the column for each field; "" for none. What is not said is guessed. */
  columns?: Record<string, string>;
}
/** Under this word of `Opening.columns` stands the currency of amounts where the file names none. */
export const CURRENCY = "currency code";

/** What opening a project or a file gave. With `ok` false nothing is open and `findings` say why. */
export interface Opened {
  ok: boolean;
  findings: Finding[];
  engine: string;
  company: string;
  sample: boolean;
  currency: string;
  payees: PayeeRef[];
  /** The payout periods, in order. */
  periods: PeriodRef[];
  /** The payout period shown first: the last one in which something was earned. */
  latest: string;
  /** The payee shown first, best one with a payout in `latest`; left out: the first of the list. */
  first_payee?: string | null;
  plans: { name: string; file: string; currency: string; text: string }[];
  counts: { deals: number; payees: number; plans: number; filtered: number };
  deal_fields: DealField[];
  /** Where a lone file was opened: how it was understood. */
  guess: Guessed | null;
  /** Wrong rows that were left out of what is open; of what was refused, how many could be (0: none). */
  left_out: number;
  digests: Digests | null;
}

/** One part of a line. The amounts of a line's steps add up to the line. */
export interface Step {
  kind:
    | "tier"
    | "flat"
    | "amount"
    | "curve"
    | "whole"
    | "before"
    | "rounding"
    | "not_paid"
    | "multiplier"
    | "floor"
    | "cap"
    | "gate"
    | "budget"
    | "objective"
    | "pool"
    | "taken_back"
    | "lapse"
    | "forfeit"
    | "guarantee"
    | "manual"
    | "read";
  /** One line of English; the other fields say the same in figures. */
  text: string;
  base: Amount | null;
  rate: Fraction | null;
  /** Where no rate applies: the amount for each unit or deal; `base` is then a count, or null for one. */
  pay: Amount | null;
  amount: Amount;
  /** Tier boundaries: attainment as a fraction, or money or units where `bounds` says so. `to` null: open. */
  from: string | null;
  to: string | null;
  bounds: "attainment" | "money" | "units" | "instalments" | "score" | null;
  /** The position on the table's axis that decided. */
  at: string | null;
  /** Of a figure that was read: how the script calls it; `at` is the figure. */
  name?: string;
  /** Of a pool, and of what is known now, the steps that add up to all of it; of a shut gate, a factor and the price of a
   *  period what they were worked from. */
  of?: Step[];
}
/** Why a deal counted for as much as it did. */
/** A conversion between currencies; without a day at an average. */
export interface Converted { from: string; to: string; rate: string; day: Day | null; set: string }
export interface CreditWhy {
  base: Amount; currency: string; share: Fraction; role: string | null; amount: Amount;
  /** Whom it is credited to, where that is somebody else: a report, a member. */
  of: string | null;
  /** The attainment of the period before the credit and with it. */
  before: Fraction | null; after: Fraction | null;
  converted: Converted | null; measure: string; unit: "money" | "number"; file: string; line: number;
}

/** The event that took back, or gave back, what an entry says; `amount` null: all of its deal. */
export interface EventWhy {
  id: string | null; kind: string; day: Day; amount: Amount | null;
  rule: string | null; source: { file: string; line: number } | null;
}

export interface Entry {
  payee: string; period: string; component: string; deal: string | null; deal_date: Day | null;
  amount: Amount; currency: string; plan: string; measured: string;
  kind: "earn" | "release" | "cap" | "floor" | "clawback" | "lapse" | "guarantee" | "manual" | "true-up" | "opening"; cause: string;
  earned: Amount; payable: Amount; reason: string; plan_currency: string;
  steps: Step[];
  credit: CreditWhy | null;
  /** Of a clawback, or what one gave back, the event. */
  event: EventWhy | null;
  /** How `payable` was brought into `currency`. */
  converted: Converted | null;
  /** The declaration in the script that made it. */
  source: { file: string; line: number };
}
/** A measure as it stands at the end of the period shown. */
export interface MeasureLine {
  plan: string; name: string; period: string; total: Amount; quota: Amount | null; attainment: Fraction | null;
  next: { at: Fraction; missing: Amount } | null;
  unit: "money" | "number";
  /** The plan's currency, that of money in it. */
  currency: string;
}
export interface NotCounted { deal: string; reason: string; plan: string | null; file: string | null; line: number | null; code: string;
  /** What the reason speaks of: the measure, the component or the role. */
  name: string | null;
  /** The setting that decided. */
  setting: "which" | "who" | "when" | "only_if" | "budget" | null }
export interface Balances { owed: Amount; draw: Amount; over_cap: Amount; due: Amount; net: Amount }
/** `value`: an amount in the currency of the statement, a part as a fraction, a number of payouts; empty where there is none. */
export interface Term { code: string; value: string; text: string }
/** Statement JSON, format 1. */
export interface Statement {
  format: 1; engine: string; state: "draft"; incomplete: number;
  company: string; payee: { id: string; name: string }; period: PeriodRef; as_of: Day; currency: string;
  totals: { earned: Amount; payable: Amount; payout: Amount };
  balances: { before: Balances; after: Balances };
  /** `terms`: what the plan says of a line, or why somebody decided it; not there where nothing is said. */
  settle: { step: string; amount: Amount; text: string; moves: "payout" | "balance"; terms?: Term[] }[];
  measures: MeasureLine[];
  entries: Entry[];
  /** What waits; `until`: days and words, with commas between them. */
  held: { entry: number; amount: Amount; until: string }[];
  not_counted: NotCounted[];
  digests: Digests;
}

/** A rate table over one measure: what the gauge and the curve draw. */
export interface Gauge {
  plan: string; component: string; measure: string; period: string; unit: "money" | "number"; currency: string;
  total: Amount; quota: Amount | null; attainment: Fraction | null;
  mode: "marginal" | "retroactive" | "steps" | "interpolated" | "flat";
  tiers: { from: string; bounds: "attainment" | "money" | "units"; rate: Fraction | null; pay: Amount | null }[];
  next: { at: string; missing: Amount; rate: Fraction | null; pay: Amount | null } | null;
  /** Exact corner points of what the component pays by attainment (or by total where there is no quota). */
  curve: { x: string; amount: Amount }[];
  /** Where the payee stands on the curve. */
  here: { x: string; amount: Amount };
}
/** All that the screen *My payout* shows for one payee, period and currency. */
export interface PayView {
  statement: Statement; gauges: Gauge[];
  /** The versions of plans that it is worked by. */
  plans: PlanVersion[];
  quotas: QuotaMade[];
  /** What is worked later for a time that the period lies in, the nearest first. */
  later: Later[];
}
/** A component that is worked once its measurement period is over; that one's last day. */
export interface Later { day: Day; plan: string; component: string }
/** A version of a plan: the days whose deals count by it. */
export interface PlanVersion { name: string; from: Day; to: Day; file: string }
/** How a quota came about. `parts` add up to it: one, or of a quota that runs on one for each period. */
export interface QuotaMade {
  plan: string; measure: string; period: string; unit: "money" | "number"; currency: string; quota: Amount;
  rule: "table" | "amount" | "formula"; ramp: boolean; source: { file: string; line: number }; parts: QuotaPart[];
}
/** Said for all days of the period; of that what falls on the days at work; of that what counts under a ramp. */
export interface QuotaPart {
  period: PeriodRef; days: number; active_days: number; said: Amount; at_work: Amount; quota: Amount;
}

/** A deal that has not happened: the standard and declared columns as text, as a data file would have them. */
export interface WhatIfDeal {
  id: string; cells: Record<string, string>;
  /** The open deal of the pipeline with that id: it brings its own cells. */
  open?: boolean;
}
export interface WhatIf {
  /** Payout of the period with all these deals, and the change to it. */
  total: Amount; change: Amount;
  /** In order: what each adds on top of those before it. */
  deals: { id: string; adds: Amount; credit: Amount | null; of_credit: Fraction | null; next_rate: Fraction | null }[];
  findings: Finding[];
  view: PayView;
}

/** The open deals of a payee that are expected in a payout period. */
export interface Pipeline {
  /** By day; those without an expected day are worked on the last of the period. */
  deals: OpenDeal[];
  /** How many more there are. */
  more: number;
  /** The others, by the payout period in which they are expected. */
  elsewhere: Elsewhere[];
}
/** `period` is empty where it is outside the plans' days. */
export interface Elsewhere { period: string; deals: number }
export interface OpenDeal {
  id: string; payee: string | null; period: string; stage: string | null; account: string | null;
  amount: Amount | null; currency: string; expected: Day | null; probability: Fraction | null;
  /** Columns that are worked out or looked up. */
  estimated: string[];
  /** What it would add by itself; where that cannot be said, the findings say why. */
  would_pay: Amount | null; pay_currency: string | null;
  findings: Finding[];
}

/** Scripts in place of the project's own. */
export interface Version {
  scripts: { file: string; text: string }[];
  /** Whether these are all scripts; otherwise each takes the place of the one of its name. */
  whole: boolean;
}
/** What two versions pay. With `ran` false the findings say why not. */
export interface Comparison {
  ran: boolean; findings_a: Finding[]; findings_b: Finding[];
  totals: ComparedTotal[];
  /** The largest change first. */
  rows: ComparedRow[];
  scripts: ChangedScript[];
}
export interface ComparedTotal {
  currency: string; a: Amount; b: Amount; change: Amount; up: number; same: number; down: number;
  /** Columns of a histogram of changes, from the lowest, without those who are paid the same. */
  bins: Bin[];
}
export interface Bin { from: string; to: string; count: number }
export interface ComparedRow {
  payee: string; name: string; currency: string; a: Amount; b: Amount; change: Amount;
  /** The change by what A pays. */
  part: Fraction | null;
  components: ComponentChange[];
  why: Why | null;
}
export interface ComponentChange { plan: string; component: string; a: Amount; b: Amount; change: Amount }
/** Where two versions first part: an entry, or a line of the settlement with its code in `component`. */
export interface Why {
  kind: "entry" | "settle"; period: string; component: string; deal: string | null; a: WhySide | null; b: WhySide | null;
}
export interface WhySide {
  amount: Amount; step: Step | null; step_currency: string; source: { file: string; line: number } | null;
}
export interface ChangedScript { file: string; a: string | null; b: string | null }
/** A script of the project as opened; `plans`: those that it declares, none in a module that plans import. */
export interface Script { file: string; text: string; plans: string[] }
/** A plan of the library; title to `change_first` are English. */
export interface Template { name: string; title: string; description: string; when: string; change_first: string; text: string }
/** A word of the plan language: how it is written, what it means (English). */
export interface Word { name: string; form: string; doc: string }
/** A setting of a declaration; `default` is empty where it must be given, `keys` may stand in its `#{ … }`. */
export interface Setting { name: string; takes: string; default: string; doc: string; keys: Setting[] }
export interface Declaration { name: string; doc: string; settings: Setting[] }
/** A column of the project; `optional`: a formula gives it a default; `filled`: the data has it. */
export interface FieldWord { name: string; type: DealField["type"]; values: string[]; optional: boolean; filled: boolean }
/** All words of the language, and what of the project stands behind its names. */
export interface Language {
  keywords: string[];
  declarations: Declaration[];
  tables: Word[]; sums: Word[]; functions: Word[]; units: Word[];
  /** The lines of a test. */
  tests: Word[];
  deal: FieldWord[]; payee: FieldWord[]; event: FieldWord[];
  of_event: Word[]; of_period: Word[]; of_measure: Word[]; of_other: Word[];
  event_kinds: string[];
}

/** One line of what came out in a test. */
export interface TestLine { period: string; what: string; deal: string | null; amount: Amount; reason: string }
/** A figure of a test beside what was expected of it. */
export interface Figure {
  ok: boolean; place: Place; payee: string; asked: string;
  kind: "component" | "earned" | "paid" | "balance" | "attainment";
  /** The component, or of an attainment the measure. */
  of: string | null;
  period: string | null;
  /** Without one the figures are fractions of an attainment. */
  currency: string | null;
  expected: Amount; got: Amount | null; difference: Amount | null;
  /** What a figure that is not as expected is made of; `more` lines are not told. */
  lines: TestLine[]; more: number;
}
export interface PlanTest { plan: string; name: string; ok: boolean; place: Place; figures: Figure[]; findings: Finding[] }
/** With `ran` false the scripts are not sound and no test is worked; `findings` has what no test reaches too (W05). */
export interface Tests { ran: boolean; tests: PlanTest[]; findings: Finding[] }
/** A test made from a payee: it would stand at the end of `file`. */
export interface MadeTest { plan: string; file: string; name: string; text: string; holds: boolean; findings: Finding[];
  /** Components it does not expect, because what they earned also comes from elsewhere. */
  left_out: string[] }

/** What edited scripts would pay beside what is paid as opened. Without `ran` only the findings say something. */
export interface Tried { ran: boolean; findings: Finding[]; totals: TriedTotal[];
  /** The ten who move most. */
  movers: Mover[]; up: number; down: number; same: number }
export interface TriedTotal { currency: string; before: Amount; after: Amount; change: Amount }
export interface Mover { payee: string; name: string; currency: string; before: Amount; after: Amount; change: Amount }
/** A script as it stands in an editor. */
export interface Draft { file: string; text: string }

/** The calls of the worker. Each takes and gives plain values; a call that fails rejects with findings. */
export interface Calls {
  open_sample(): Opened;
  /** A project folder (paths as in the folder, with `earnmark.toml`), or one or several data files alone. */
  open_files(files: { path: string; bytes: Uint8Array }[], opening?: Opening): Opened;
  /** `period` is a payout period of `Opened.periods`; a payee paid in two currencies has two views. */
  pay(payee: string, period: string): PayView[];
  pipeline(payee: string, period: string): Pipeline;
  /** `currency` says which payout is meant where the payee is paid in several. */
  what_if(payee: string, period: string, deals: WhatIfDeal[], currency?: string): WhatIf;
  /** `null` is the project as opened; an empty `period` is all of them. */
  compare(a: Version | null, b: Version | null, period: string): Comparison;
  /** The same without `components` and `why` of its rows, which are empty: in a fraction of the time. */
  compare_amounts(a: Version | null, b: Version | null, period: string): Comparison;
  /** The rows of some payees, with them. */
  compare_rows(a: Version | null, b: Version | null, period: string, payees: string[]): ComparedRow[];
  compare_csv(a: Version | null, b: Version | null, period: string): string;
  describe(): Language;
  templates(): Template[];
  scripts(): Script[];
  /** Below, `scripts` stand in place of all scripts of the project. */
  check(scripts: Draft[]): Finding[];
  tests(scripts: Draft[]): Tests;
  /** `period` is a payout period, or "" for all of them. */
  try_scripts(scripts: Draft[], period: string): Tried;
  make_test(payee: string, period: string): MadeTest[];
}
