import { configVariable } from "hardhat/config";
import type { NetworkUserConfig } from "hardhat/types/config";

/** The networks that the commands accept, in the repository and in the package. */
export const NETWORKS: Readonly<Record<string, NetworkUserConfig>> = {
  localhost: { type: "http", chainType: "l1", url: "http://127.0.0.1:8545" },
  sepolia: {
    type: "http",
    chainType: "l1",
    chainId: 11155111,
    url: configVariable("SEPOLIA_RPC_URL"),
    accounts: [configVariable("SEPOLIA_PRIVATE_KEY")],
  },
};
