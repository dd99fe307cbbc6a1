import type { Provenance, Replay, ReplayResult } from "../../result/result.js";
import { isoInstant } from "../../../format/quantities.js";
import { type Html, html } from "../markup/html.js";

/** The provenance of the report, or nothing if the replay has none. */
export function provenanceSection({ provenance, result }: Replay): Html | undefined {
  if (provenance === undefined) return undefined;
  const rows = rowsOf(provenance, result);
  return html`<section>
    <h2>Provenance</h2>
    <div class="box">
      <dl class="terms">
        ${rows.map(
          ([term, text, isCode]) =>
            html`<dt>${term}</dt>
              <dd>${isCode ? html`<code>${text}</code>` : text}</dd>`,
        )}
      </dl>
    </div>
  </section> `;
}

function rowsOf(
  p: Provenance,
  { input }: ReplayResult,
): readonly (readonly [term: string, text: string, isCode: boolean])[] {
  return [
    ["Made", `${isoInstant(p.date)} by ${p.tool} on Node.js ${p.node}`, false],
    ["Commit", p.dirty ? `${p.commit}, with changes that are in no commit` : p.commit, false],
    ["Compiler", p.compiler, false],
    ["Contracts, SHA-256", p.contracts, true],
    ...(input.sha256 === undefined ? [] : ([[`Input ${input.name}, SHA-256`, input.sha256, true]] as const)),
    ["Price series, SHA-256", input.series, true],
    ["Result, SHA-256", p.result, true],
  ];
}

/** Every parameter in force, changed ones first. */
export function parametersSection({ parameters, settings }: ReplayResult): Html {
  const names = Object.keys(parameters);
  const changed = names.filter((name) => Object.hasOwn(settings, name));
  const others = names.filter((name) => !Object.hasOwn(settings, name));
  const row = (name: string): Html =>
    html`<tr>
      <td><code>${name}</code></td>
      <td class="num"><code>${parameters[name] ?? ""}</code></td>
      <td>${Object.hasOwn(settings, name) ? "changed" : ""}</td>
    </tr> `;
  return html`<section>
    <h2>Parameters in force</h2>
    <p class="prose">
      ${
        changed.length === 0
          ? "No setting of the scenario was changed."
          : `Changed: ${changed.map((name) => `${name}=${parameters[name] ?? ""}`).join(", ")}.`
      }
    </p>
    <details>
      <summary>All ${names.length.toString()} parameters</summary>
      <div class="scroll">
        <table class="exact">
          <tbody>
            ${[...changed, ...others].map(row)}
          </tbody>
        </table>
      </div>
    </details>
  </section> `;
}
