// First-loss capital: deposit, request an exit, wait, leave.
// Run it with `npx hardhat run examples/backstop.ts`.
import { MaxUint256, formatEther, parseEther } from "ethers";
import { network } from "hardhat";

import { deployInMemory } from "../deploy/inMemory.js";
import { connect, readParameters } from "../src/package/index.js";

const connection = await network.create();
const [depositor] = await connection.ethers.getSigners();
if (!depositor) throw new Error("the chain has no account");
const parameters = await readParameters("deploy/parameters/localhost.json");
const { backstopPool, debtToken } = connect(await deployInMemory(connection, parameters), depositor);
const inTokens = (amount: bigint) => formatEther(amount).replace(/\.0$/, "");

// `depositAtLeast` reverts if an absorption just before it makes shares more expensive.
await debtToken.mint(depositor, parseEther("1000"));
await debtToken.approve(backstopPool, MaxUint256);
const expected = await backstopPool.previewDeposit(parseEther("1000"));
await backstopPool.depositAtLeast(parseEther("1000"), depositor, expected);
console.log(`deposited: ${inTokens(await debtToken.balanceOf(backstopPool))} USDX`);

// Shares leave only after a request: it matures after three days and lapses two days later.
await backstopPool.requestExit(await backstopPool.balanceOf(depositor));
const { from, until, value } = await backstopPool.exitOf(depositor);
console.log(`requested: at most ${inTokens(value)} USDX, payable for ${(until - from + 1n) / 3600n} hours`);
console.log(`payable now: ${inTokens(await backstopPool.maxWithdraw(depositor))} USDX`);

await connection.networkHelpers.time.increaseTo(from);
const payable = await backstopPool.maxWithdraw(depositor);
console.log(`payable after three days: ${inTokens(payable)} USDX`);
await backstopPool.redeemMatured(depositor, payable);
console.log(`left with ${inTokens(await debtToken.balanceOf(depositor))} USDX`);
await connection.close();
