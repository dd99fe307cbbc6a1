import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { Contract, ContractFactory, type InterfaceAbi, ZeroAddress } from "ethers";

import type { Fixture } from "./fixture.js";

const RAY = 10n ** 27n;
const PERCENT = RAY / 100n;
const PACKAGE = "@aave/core-v3/artifacts/contracts";

/** Folder of each artifact in the package. */
const PATHS = {
  PoolAddressesProvider: "protocol/configuration",
  ACLManager: "protocol/configuration",
  Pool: "protocol/pool",
  PoolConfigurator: "protocol/pool",
  DefaultReserveInterestRateStrategy: "protocol/pool",
  AToken: "protocol/tokenization",
  VariableDebtToken: "protocol/tokenization",
  StableDebtToken: "protocol/tokenization",
  AaveOracle: "misc",
  BorrowLogic: "protocol/libraries/logic",
  BridgeLogic: "protocol/libraries/logic",
  ConfiguratorLogic: "protocol/libraries/logic",
  EModeLogic: "protocol/libraries/logic",
  FlashLoanLogic: "protocol/libraries/logic",
  LiquidationLogic: "protocol/libraries/logic",
  PoolLogic: "protocol/libraries/logic",
  SupplyLogic: "protocol/libraries/logic",
} as const;
type Name = keyof typeof PATHS;

/** In an order in which each library follows those it links to. */
const LIBRARIES: readonly Name[] = [
  "SupplyLogic",
  "BorrowLogic",
  "BridgeLogic",
  "EModeLogic",
  "PoolLogic",
  "LiquidationLogic",
  "FlashLoanLogic",
  "ConfiguratorLogic",
];

/**
 * The risk parameters of the system measured beside it [bps]. A liquidator receives 105 % of the
 * repayment.
 */
const RISK = { ltv: 7500, threshold: 8000, bonus: 10_500, reserveFactor: 1000 } as const;

interface AaveArtifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
  readonly linkReferences: Readonly<
    Record<string, Readonly<Record<string, readonly { readonly start: number }[]>>>
  >;
}

/** A deployment of Aave v3 with every contract behind its own proxy. */
export interface Aave {
  readonly pool: Contract;
  readonly debt: string;
  /** Tokens of the collaterals, in the fixture's order. */
  readonly collaterals: readonly string[];
  /** Tokens whose balances are an account's first collateral and its debt, interest included. */
  readonly held: Contract;
  readonly owed: Contract;
}

/**
 * Deploys the npm bytecode: one reserve to borrow, the others as collateral, Aave's own oracle on
 * the fixture's feeds.
 */
export async function deployAave(s: Fixture): Promise<Aave> {
  const provider = await deploy(s, "PoolAddressesProvider", {}, "bench", s.me.address);
  const at = await provider.getAddress();
  await send(provider, "setACLAdmin", s.me.address);
  const acl = await deploy(s, "ACLManager", {}, at);
  await send(provider, "setACLManager", await acl.getAddress());
  await send(acl, "addPoolAdmin", s.me.address);
  await send(acl, "addAssetListingAdmin", s.me.address);

  const libraries: Record<string, string> = {};
  for (const name of LIBRARIES) libraries[name] = await (await deploy(s, name, libraries)).getAddress();
  const poolCode = await deploy(s, "Pool", libraries, at);
  await send(provider, "setPoolImpl", await poolCode.getAddress());
  const configuratorCode = await deploy(s, "PoolConfigurator", libraries);
  await send(provider, "setPoolConfiguratorImpl", await configuratorCode.getAddress());
  const pool = await contractAt(s, "Pool", String(await read(provider, "getPool")));
  const configurator = await contractAt(
    s,
    "PoolConfigurator",
    String(await read(provider, "getPoolConfigurator")),
  );

  const debt = await s.debtToken.getAddress();
  const collaterals = await Promise.all(s.collaterals.map((c) => c.token.getAddress()));
  const feeds = await Promise.all(
    [s.debtFeed, ...s.collaterals.map((c) => c.feed)].map((f) => f.getAddress()),
  );
  const reserves = [debt, ...collaterals];
  const oracle = await deploy(s, "AaveOracle", {}, at, reserves, feeds, ZeroAddress, ZeroAddress, 10n ** 8n);
  await send(provider, "setPriceOracle", await oracle.getAddress());
  await list(s, configurator, reserves, at, await pool.getAddress());
  for (const asset of collaterals) {
    await send(configurator, "configureReserveAsCollateral", asset, RISK.ltv, RISK.threshold, RISK.bonus);
  }
  await send(configurator, "setReserveBorrowing", debt, true);

  const tokens = async (
    reserve: string,
  ): Promise<{ aTokenAddress: string; variableDebtTokenAddress: string }> =>
    (await read(pool, "getReserveData", reserve)) as Awaited<ReturnType<typeof tokens>>;
  return {
    pool,
    debt,
    collaterals,
    held: await contractAt(s, "AToken", (await tokens(collaterals[0] ?? "")).aTokenAddress),
    owed: await contractAt(s, "VariableDebtToken", (await tokens(debt)).variableDebtTokenAddress),
  };
}

