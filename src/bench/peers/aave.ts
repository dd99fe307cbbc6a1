import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import {
  BaseContract,
  ContractFactory,
  type ContractTransactionResponse,
  type InterfaceAbi,
  MaxUint256,
  ZeroAddress,
  encodeBytes32String,
} from "ethers";

import {
  COLLATERAL,
  FALLEN,
  LENT,
  LOAN,
  ONE,
  OPENED,
  type PeerFigures,
  REPAID,
  type Setting,
  approveAll,
  gasOf,
} from "./setting.js";

const RAY = 10n ** 27n;
const VARIABLE = 2n;
const PACKAGE = "@aave/core-v3/artifacts/contracts";

/** Where each artifact of the package is. */
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

interface AaveArtifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
  readonly linkReferences: Readonly<
    Record<string, Readonly<Record<string, readonly { readonly start: number }[]>>>
  >;
}

type Call = (...args: unknown[]) => Promise<ContractTransactionResponse>;
/** A contract called by the names in its ABI. */
type Methods = Readonly<Record<string, Call>>;
type Callable = BaseContract & Methods;

/** Aave v3 from its npm bytecode: behind its proxies as deployed, two reserves, its oracle on the same feeds. */
export async function measureAave(s: Setting): Promise<PeerFigures> {
  const pool = await deployAave(s);
  const [debt, collateral] = [await s.debtToken.getAddress(), await s.collateral.getAddress()];
  await approveAll(s, await pool.getAddress());
  const as = async (account: string): Promise<Callable> =>
    pool.connect(await s.connection.ethers.getSigner(account)) as Callable;
  const mine = await as(s.me);
  const theirs = await as(s.other);
  const supply = (by: Callable, who: string) => gasOf(s, call(by, "supply", collateral, COLLATERAL, who, 0));
  const borrowOf = (by: Callable, who: string, amount: bigint) =>
    gasOf(s, call(by, "borrow", debt, amount, VARIABLE, 0, who));

  // Lenders, and another position, so that no total is zero before the first figure.
  const [, , third] = await s.connection.ethers.getSigners();
  if (third === undefined) throw new Error("the chain has too few accounts");
  await s.debtToken.mint(third.address, LENT);
  await s.debtToken.connect(third).approve(await pool.getAddress(), MaxUint256);
  await gasOf(s, call(await as(third.address), "supply", debt, LENT, third.address, 0));
  await supply(theirs, s.other);
  await borrowOf(theirs, s.other, LOAN);

  const depositFirst = await supply(mine, s.me);
  const depositAgain = await supply(mine, s.me);
  const borrowFirst = await borrowOf(mine, s.me, LOAN);
  const borrow = await borrowOf(mine, s.me, LOAN);
  const repay = await gasOf(s, call(mine, "repay", debt, REPAID, VARIABLE, s.me));
  const withdrawWithDebt = await gasOf(s, call(mine, "withdraw", collateral, ONE, s.me));

  await borrowOf(theirs, s.other, OPENED - LOAN);
  await s.collateralFeed.setAnswer(FALLEN * 10n ** 8n);
  const liquidate1 = await gasOf(s, call(mine, "liquidationCall", collateral, debt, s.other, REPAID, false));
  return {
    depositFirst,
    depositAgain,
    borrow,
    open: depositFirst + borrowFirst,
    repay,
    withdrawWithDebt,
    liquidate1,
  };
}

