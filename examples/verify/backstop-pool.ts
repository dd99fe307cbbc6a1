/** Constructor arguments of the backstop, which the auction house creates. */
import { readDeployment } from "../../src/package/index.js";

const { contracts, debtAsset } = await readDeployment(
  process.env.DEPLOYMENTS ?? "deployments",
  Number(process.env.CHAIN_ID ?? 11155111),
);
export default [debtAsset.token, contracts.pool];
