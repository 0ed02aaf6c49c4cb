// Deals that pay nothing here, each with its reason and the line of the script that says so.
import { useState } from "preact/hooks";
import { focusOn } from "../focus.ts";
import { t } from "../i18n.ts";
import type { NotCounted } from "../types.ts";
import { made } from "../words/details.ts";
import { English } from "./english.tsx";
import { ScriptLine } from "./script-line.tsx";

const FIRST = 50;

/** Why, in the reader's language where its code is known. */
function Reason({ of }: { of: NotCounted }) {
  const plain = `why_${of.code.replaceAll("-", "_")}`;
  const name = { name: of.name ?? "" };
  const said = (of.setting && made(`${plain}_${of.setting}`, name)) || made(plain, name);
  return said ? <span>{said}</span> : <English text={of.reason} />;
}

export function NotCountedList({ list }: { list: NotCounted[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? list : list.slice(0, FIRST);
  return (
    <>
      <ul>
        {shown.map((one, n) => (
          // A deal may be left out by several measures
          <li key={n} tabIndex={n === FIRST ? -1 : undefined}>
            <bdi class="deal">{one.deal}</bdi>
            <Reason of={one} />
            {one.file && one.line !== null && (
              <span class="muted path">
                <ScriptLine file={one.file} line={one.line} />
              </span>
            )}
          </li>
        ))}
      </ul>
      {!all && list.length > FIRST && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            setAll(true);
            focusOn(".not-counted li[tabindex]");
          }}
        >
          {t("findings_more", { n: list.length - FIRST })}
        </button>
      )}
    </>
  );
}
