import { LendingPool } from "../../../src/model/index.js";

// Loaded ahead of a command that asks for it: its model is wrong by one unit from here on. The test runner loads this file
// too, among all others, and must keep a model that is right.
const totalAssets = Reflect.get<object, string>(LendingPool.prototype, "totalAssets") as (
  this: LendingPool,
) => bigint;
if (process.env.BREAK_MODEL === "1") {
  LendingPool.prototype.totalAssets = function (this: LendingPool) {
    return totalAssets.call(this) + 1n;
  };
}
