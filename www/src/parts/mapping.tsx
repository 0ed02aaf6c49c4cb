// What the columns of a lone file mean: our field, their column with its first values. Guessed, and changed here;
// what is said is remembered in this browser for files with the same header.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Key } from "../en.ts";
import { known, locale, t } from "../i18n.ts";
import { openAgain } from "../opening.ts";
import { mappingDialog, notice } from "../state.ts";
import { CURRENCY, type Guessed } from "../types.ts";
import { en } from "../words/open.en.ts";
import { o } from "../words/open.ts";
import { Dialog } from "./dialog.tsx";

const said = signal<Record<string, string>>({});

/** A field in the reader's language where it is one of ours. */
export function fieldName(field: string): string {
  const key = `field_${field.replaceAll(" ", "_")}`;
  if (key in en) return o(key as keyof typeof en);
  return known(key) ? t(key as Key) : field;
}

/** The currencies that are in use, by code, with their names in the reader's language. */
function currencies(): [string, string][] {
  const names = new Intl.DisplayNames([locale.value], { type: "currency" });
  return Intl.supportedValuesOf("currency").map((code) => [code, names.of(code) ?? code]);
}

function Fields({ guess }: { guess: Guessed }) {
  useEffect(() => {
    const columns = guess.fields.map(({ field }) => [
      field,
      guess.columns.find((one) => one.field === field)?.column ?? "",
    ]);
    said.value = Object.fromEntries(columns);
    if (guess.assumed_currency) said.value = { ...said.value, [CURRENCY]: guess.assumed_currency };
  }, [guess]);
  const missing = guess.fields.filter(({ field, needed }) => needed && !said.value[field]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        mappingDialog.value = false;
        // A field that nothing is said of is left out, not guessed again.
        void openAgain({ columns: said.value });
      }}
    >
      <p class="muted">{o("mapping_lead", { file: guess.file })}</p>
      {guess.assumed_currency && !said.value.currency && (
        <label class="pick">
          <span>{o("mapping_currency")}</span>
          <select
            id="map-currency-code"
            value={said.value[CURRENCY] ?? guess.assumed_currency}
            onChange={(event) => {
              said.value = { ...said.value, [CURRENCY]: event.currentTarget.value };
            }}
          >
            {currencies().map(([code, name]) => (
              <option key={code} value={code}>
                {`${code} · ${name}`}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="scroll">
        <table class="mapping">
          <thead>
            <tr>
              <th scope="col">{o("guess_field")}</th>
              <th scope="col">{o("guess_column")}</th>
              <th scope="col">{o("guess_samples")}</th>
            </tr>
          </thead>
          <tbody>
            {guess.fields.map(({ field, needed }) => {
              const column = said.value[field] ?? "";
              const samples = guess.header.find((one) => one.column === column)?.samples ?? [];
              const id = `map-${field.replaceAll(" ", "-")}`;
              return (
                <tr key={field}>
                  <th scope="row">
                    <label for={id}>
                      {fieldName(field)}
                      {needed && <span class="muted small"> {o("mapping_needed")}</span>}
                    </label>
                  </th>
                  <td>
                    <select
                      id={id}
                      required={needed}
                      value={column}
                      onChange={(event) => {
                        said.value = { ...said.value, [field]: event.currentTarget.value };
                      }}
                    >
                      <option value="">{o("mapping_none")}</option>
                      {guess.header.map((one) => (
                        <option key={one.column} value={one.column}>
                          {one.column}
                        </option>
                      ))}
                    </select>
                  </td>
                  <td class="muted">
                    <bdi>{samples.join(" · ")}</bdi>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {missing.length > 0 && (
        <p class="wrong" role="status">
          {o("mapping_missing", {
            fields: missing.map(({ field }) => fieldName(field)).join(t("list_comma")),
          })}
        </p>
      )}
      <p class="muted small">{o("mapping_remembered")}</p>
      <p class="buttons">
        <button type="submit" class="action" disabled={missing.length > 0}>
          {o("mapping_open")}
        </button>
      </p>
    </form>
  );
}

export function Mapping() {
  const guess = notice.value?.guess;
  return (
    <Dialog open={mappingDialog} title={o("mapping_title")}>
      {guess && <Fields guess={guess} />}
    </Dialog>
  );
}
