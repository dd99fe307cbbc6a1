import type { Replay } from "../../result/result.js";
import { auctionDebtChart, lotPriceChart } from "../charts/auctions.js";
import { latencyChart } from "../charts/latency.js";
import { badDebtChart, gasChart, profitChart } from "../charts/money.js";
import { balanceSection } from "./balance.js";
import { priceChart } from "../charts/price.js";
import { ratioChart } from "../charts/ratios.js";
import { riskChart } from "../charts/risk.js";
import { waterfallChart } from "../charts/waterfall.js";
import { count, duration, isoInstant } from "../../../format/quantities.js";
import { type Html, html, raw, tied } from "../markup/html.js";
import { parametersSection, provenanceSection } from "./provenance.js";
import { SCRIPT } from "./script.js";
import {
  figuresSection,
  liquidationsSection,
  notesSection,
  plot,
  reproduceSection,
  termsSection,
} from "./sections.js";
import { keeperWords, sentence } from "../text/sentence.js";
import { STYLE } from "./style.js";

/**
 * The report of a replay: one HTML file that loads nothing and reads in full without scripts. The
 * same replay gives the same bytes.
 */
export function renderReport(replay: Replay): string {
  const { result, title } = replay;
  const { start, end } = result.window;
  const lasted = duration(start, end);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
        />
        <title>${title} – crash report</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <p class="over">Breakwater crash report</p>
            <h1>${title}</h1>
            <p class="sub">
              ${isoInstant(start)} to ${isoInstant(end)}${lasted === "" ? "" : ` (${lasted})`}; scenario
              ${result.scenario}, seed ${result.seed.toString()}, ${keeperWords(result)}
            </p>
          </header>
          ${verdict(replay)}${failures(replay)}
          <div class="first">
            ${plot(priceChart(replay), false)}${balanceSection(result)}${plot(waterfallChart(replay), false)}
          </div>
          <h2>What happened</h2>
          <div class="plots">
            ${[ratioChart, riskChart].map((draw) => plot(draw(replay), true))}${[
              auctionDebtChart,
              lotPriceChart,
              badDebtChart,
              profitChart,
              latencyChart,
              gasChart,
            ].map((draw) => plot(draw(replay), false))}
          </div>
          <h2>In figures</h2>
          ${figuresSection(result)}${liquidationsSection(replay)}${notesSection(replay.notes)}${parametersSection(result)}${reproduceSection(replay)}${provenanceSection(replay)}${termsSection()}
        </main>
        <script>
          ${raw(SCRIPT)};
        </script>
      </body>
    </html> `;
  return page.html;
}

function verdict(replay: Replay): Html {
  const { tone, headline, body, proof } = sentence(replay.result);
  return html`<div class="verdict ${tone}">
    <strong>${tied(headline)}</strong>
    <p>${tied(body)} ${proof}</p>
  </div> `;
}

function failures(replay: Replay): Html | undefined {
  if (replay.failures.length === 0) return undefined;
  const { violations, modelMismatches } = replay.result.checks;
  const total = violations + modelMismatches;
  const shown = replay.failures.length;
  const heading = total > shown ? `The first ${count(shown)} of ${count(total)} failures` : "What failed";
  return html`<section class="failures">
    <h2>${heading}</h2>
    <ul>
      ${replay.failures.map((f) => html`<li>${f}</li>`)}
    </ul>
  </section> `;
}
