import type { ReplayResult } from "../../result/result.js";
import { money, parseDecimal, signOf } from "../../../format/quantities.js";
import { type Html, html } from "../markup/html.js";
import { partiesOf, signedMoney, turnover } from "../text/parties.js";

/** Losses and gains of all parties, in two columns with equal sums. */
export function balanceSection(result: ReplayResult): Html {
  const parties = partiesOf(result);
  const total = plain(turnover(parties));
  const rows = parties.map(({ who, net, parts }) => {
    const [only] = parts;
    const single = parts.length === 1 && only !== undefined;
    return html`<tr class="party">
        <th scope="row">${who}${single ? html` <span class="part">${only.what}</span>` : undefined}</th>
        ${sides(net)}
      </tr>
      ${
        single
          ? undefined
          : parts.map(
              (part) =>
                html`<tr class="of">
                  <td>${part.what}</td>
                  <td class="num" colspan="2">${signedMoney(part.net)}</td>
                </tr> `,
            )
      }`;
  });
  return html`<section class="balance" id="balance">
    <h2>Who lost, who gained</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>${result.debtAsset.symbol}</th>
            <th class="num">Lost</th>
            <th class="num">Gained</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Sum</th>
            <td class="num">${total}</td>
            <td class="num">${total}</td>
          </tr>
        </tfoot>
      </table>
    </div>
    <p class="small">
      Collateral counts at its market price when it moves. What auctions return counts as when it was taken.
      The fall of collateral that stays with its owner is in no row. Both sums are equal to the unit, and
      every holder’s tokens on the chain are as the rows say: the run fails otherwise.
    </p>
  </section> `;
}

function sides(net: string): Html {
  const lost = signOf(net) < 0;
  const text = plain(lost ? net.slice(1) : net);
  return html`<td class="num${lost ? " bad" : ""}">${lost ? text : ""}</td>
    <td class="num">${lost ? "" : text}</td>`;
}

function plain(text: string): string {
  const { value, scale } = parseDecimal(text) ?? { value: 0n, scale: 0 };
  return money(value, scale);
}
