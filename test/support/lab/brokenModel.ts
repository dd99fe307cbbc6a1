import { LendingPool } from "../../../src/model/index.js";

// Makes the model wrong by one unit in a command that preloads this file with BREAK_MODEL=1. The
// test runner loads this file too, and its model must stay right.
const totalAssets = Reflect.get<object, string>(LendingPool.prototype, "totalAssets") as (
  this: LendingPool,
) => bigint;
if (process.env.BREAK_MODEL === "1") {
  LendingPool.prototype.totalAssets = function (this: LendingPool) {
    return totalAssets.call(this) + 1n;
  };
}
