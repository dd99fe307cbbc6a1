// A liquidation that needs no capital.
// Run it with `npx hardhat run examples/flash-liquidator/liquidate.ts`.
import { MaxUint256, formatEther, parseEther, parseUnits } from "ethers";
import { network } from "hardhat";

import { deployInMemory } from "../../deploy/inMemory.js";
import { Uniswap } from "../../src/lab/system/uniswapPool.js";
import { connect, readParameters, vaultKey } from "../../src/package/index.js";
import { FlashLiquidator__factory } from "../../types/index.js";

const FEE = 3_000; // of the Uniswap pool, in millionths

const connection = await network.create();
const [keeper, borrower] = await connection.ethers.getSigners();
if (!keeper || !borrower) throw new Error("the chain has too few accounts");
const deployment = await deployInMemory(connection, await readParameters("deploy/parameters/localhost.json"));
const { vaultEngine, lendingPool, debtToken, vaultLens, tokens, feeds } = connect(deployment, keeper);
const [weth, feed] = [tokens[0]!, feeds[0]!];
const WETH = 0;

// Lenders' cash, and a market of 1,000,000 USDX a side at 1,700. A live chain has both already.
const uniswap = await Uniswap.deploy(keeper, keeper.address);
for (const token of [weth, debtToken]) {
  await token.mint(keeper, parseEther("10000000"));
  await token.approve(await uniswap.managerAddress, MaxUint256);
}
await debtToken.approve(lendingPool, MaxUint256);
await lendingPool.deposit(parseEther("500000"), keeper);
const [collateral, debt] = [deployment.assets[WETH]!, deployment.debtAsset].map(({ token, decimals }) => ({
  address: token,
  decimals,
}));
await uniswap.createPool(collateral!, debt!, parseEther("1700"), parseEther("1000000"), FEE);

// A vault that the fall of the price to 1,700 makes unhealthy.
const vault = vaultKey(borrower.address, 0n);
await weth.mint(borrower, parseEther("10"));
await weth.connect(borrower).approve(vaultEngine, MaxUint256);
await vaultEngine.connect(borrower).open(vault, WETH, parseEther("10"), parseEther("14000"), borrower);
await feed.setAnswer(parseUnits("1700", await feed.decimals()));
const health = async () => Number(formatEther((await vaultLens.health([vault]))[0]!.healthFactor)).toFixed(3);
console.log(`health factor before: ${await health()}`);

// The contract holds nothing: its callback sells the collateral, and the engine is paid from that.
const liquidator = await new FlashLiquidator__factory(keeper).deploy(vaultEngine, uniswap.routerAddress);
console.log(`the contract holds ${await debtToken.balanceOf(liquidator)} USDX`);
const profit = await liquidator.liquidate.staticCall(vault, WETH, FEE, 0n);
await liquidator.liquidate(vault, WETH, FEE, (profit * 9n) / 10n);
console.log(`health factor after: ${await health()}`);
console.log(`profit: ${Number(formatEther(profit)).toFixed(2)} USDX`);
await connection.close();