/** Deploys and configures; returns the pool proxy. */
async function deployAave(s: Setting): Promise<Callable> {
  const provider = await deploy(s, "PoolAddressesProvider", {}, "bench", s.me);
  await call(provider, "setACLAdmin", s.me);
  const acl = await deploy(s, "ACLManager", {}, await provider.getAddress());
  await call(provider, "setACLManager", await acl.getAddress());
  await call(acl, "addPoolAdmin", s.me);
  await call(acl, "addAssetListingAdmin", s.me);

  const libraries: Record<string, string> = {};
  for (const name of ["SupplyLogic", "BorrowLogic", "BridgeLogic", "EModeLogic", "PoolLogic"] as const) {
    libraries[name] = await (await deploy(s, name, libraries)).getAddress();
  }
  for (const name of ["LiquidationLogic", "FlashLoanLogic", "ConfiguratorLogic"] as const) {
    libraries[name] = await (await deploy(s, name, libraries)).getAddress();
  }
  const at = await provider.getAddress();
  await call(provider, "setPoolImpl", await (await deploy(s, "Pool", libraries, at)).getAddress());
  await call(
    provider,
    "setPoolConfiguratorImpl",
    await (await deploy(s, "PoolConfigurator", libraries)).getAddress(),
  );
  const pool = await proxy(s, "Pool", await read(provider, "getPool"));
  const configurator = await proxy(s, "PoolConfigurator", await read(provider, "getPoolConfigurator"));

  const assets = [await s.debtToken.getAddress(), await s.collateral.getAddress()];
  const feeds = [await s.debtFeed.getAddress(), await s.collateralFeed.getAddress()];
  const oracle = await deploy(s, "AaveOracle", {}, at, assets, feeds, ZeroAddress, ZeroAddress, 10n ** 8n);
  await call(provider, "setPriceOracle", await oracle.getAddress());

  const poolAt = await pool.getAddress();
  const implementation = async (name: Name): Promise<string> =>
    (await deploy(s, name, {}, poolAt)).getAddress();
  const [aToken, variable, stable] = [
    await implementation("AToken"),
    await implementation("VariableDebtToken"),
    await implementation("StableDebtToken"),
  ];
  const percent = RAY / 100n;
  const strategy = await deploy(
    s,
    "DefaultReserveInterestRateStrategy",
    {},
    at,
    ...[80n * percent, 0n, 5n * percent, 75n * percent, 0n, 0n, 0n, 0n, 0n],
  );
  for (const asset of assets) {
    const reserve = {
      aTokenImpl: aToken,
      stableDebtTokenImpl: stable,
      variableDebtTokenImpl: variable,
      underlyingAssetDecimals: 18,
      interestRateStrategyAddress: await strategy.getAddress(),
      underlyingAsset: asset,
      treasury: s.me,
      incentivesController: ZeroAddress,
      aTokenName: encodeBytes32String("a"),
      aTokenSymbol: encodeBytes32String("a"),
      variableDebtTokenName: encodeBytes32String("v"),
      variableDebtTokenSymbol: encodeBytes32String("v"),
      stableDebtTokenName: encodeBytes32String("s"),
      stableDebtTokenSymbol: encodeBytes32String("s"),
      params: "0x10",
    };
    await call(configurator, "initReserves", [reserve]);
    await call(configurator, "setReserveFactor", asset, 1000);
  }
  await call(configurator, "configureReserveAsCollateral", assets[1], 7500, 8000, 10_500);
  await call(configurator, "setReserveBorrowing", assets[0], true);
  return pool;
}

async function artifact(name: Name): Promise<AaveArtifact> {
  const path = createRequire(import.meta.url).resolve(`${PACKAGE}/${PATHS[name]}/${name}.sol/${name}.json`);
  return JSON.parse(await readFile(path, "utf8")) as AaveArtifact;
}

/** Deploys one artifact, its libraries linked. */
async function deploy(
  s: Setting,
  name: Name,
  libraries: Readonly<Record<string, string>>,
  ...args: unknown[]
): Promise<Callable> {
  const { abi, bytecode, linkReferences } = await artifact(name);
  let code = bytecode;
  for (const file of Object.values(linkReferences)) {
    for (const [library, places] of Object.entries(file)) {
      const address = libraries[library]?.slice(2);
      if (address === undefined) throw new Error(`${name} needs ${library}`);
      for (const { start } of places) {
        const from = 2 + start * 2;
        code = code.slice(0, from) + address + code.slice(from + 40);
      }
    }
  }
  const contract = await new ContractFactory(abi, code, s.signer).deploy(...args);
  await contract.waitForDeployment();
  return contract as unknown as Callable;
}

async function proxy(s: Setting, name: Name, address: string): Promise<Callable> {
  return BaseContract.from<Methods>(address, (await artifact(name)).abi, s.signer);
}

function call(contract: Callable, name: string, ...args: unknown[]): Promise<ContractTransactionResponse> {
  const method = contract[name];
  if (method === undefined) throw new Error(`no function ${name}`);
  return method(...args);
}

async function read(contract: BaseContract, name: string): Promise<string> {
  const result: unknown = await contract.getFunction(name).staticCall();
  return String(result);
}
