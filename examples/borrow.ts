// A vault from deposit to liquidation, on a chain in memory.
// Run it with `npx hardhat run examples/borrow.ts`.
import { MaxUint256, formatEther, parseEther, parseUnits } from "ethers";
import { network } from "hardhat";

import { deployInMemory } from "../deploy/inMemory.js";
import { connect, readParameters, vaultKey } from "../src/package/index.js";

const connection = await network.create();
const [deployer, lender, borrower, liquidator] = await connection.ethers.getSigners();
if (!deployer || !lender || !borrower || !liquidator) throw new Error("the chain has too few accounts");
const deployment = await deployInMemory(connection, await readParameters("deploy/parameters/localhost.json"));
const { vaultEngine, lendingPool, debtToken, vaultLens, tokens, feeds } = connect(deployment, deployer);
const [weth, feed] = [tokens[0]!, feeds[0]!];
const WETH = 0; // asset ids are given in the order of the parameter file

// A lender supplies what can be borrowed.
await debtToken.mint(lender, parseEther("500000"));
await debtToken.connect(lender).approve(lendingPool, MaxUint256);
await lendingPool.connect(lender).deposit(parseEther("500000"), lender);

// A vault is named by its owner and an index. `open` deposits and borrows in one call.
const vault = vaultKey(borrower.address, 0n);
await weth.mint(borrower, parseEther("10"));
await weth.connect(borrower).approve(vaultEngine, MaxUint256);
await vaultEngine.connect(borrower).open(vault, WETH, parseEther("10"), parseEther("14000"), borrower);
const health = async () => Number(formatEther((await vaultLens.health([vault]))[0]!.healthFactor)).toFixed(3);
console.log(`10 WETH at 2,000, debt 14,000 USDX: health factor ${await health()}`);

// The price falls. Health below 1: anyone may repay some of the debt for collateral and a bonus.
await feed.setAnswer(parseUnits("1700", await feed.decimals()));
console.log(`WETH falls to 1,700: health factor ${await health()}`);
await debtToken.mint(liquidator, parseEther("14000"));
await debtToken.connect(liquidator).approve(vaultEngine, MaxUint256);
const terms = { maxRepay: MaxUint256, maxSeize: MaxUint256, minSeize: 0n, deadline: MaxUint256 };
await vaultEngine
  .connect(liquidator)
  .liquidate({ vault, asset: WETH, ...terms, receiver: liquidator, data: "0x" });
console.log(`liquidated: health factor ${await health()}`);
console.log(`the liquidator has ${Number(formatEther(await weth.balanceOf(liquidator))).toFixed(3)} WETH`);
await connection.close();
