// The repair that a finding names: its nearest right name in place of the wrong one.
import type { Finding } from "../types.ts";

/** What to write in place of `wrong`, or null where the finding names nothing that fits there. */
export function replacement(finding: Finding, wrong: string): string | null {
  const said = [finding.label, finding.help].map(
    (text) => /^did you mean `([^`]+)`\?$/.exec(text ?? "")?.[1],
  );
  const right = said.find((name) => name !== undefined);
  if (right === undefined || wrong === "" || wrong.includes("\n")) return null;
  // The span of a text has its quotes, its nearest name may be told without them.
  const quoted = /^"(.*)"$/.exec(wrong);
  if (quoted) return right.startsWith('"') ? right : `"${right}"`;
  if (right.startsWith('"')) return null;
  return /^[A-Za-z_]\w*$/.test(wrong) ? right : null;
}
