/** Hardhat's configuration in the package, whose contracts are compiled already. */
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatIgnitionEthers from "@nomicfoundation/hardhat-ignition-ethers";
import hardhatKeystore from "@nomicfoundation/hardhat-keystore";
import { defineConfig } from "hardhat/config";

import { NETWORKS } from "./networks.js";

export default defineConfig({
  plugins: [hardhatEthers, hardhatIgnitionEthers, hardhatKeystore],
  networks: NETWORKS,
});