/** Lists the reserves with the rate curve of the system measured beside it. */
async function list(
  s: Fixture,
  configurator: Contract,
  reserves: readonly string[],
  provider: string,
  pool: string,
): Promise<void> {
  const code = async (name: Name): Promise<string> => (await deploy(s, name, {}, pool)).getAddress();
  const [aToken, variableDebt, stableDebt] = [
    await code("AToken"),
    await code("VariableDebtToken"),
    await code("StableDebtToken"),
  ];
  // Kink, base and slopes of the variable rate. The five values of the stable rate are unused.
  const curve = [80n * PERCENT, 0n, 5n * PERCENT, 75n * PERCENT, 0n, 0n, 0n, 0n, 0n];
  const strategy = await deploy(s, "DefaultReserveInterestRateStrategy", {}, provider, ...curve);
  for (const underlyingAsset of reserves) {
    const reserve = {
      aTokenImpl: aToken,
      stableDebtTokenImpl: stableDebt,
      variableDebtTokenImpl: variableDebt,
      underlyingAssetDecimals: 18,
      interestRateStrategyAddress: await strategy.getAddress(),
      underlyingAsset,
      treasury: s.me.address,
      incentivesController: ZeroAddress,
      aTokenName: "a",
      aTokenSymbol: "a",
      variableDebtTokenName: "v",
      variableDebtTokenSymbol: "v",
      stableDebtTokenName: "s",
      stableDebtTokenSymbol: "s",
      params: "0x",
    };
    await send(configurator, "initReserves", [reserve]);
    await send(configurator, "setReserveFactor", underlyingAsset, RISK.reserveFactor);
  }
}

async function artifact(name: Name): Promise<AaveArtifact> {
  const path = createRequire(import.meta.url).resolve(`${PACKAGE}/${PATHS[name]}/${name}.sol/${name}.json`);
  return JSON.parse(await readFile(path, "utf8")) as AaveArtifact;
}

async function contractAt(s: Fixture, name: Name, address: string): Promise<Contract> {
  return new Contract(address, (await artifact(name)).abi, s.me.signer);
}

/** Deploys one artifact with its libraries linked. */
async function deploy(
  s: Fixture,
  name: Name,
  libraries: Readonly<Record<string, string>>,
  ...args: unknown[]
): Promise<Contract> {
  const { abi, bytecode, linkReferences } = await artifact(name);
  let code = bytecode;
  for (const file of Object.values(linkReferences)) {
    for (const [library, places] of Object.entries(file)) {
      const address = libraries[library]?.slice(2);
      if (address === undefined) throw new Error(`${name} needs ${library}`);
      for (const { start } of places) {
        const from = 2 + start * 2;
        code = code.slice(0, from) + address + code.slice(from + address.length);
      }
    }
  }
  const deployed = await new ContractFactory(abi, code, s.me.signer).deploy(...args);
  return new Contract(await deployed.getAddress(), abi, s.me.signer);
}

async function send(contract: Contract, name: string, ...args: unknown[]): Promise<void> {
  await (await contract.getFunction(name).send(...args)).wait();
}

async function read(contract: Contract, name: string, ...args: unknown[]): Promise<unknown> {
  return contract.getFunction(name).staticCall(...args);
}
