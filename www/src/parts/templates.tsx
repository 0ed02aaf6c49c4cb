// The plans of the library, to start a new script from: what each is for, when to use it, what to change first.
import { signal } from "@preact/signals";
import { freshPath, write } from "../drafts.ts";
import { t } from "../i18n.ts";
import { templates } from "../plans.ts";
import { go } from "../route.ts";
import type { Template } from "../types.ts";
import { p } from "../words/plan.ts";
import { Dialog } from "./dialog.tsx";
import { English } from "./english.tsx";

export const openTemplates = signal(false);

function use(template: Template): void {
  const file = freshPath(template.name);
  write(file, template.text);
  openTemplates.value = false;
  go({ screen: "plan", more: { file } });
}

export function Templates() {
  return (
    <Dialog open={openTemplates} title={p("templates")}>
      <p class="muted">{p("templates_lead")}</p>
      {templates.value.length === 0 && <p role="status">{t("screen_loading")}</p>}
      <ul class="template-list">
        {templates.value.map((one) => (
          <li key={one.name}>
            <details>
              <summary>
                <strong>
                  <English text={one.title} />
                </strong>
                <span class="muted">
                  <English text={one.description} />
                </span>
              </summary>
              <p>
                <span class="muted">{p("template_when")}</span> <English text={one.when} />
              </p>
              <p>
                <span class="muted">{p("template_change")}</span> <English text={one.change_first} />
              </p>
              <button type="button" class="action" onClick={() => use(one)}>
                {p("template_use", { title: one.title })}
              </button>
            </details>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
