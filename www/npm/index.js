// The engine for programs: the same calls that the page makes, with plain values in and out. Amounts are decimal
// strings. Nothing is sent anywhere; a project is a list of files with their bytes.
import init, { Engine } from "./earnmark.js";

/** Why a call gave nothing: what is wrong, as the engine found it. */
export class EarnmarkError extends Error {
  constructor(findings, message) {
    super(message || findings.map((finding) => finding.message).join("\n"));
    this.name = "EarnmarkError";
    this.findings = findings;
  }
}

let ready;

/** The module beside this file: read from disk in Node, fetched by a browser. */
async function beside() {
  const url = new URL("./earnmark_bg.wasm", import.meta.url);
  if (url.protocol !== "file:") return url;
  const { readFile } = await import("node:fs/promises");
  return readFile(url);
}

function answered(call) {
  return JSON.parse(thrown(call));
}

/** What a call gives as it stands; what it refuses is thrown with its findings. */
function thrown(call) {
  try {
    return call();
  } catch (error) {
    let findings;
    try {
      findings = JSON.parse(error.message);
    } catch {
      throw error;
    }
    throw Array.isArray(findings) ? new EarnmarkError(findings) : error;
  }
}

/** Files as the engine takes them. */
function listed(files) {
  return files.map(({ path, bytes }) => ({
    path,
    bytes: typeof bytes === "string" ? encoder.encode(bytes) : bytes,
  }));
}

const encoder = new TextEncoder();

/** One open project and the questions to it. */
export class Earnmark {
  #engine;

  constructor(engine) {
    this.#engine = engine;
  }

  /** Loads the engine once. `source` names another place of the module: an address, its bytes, or the module compiled. */
  static async load(source) {
    ready ??= Promise.resolve(source ?? beside()).then((module_or_path) => init({ module_or_path }));
    await ready;
    return new Earnmark(new Engine());
  }

  openSample() {
    return answered(() => this.#engine.open_sample());
  }

  openFiles(files, opening = {}) {
    return answered(() => this.#engine.open_files(listed(files), JSON.stringify(opening)));
  }

  payoutsCsv(files, period) {
    return thrown(() => Engine.payouts_csv(listed(files), period));
  }

  pay(payee, period) {
    return answered(() => this.#engine.pay(payee, period));
  }

  pipeline(payee, period) {
    return answered(() => this.#engine.pipeline(payee, period));
  }

  whatIf(payee, period, deals) {
    return answered(() => this.#engine.what_if(payee, period, JSON.stringify(deals)));
  }

  compare(a, b, period = "") {
    return answered(() => this.#engine.compare(JSON.stringify(a), JSON.stringify(b), period));
  }

  compareAmounts(a, b, period = "") {
    return answered(() => this.#engine.compare_amounts(JSON.stringify(a), JSON.stringify(b), period));
  }

  compareRows(a, b, period, payees) {
    return answered(() =>
      this.#engine.compare_rows(JSON.stringify(a), JSON.stringify(b), period, JSON.stringify(payees)),
    );
  }

  compareCsv(a, b, period = "") {
    return answered(() => this.#engine.compare_csv(JSON.stringify(a), JSON.stringify(b), period));
  }

  /** Gives the memory of the engine back. */
  free() {
    this.#engine.free();
  }
}
