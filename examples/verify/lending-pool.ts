/** Constructor arguments of the lending pool, which the engine creates. */
import { poolTermsOf, readDeployment } from "../../src/package/index.js";

const { contracts, debtAsset, parameters } = await readDeployment(
  process.env.DEPLOYMENTS ?? "deployments",
  Number(process.env.CHAIN_ID ?? 11155111),
);
export default [debtAsset.token, contracts.manager, poolTermsOf(parameters.rate)];
