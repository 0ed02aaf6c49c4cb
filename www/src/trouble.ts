// Why a call of the engine gave nothing: a finding, which the page can say in its own language too, or words of the page.
import { EngineError } from "./engine.ts";
import { words } from "./state.ts";
import type { Finding } from "./types.ts";

export type Trouble = Finding | string;

export const troubleOf = (error: unknown): Trouble =>
  (error instanceof EngineError && error.findings[0]) || words(error);
