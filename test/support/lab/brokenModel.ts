import { SystemModel } from "../../../src/model/index.js";

// Loaded ahead of a command that asks for it: its model is wrong by one unit from here on. The test runner loads this file
// too, among all others, and must keep a model that is right.
const totalAssets = Reflect.get<object, string>(SystemModel.prototype, "totalAssets") as (
  this: SystemModel,
) => bigint;
if (process.env.BREAK_MODEL === "1") {
  SystemModel.prototype.lendingPool.totalAssets = function (this: SystemModel) {
    return totalAssets.call(this) + 1n;
  };
}
