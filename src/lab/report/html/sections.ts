import type { LiquidationSample, Replay, ReplayResult } from "../../result/result.js";
import type { Drawing } from "../charts/drawing.js";
import { figureGroups } from "../text/figures.js";
import { WAD_PLACES, count, instant, money, percent, shorten } from "../../../format/quantities.js";
import { type Html, html, jsonScript, raw, tied } from "../markup/html.js";
import type { Frame } from "../markup/svg.js";

const FULL: Frame = {
  width: 1080,
  height: 340,
  left: 72,
  right: 104,
  top: 28,
  bottom: 44,
  valueTicks: 5,
  timeGap: 86,
};
const HALF: Frame = { ...FULL, width: 524, height: 280, left: 66, right: 66, valueTicks: 4, timeGap: 70 };
const PHONE: Frame = {
  width: 360,
  height: 262,
  left: 54,
  right: 66,
  top: 26,
  bottom: 42,
  valueTicks: 4,
  timeGap: 56,
};

/** Most liquidations that the table lists. */
const LARGEST = 10;

/** All figures of the verdict. */
export function figuresSection(result: ReplayResult): Html {
  const groups = figureGroups(result).map(
    ({ title, figures }) =>
      html`<section class="group">
        <h3>${title}</h3>
        <dl>
          ${figures.map(
            ({ label, value, note, hint, tone }) =>
              html`<div>
                <dt title="${hint ?? ""}">${label}</dt>
                <dd class="${tone ?? "plain"}">${value}</dd>
                ${note === undefined ? undefined : html`<dd class="note">${note}</dd>`}
              </div> `,
          )}
        </dl>
      </section> `,
  );
  return html`<div class="groups">${groups}</div> `;
}

/** One chart with its caption. `full`: as wide as the page, otherwise half as wide. */
export function plot(drawing: Drawing, full: boolean): Html {
  const { id, title, caption, draw, hover } = drawing;
  return html`<figure class="plot${full ? " full" : ""}" id="${id}">
    <figcaption>
      <h3>${title}</h3>
      <p>${tied(caption)}</p>
    </figcaption>
    ${raw(draw(full ? FULL : HALF))} ${raw(draw(PHONE))}
    ${
      hover === undefined
        ? undefined
        : html`<script type="application/json">
            ${jsonScript(hover)}
          </script>`
    }
  </figure> `;
}

/** The ten liquidations that repaid most, or nothing without liquidations. */
export function liquidationsSection(replay: Replay): Html | undefined {
  const { liquidations, result, debtDecimals } = replay;
  if (liquidations.length === 0) return undefined;
  const unit = result.debtAsset.symbol;
  const largest = [...liquidations]
    .sort((a, b) => compare(b.repaid, a.repaid) || a.block - b.block || compare(a.vault, b.vault))
    .slice(0, LARGEST);
  const amount = (value: bigint): Html => html`<td class="num">${money(value, debtDecimals)}</td>`;
  const row = (l: LiquidationSample): Html =>
    html`<tr>
      <td>${instant(l.time).replace(" UTC", "")}</td>
      <td class="num">${count(l.block)}</td>
      <td><code title="${l.vault}">${shorten(l.vault)}</code></td>
      <td>${l.asset}</td>
      <td class="num">${money(l.price, WAD_PLACES)}</td>
      ${amount(l.repaid)}${amount(l.seizedValue)}
      <td class="num">${percent(l.bonus, WAD_PLACES)}</td>
      ${amount(l.profit)}
      <td><code title="${l.transaction}">${shorten(l.transaction)}</code></td>
    </tr> `;
  const title =
    liquidations.length > LARGEST
      ? `The ${LARGEST} largest of ${count(liquidations.length)} liquidations`
      : "Liquidations, largest first";
  return html`<section>
    <h2>${title}</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Time, UTC</th>
            <th class="num">Block</th>
            <th>Vault</th>
            <th>Asset</th>
            <th class="num">Price, ${unit}</th>
            <th class="num">Repaid, ${unit}</th>
            <th class="num">Seized, ${unit}</th>
            <th class="num">Bonus</th>
            <th class="num">Keeper’s profit, ${unit}</th>
            <th>Transaction</th>
          </tr>
        </thead>
        <tbody>
          ${largest.map(row)}
        </tbody>
      </table>
    </div>
  </section> `;
}

/** Sources and assumptions, or nothing without notes. */
export function notesSection(notes: readonly string[]): Html | undefined {
  if (notes.length === 0) return undefined;
  return html`<section>
    <h2>Sources and assumptions</h2>
    <div class="prose">${notes.map((n) => html`<p>${n}</p>`)}</div>
  </section> `;
}

/** The command that reproduces the replay, and every figure unrounded. */
export function reproduceSection(replay: Replay): Html {
  return html`<section>
    <h2>How to reproduce it</h2>
    <div class="prose">
      <p>The same command and seed give the same figures, except for the time taken:</p>
    </div>
    <pre>${replay.command}</pre>
    <details>
      <summary>Every figure, unrounded</summary>
      <div class="scroll">
        <table class="exact">
          <tbody>
            ${flatten(replay.result, "").map(
              ([name, value]) =>
                html`<tr>
                  <td><code>${name}</code></td>
                  <td>${value}</td>
                </tr> `,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </section> `;
}

/** Definitions of the report's terms. */
export function termsSection(): Html {
  const terms: readonly (readonly [string, string])[] = [
    ["Collateral ratio", "Value of the collateral divided by the debt, of a vault or of the whole system."],
    [
      "Health factor (HF)",
      "Collateral value times its liquidation threshold, divided by the debt. A vault can be liquidated if, and only if, it is below 1.",
    ],
    [
      "Bad debt",
      "Debt worth more than the collateral behind it: implied while the vault or its auction is open, booked once written off on-chain. Net is what remains after backstop and reserve have paid.",
    ],
    [
      "Absorption",
      "A vault that nobody liquidates is taken over whole: its collateral is auctioned lot by lot, for its debt, then a penalty, then a tip. What is not needed goes back to its owner.",
    ],
    [
      "Backstop",
      "First-loss capital. It pays what auctions fall short of, before the reserve and the lenders, and earns the penalties.",
    ],
    [
      "Latency",
      "Blocks from the first block at whose price a vault’s health factor is below 1 to the one that restores it or closes the vault.",
    ],
    ["Liquidation bonus", "What a liquidator receives above the debt it repays."],
  ];
  return html`<section>
    <h2>Terms</h2>
    <dl class="terms">
      ${terms.map(
        ([term, meaning]) =>
          html`<dt>${term}</dt>
            <dd>${meaning}</dd>`,
      )}
    </dl>
  </section> `;
}

/** The paths and values of all leaves of `value`, in order. */
function flatten(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value !== "object" || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flatten(inner, path === "" ? key : `${path}.${key}`),
  );
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
