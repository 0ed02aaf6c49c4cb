// About: where data is, what can be opened, versions and digests, keys, and what the page is built on.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { LIMIT } from "../files.ts";
import { t } from "../i18n.ts";
import { NAMES } from "../parts/foot.tsx";
import { Keys } from "../parts/keys.tsx";
import { NotStarted } from "../parts/not-started.tsx";
import { Keeping } from "../parts/open-dialog.tsx";
import { opened } from "../state.ts";
import "../styles/about.css";
import { a } from "../words/about.ts";

interface Shipped {
  name: string;
  version: string;
  licence: string;
}

const shipped = signal<Shipped[] | null>(null);

/** The list is made by the build, and read when somebody looks. */
async function readShipped(): Promise<void> {
  if (shipped.value) return;
  try {
    const response = await fetch(new URL("./licences.json", document.baseURI));
    shipped.value = response.ok ? await response.json() : [];
  } catch {
    shipped.value = [];
  }
}

function Licences() {
  useEffect(() => void readShipped(), []);
  const list = shipped.value ?? [];
  return (
    <section class="card" aria-labelledby="about-licences">
      <h2 id="about-licences">{a("about_licences")}</h2>
      <p>{a("about_licences_lead")}</p>
      {shipped.value && list.length === 0 && <p class="muted">{a("about_licence_none")}</p>}
      {list.length > 0 && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keys */}
          <section class="scroll" tabIndex={0} aria-label={a("about_package")}>
            <table class="shipped">
              <thead>
                <tr>
                  <th scope="col">{a("about_package")}</th>
                  <th scope="col">{a("about_version")}</th>
                  <th scope="col">{a("about_licence")}</th>
                </tr>
              </thead>
              <tbody>
                {list.map((one) => (
                  <tr key={`${one.name} ${one.version}`}>
                    <th scope="row">
                      <bdi>{one.name}</bdi>
                    </th>
                    <td>
                      <bdi>{one.version}</bdi>
                    </td>
                    <td>
                      <bdi>{one.licence}</bdi>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <p>
            <a href="./licences.txt">{a("about_licences_all")}</a>
          </p>
        </>
      )}
    </section>
  );
}

export function AboutScreen() {
  const now = opened.value;
  const digests = now?.digests;
  return (
    <main id="main" tabIndex={-1} class="about-screen">
      <h1>{t("tab_about")}</h1>
      <NotStarted />
      <section class="card" aria-labelledby="about-privacy">
        <h2 id="about-privacy">{a("about_privacy")}</h2>
        <p>{a("about_privacy_1")}</p>
        <p>{a("about_privacy_2")}</p>
        <Keeping />
      </section>
      <section class="card" aria-labelledby="about-formats">
        <h2 id="about-formats">{a("about_formats")}</h2>
        <ul>
          <li>{a("about_format_project")}</li>
          <li>{a("about_format_export")}</li>
          <li>{a("about_format_limit", { limit: LIMIT / 1024 / 1024 })}</li>
        </ul>
      </section>
      <section class="card" aria-labelledby="about-versions">
        <h2 id="about-versions">{a("about_versions")}</h2>
        <dl class="versions">
          <div>
            <dt>{a("about_engine")}</dt>
            <dd>
              <bdi>{now?.engine ?? "…"}</bdi>
            </dd>
          </div>
          <div>
            <dt>{a("about_page")}</dt>
            <dd>
              <bdi>{__VERSION__}</bdi>
            </dd>
          </div>
        </dl>
        <p class="muted">{a("about_digest_lead")}</p>
        {digests && (
          <dl class="versions full">
            {NAMES.map((name) => (
              <div key={name}>
                <dt>{t(`digest_${name}`)}</dt>
                <dd>
                  <code dir="ltr">{digests[name]}</code>
                </dd>
              </div>
            ))}
          </dl>
        )}
        <h3>{a("about_limits")}</h3>
        <p>{a("about_limits_1")}</p>
      </section>
      <section class="card" aria-labelledby="about-keyboard">
        <h2 id="about-keyboard">{a("about_keyboard")}</h2>
        <Keys />
      </section>
      <Licences />
    </main>
  );
}
