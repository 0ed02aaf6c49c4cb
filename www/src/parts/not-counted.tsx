// Deals that pay nothing here, each with its reason and the line of the script that says so.
import { useState } from "preact/hooks";
import type { Key } from "../en.ts";
import { digitsOf, known, t } from "../i18n.ts";
import type { NotCounted } from "../types.ts";
import { English } from "./english.tsx";

const FIRST = 50;

/** Why, in the reader's language where its code is known. */
function Reason({ of }: { of: NotCounted }) {
  const plain = `why_${of.code.replaceAll("-", "_")}`;
  const key = of.setting && known(`${plain}_${of.setting}`) ? `${plain}_${of.setting}` : plain;
  return known(key) ? <span>{t(key as Key, { name: of.name ?? "" })}</span> : <English text={of.reason} />;
}

export function NotCountedList({ list }: { list: NotCounted[] }) {
  const [all, setAll] = useState(false);
  if (list.length === 0) return null;
  const shown = all ? list : list.slice(0, FIRST);
  return (
    <details class="not-counted">
      <summary>{t("not_counted_n", { n: list.length })}</summary>
      <ul>
        {shown.map((one, n) => (
          // A deal may be left out by several measures
          <li key={n}>
            <bdi class="deal">{one.deal}</bdi>
            <Reason of={one} />
            {one.file && one.line !== null && (
              <span class="muted path">{t("line_of", { file: one.file, line: digitsOf(one.line) })}</span>
            )}
          </li>
        ))}
      </ul>
      {!all && list.length > FIRST && (
        <button type="button" class="quiet" onClick={() => setAll(true)}>
          {t("findings_more", { n: list.length - FIRST })}
        </button>
      )}
    </details>
  );
}
