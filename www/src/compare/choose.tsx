// Which two versions are compared, over which payout periods; and opening a version from the device.
import { choices, type From, fromA, fromB, openVersion, own, span, trouble } from "../compare.ts";
import { chosen } from "../files.ts";
import { period as periodName, t } from "../i18n.ts";
import { Told } from "../parts/told.tsx";
import { opened } from "../state.ts";
import { c } from "../words/compare.ts";

function Pick({
  id,
  label,
  value,
  change,
}: {
  id: string;
  label: string;
  value: From | null;
  change(from: From): void;
}) {
  return (
    <label class="pick">
      <span>{label}</span>
      <select
        id={id}
        value={value ?? ""}
        onChange={(event) => {
          if (event.currentTarget.value) change(event.currentTarget.value as From);
        }}
      >
        {value === null && <option value="">…</option>}
        {choices.value.map((choice) => (
          <option key={choice.from} value={choice.from}>
            {choice.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Opener({ folder }: { folder: boolean }) {
  return (
    <label class="file quiet">
      {folder ? c("compare_folder") : c("compare_files")}
      <input
        type="file"
        multiple
        accept={folder ? undefined : ".rhai"}
        id={folder ? "compare-folder" : "compare-files"}
        ref={(element) => {
          if (folder && element) element.webkitdirectory = true;
        }}
        onChange={(event) => {
          const list = event.currentTarget.files;
          if (list?.length) void openVersion(chosen(list), folder);
          event.currentTarget.value = "";
        }}
      />
    </label>
  );
}

export function Choose() {
  const now = opened.value;
  return (
    <section class="card choose" aria-labelledby="choose-title">
      <h2 id="choose-title" class="visually-hidden">
        {c("compare_versions")}
      </h2>
      <div class="pickers">
        <Pick
          id="version-a"
          label={c("compare_a")}
          value={fromA.value}
          change={(from) => {
            fromA.value = from;
          }}
        />
        <Pick
          id="version-b"
          label={c("compare_b")}
          value={fromB.value}
          change={(from) => {
            fromB.value = from;
          }}
        />
        <label class="pick">
          <span>{t("period")}</span>
          <select
            id="compare-period"
            value={span.value}
            onChange={(event) => {
              span.value = event.currentTarget.value;
            }}
          >
            <option value="">{c("compare_all_periods")}</option>
            {now?.periods.map((p) => (
              <option key={p.label} value={p.label}>
                {periodName(p.label, p)}
              </option>
            ))}
          </select>
        </label>
        <div class="buttons">
          <Opener folder={false} />
          <Opener folder />
        </div>
      </div>
      <p class="muted small">{c("compare_takes")}</p>
      <p role="status" class={trouble.value ? "wrong" : "visually-hidden"}>
        {trouble.value ? (
          <Told trouble={trouble.value} />
        ) : (
          own.value && c("version_file", { name: own.value.name })
        )}
      </p>
    </section>
  );
}
