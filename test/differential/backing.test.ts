import { expect } from "chai";
import fc from "fast-check";
import { network } from "hardhat";

import "../support/fuzzSeed.js";
import { type SystemModel } from "../../src/model/index.js";
import { type SystemParameters } from "../../src/protocol/parameters/convert.js";
import { KINDS, SOME, operations } from "./backing/operation.js";
import { perform } from "./backing/perform.js";
import { Run } from "./backing/run.js";
import { allDifferences } from "./backing/state.js";
import { parameters } from "./setting.js";
import { type World, createWorld } from "./world.js";

const DEEP = process.env.DEEP === "1";
const RUNS = DEEP ? 60 : 16;

/** Parameters with a half-life of one hour, so that haircuts and correlations move within a run. */
function setting(debtDecimals: number): SystemParameters {
  const p = parameters(debtDecimals);
  return { ...p, volatility: { ...p.volatility, halfLifeSeconds: 3600 } };
}

/** Outcomes that the sequences must reach, besides every kind of operation. */
const REACHED = [
  ...["flagged", "absorb", "absorb for its flag", "absorb several", "deleverage", "liquidate"],
  ...["take", "take part", "residual", "checkpoint", "restart", "writeOff", "claimed", "tipped"],
  ...["enter", "enterFor", "requestExit", "left the backstop", "gift", "paid interest"],
  ...["lend", "redeem", "unlend", "pessimistic exit", "pauseBid", "pauseLiquidate", "tripped", "refresh"],
  ...[
    "volatility",
    "pair",
    "borrow at the limit",
    "borrow diversified",
    "threshold",
    "ramp",
    "settled",
    "floor",
  ],
  ...["writeOffVault with a shortfall", "writeOff with a shortfall", "take with a shortfall"],
  ...["the backstop pays", "the reserve pays", "lenders lose"],
];
const REFUSED = [
  ...["absorb:VaultHealthy", "absorb:NotAbsorbable", "liquidate:VaultHealthy"],
  ...["deleverage:SaleTooExpensive", "take:PriceAboveMax", "take:NothingToSell", "take:LotExpired"],
  ...["take:ActionClosed", "liquidate:ActionClosed", "restart:LotRunning", "writeOff:NotUneconomic"],
  ...["borrow:ActionClosed", "borrow:NotEnoughCollateral", "requestExit:SharesNotFree", "leave:NotMature"],
  ...["unpause:NotPaused", ":PauseTooSoon", ":BorrowersInGrace"],
];

for (const debtDecimals of [6, 18]) {
  describe(`auctions, backstop and breaker against their model, debt asset of ${debtDecimals} decimals`, function () {
    this.timeout(3_600_000);
    const seen = new Map<string, number>();
    let world: World;
    let model: SystemModel;
    let snapshot: unknown;

    before(async () => {
      const connection = await network.create();
      world = await createWorld(connection, setting(debtDecimals), 10n ** BigInt(debtDecimals) * 800_000n);
      // Every run starts with a deposit in the backstop and with vaults at their limit, one of them
      // small.
      const run = new Run(world, new Map());
      await perform(run, { ...SOME, kind: "enter", share: 1000 });
      for (const vault of [0, 1, 2, 3, 4]) {
        await perform(run, {
          ...SOME,
          kind: "open",
          vault,
          asset: vault % 3,
          share: 850,
          pick: vault,
          edge: -2n,
        });
      }
      expect(await allDifferences(world)).to.deep.equal([]);
      model = world.model.clone();
      snapshot = await connection.provider.request({ method: "evm_snapshot", params: [] });
    });

    it("any sequence of operations leaves both in the same state, to the unit, with the same refusals", async () => {
      await fc.assert(
        fc.asyncProperty(operations, async (list) => {
          const { provider } = world.connection;
          await provider.request({ method: "evm_revert", params: [snapshot] });
          snapshot = await provider.request({ method: "evm_snapshot", params: [] });
          const run = new Run({ ...world, model: model.clone() }, seen);
          for (const operation of list) {
            run.note(`operation ${operation.kind}`);
            await perform(run, operation);
          }
        }),
        { numRuns: RUNS, seed: (fc.readConfigureGlobal().seed ?? 0) + debtDecimals, endOnFailure: true },
      );
    });

    it("the sequences reached every operation, every step of the waterfall and every refusal that matters", () => {
      const missing = [...KINDS.map((kind) => `operation ${kind}`), ...REACHED, ...REFUSED].filter(
        (what) =>
          !seen.has(what) && ![...seen.keys()].some((name) => what.startsWith(":") && name.endsWith(what)),
      );
      expect(missing).to.deep.equal([]);
    });
  });
}
