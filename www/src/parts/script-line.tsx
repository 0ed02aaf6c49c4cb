// A line of a script that something comes from: a press shows it on the screen Plan.
import { digitsOf, t } from "../i18n.ts";
import { to } from "../route.ts";

interface Props {
  file: string;
  line: number;
  /** What is said in place of file and line alone. */
  text?: string;
}

export function ScriptLine({ file, line, text }: Props) {
  const said = text ?? t("line_of", { file, line: digitsOf(line) });
  // Decisions by hand come from a data file.
  if (!file.endsWith(".rhai")) return <>{said}</>;
  return <a href={to("plan", { file, line: String(line) })}>{said}</a>;
}
