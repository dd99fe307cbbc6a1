import { SystemModel } from "../../../src/model/index.js";

// Loaded ahead of a command: its model is wrong by one unit from here on.
const totalAssets = Reflect.get<object, string>(SystemModel.prototype, "totalAssets") as (
  this: SystemModel,
) => bigint;
SystemModel.prototype.totalAssets = function (this: SystemModel) {
  return totalAssets.call(this) + 1n;
};
