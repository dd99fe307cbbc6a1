/**
 * The library entry of the package: typed contracts of a deployment, its record and its parameters.
 */
export { type Client, connect } from "../protocol/client.js";
export {
  type Deployment,
  DeploymentError,
  deploymentPath,
  deploymentSchema,
  readDeployment,
  termsOf,
} from "../protocol/deployments.js";
export {
  ParameterError,
  type SystemParameters,
  parseParameters,
  poolTermsOf,
} from "../protocol/parameters/convert.js";
export { RECORDS_PER_CALL, decodeRecords, readRecords } from "../protocol/vaultRecords.js";
export {
  SystemModel,
  type VaultHealth,
  type VaultKey,
  type VaultState,
  ownerOf,
  vaultKey,
} from "../model/index.js";
export { readParameters } from "./readParameters.js";
