// What if: deals that have not happened, what each would add on top of those before it, and all together.
import { focusOn } from "../focus.ts";
import { money, field as plain, t } from "../i18n.ts";
import { readCell } from "../input.ts";
import type { DealField, PayView } from "../types.ts";
import {
  add,
  answer,
  clear,
  currencyOf,
  fields,
  mustHave,
  named,
  printed,
  type Row,
  refused,
  remove,
  rows,
  trouble,
  type,
} from "../whatif.ts";
import { detail } from "./detail.tsx";
import { OpenDeals } from "./open-deals.tsx";
import { Said } from "./said.tsx";

const KNOWN = [
  "amount",
  "closed",
  "booked",
  "starts",
  "ends",
  "kind",
  "product",
  "account",
  "region",
  "channel",
  "quantity",
  "term",
  "cost",
  "currency",
] as const;

/** The name of a field; a column of the project's own keeps the name that the project gave it. */
function fieldName(name: string): string {
  const known = KNOWN.find((one) => one === name);
  return known ? t(`field_${known}`) : name.replaceAll("_", " ");
}

function Field({ row, field }: { row: Row; field: DealField }) {
  const typed = row.typed[field.name] ?? "";
  const blank = field.type === "date" && typed.trim() === "" && mustHave(field);
  const wrong = blank || readCell(field, typed) === null;
  const id = `f-${row.key}-${field.name}`;
  const change = (event: { currentTarget: { value: string } }) =>
    type(row, field.name, event.currentTarget.value);
  const common = {
    id,
    value: typed,
    "aria-invalid": wrong,
    "aria-describedby": wrong ? `${id}-wrong` : undefined,
  };
  const unit = field.type === "money" ? currencyOf(row) : field.type === "percent" ? "%" : null;
  return (
    <div class={`field ${field.type === "money" ? "wide" : ""}`}>
      <label for={id}>
        <bdi>{fieldName(field.name)}</bdi>
      </label>
      {field.values.length > 0 || field.type === "yes/no" ? (
        <select {...common} onChange={change}>
          {!field.needed && <option value="">–</option>}
          {field.type === "yes/no"
            ? (["yes", "no"] as const).map((word) => (
                <option key={word} value={word}>
                  {t(word)}
                </option>
              ))
            : field.values.map((value) => (
                <option key={value} value={value}>
                  {value}
                </option>
              ))}
        </select>
      ) : (
        <span class="with-unit">
          {field.type === "date" ? (
            <input {...common} type="date" required={mustHave(field)} onInput={change} />
          ) : (
            <input
              {...common}
              type="text"
              inputMode={field.type === "text" ? "text" : "decimal"}
              dir={field.type === "text" ? "auto" : "ltr"}
              autoComplete="off"
              required={field.needed}
              onInput={change}
            />
          )}
          {unit && <span aria-hidden="true">{unit}</span>}
        </span>
      )}
      {wrong && (
        <p class="wrong" id={`${id}-wrong`}>
          {field.type === "date" ? t("not_a_date") : t("not_a_number", { example: plain("25000") })}
        </p>
      )}
    </div>
  );
}

function Deal({ row, n, currency }: { row: Row; n: number; currency: string }) {
  const order = (field: DealField) => (field.name === "amount" ? 0 : field.type === "money" ? 1 : 2);
  const needed = fields.value
    .filter((f) => f.needed || f.name === "amount")
    .sort((a, b) => order(a) - order(b));
  const Answer = detail("Answer");
  const others = fields.value.filter((f) => !needed.includes(f));
  return (
    <fieldset class="hypothetical">
      <legend>{t("whatif_deal", { n })}</legend>
      <div class="fields">
        {needed.map((field) => (
          <Field key={field.name} row={row} field={field} />
        ))}
      </div>
      {others.length > 0 && (
        <details class="more">
          <summary>{t("more_fields")}</summary>
          <div class="fields">
            {others.map((field) => (
              <Field key={field.name} row={row} field={field} />
            ))}
          </div>
        </details>
      )}
      <Answer row={row} currency={currency} />
      {rows.value.length > 1 && (
        <button
          type="button"
          class="plain icon remove"
          aria-label={t("remove", { n })}
          onClick={() => {
            remove(row);
            // To the deal that takes its place, else to the last one.
            focusOn(
              `.whatif fieldset:nth-of-type(${n}) input`,
              ".whatif fieldset:last-of-type input",
              "#whatif-title",
            );
          }}
        >
          <svg viewBox="0 0 20 20" width="14" height="14" aria-hidden="true">
            <path d="M4 4l12 12M16 4L4 16" fill="none" stroke="currentColor" stroke-width="2" />
          </svg>
        </button>
      )}
    </fieldset>
  );
}

export function WhatIfCard({ view }: { view: PayView }) {
  const currency = view.statement.currency;
  const then = answer.value;
  const form = fields.value.length > 0;
  return (
    <section class="card whatif screen" aria-labelledby="whatif-title">
      <header class="card-head">
        <h2 id="whatif-title">{t("whatif")}</h2>
      </header>
      <OpenDeals />
      <p class="muted small">{t(form ? "whatif_lead" : "whatif_no_fields")}</p>
      {form && rows.value.map((row, n) => <Deal key={row.key} row={row} n={n + 1} currency={currency} />)}
      <div role="status" class="whatif-total">
        {then && then.deals.length > 0 && (
          <dl>
            <div>
              <dt>{t("whatif_total")}</dt>
              <dd id="whatif-total">{money(then.total, currency)}</dd>
            </div>
            <div>
              <dt>{t("whatif_change")}</dt>
              <dd id="whatif-change">{money(then.change, currency, true)}</dd>
            </div>
          </dl>
        )}
        {(then?.findings ?? refused.value).map((finding) => (
          <p class="wrong" key={finding.message}>
            <Said finding={finding} text={named(finding.message)} />
          </p>
        ))}
        {trouble.value && (
          <p class="wrong">
            <bdi>{trouble.value}</bdi>
          </p>
        )}
      </div>
      {(form || then) && (
        <p class="buttons">
          {form && (
            <button type="button" class="quiet" onClick={add}>
              {t("add_another")}
            </button>
          )}
          <button type="button" class="quiet" onClick={clear}>
            {t("clear")}
          </button>
        </p>
      )}
      {then && then.deals.length > 0 && (
        <label class="check">
          <input
            type="checkbox"
            checked={printed.value}
            onChange={(event) => {
              printed.value = event.currentTarget.checked;
            }}
          />
          {t("whatif_print")}
        </label>
      )}
    </section>
  );
}
