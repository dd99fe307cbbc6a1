import { readFileSync } from "node:fs";
import { network } from "hardhat";
import { parseEther, parseUnits } from "ethers";
import { deployInMemory } from "../deploy/inMemory.js";
import { connect } from "../src/protocol/client.js";
import { parseParameters } from "../src/protocol/parameters.js";
import { vaultKey } from "../src/model/index.js";

describe("smoke", () => {
  it("opens", async () => {
    const connection = await network.create();
    const t0 = Date.now();
    const p = parseParameters(JSON.parse(readFileSync("deploy/parameters/localhost.json", "utf8")));
    const d = await deployInMemory(connection, p);
    console.log(Date.now() - t0, d.contracts);
    const [me] = await connection.ethers.getSigners();
    const c = connect(d, me!);
    await c.debtToken.mint(me!.address, parseEther("1000000"));
    await c.debtToken.approve(c.pool, 2n ** 256n - 1n);
    await c.debtToken.approve(c.engine, 2n ** 256n - 1n);
    await c.pool.deposit(parseEther("500000"), me!.address);
    for (const t of c.tokens) { await t.mint(me!.address, parseEther("1000")); await t.approve(c.engine, 2n ** 256n - 1n); }
    const gas = async (name: string, tx: Promise<any>) => console.log(name, (await (await tx).wait()).gasUsed);
    const k = vaultKey(me!.address, 0n), k1 = vaultKey(me!.address, 1n), k2 = vaultKey(me!.address, 2n);
    await gas("deposit", c.engine.deposit(k, 0, parseEther("10")));
    await gas("deposit again", c.engine.deposit(k, 0, parseEther("10")));
    await gas("borrow", c.engine.borrow(k, parseEther("10000"), me!.address));
    const i = c.engine.interface;
    const open = (k: string) => c.engine.multicall([i.encodeFunctionData("deposit", [k, 0, parseEther("10")]), i.encodeFunctionData("borrow", [k, parseEther("14900"), me!.address])]);
    await gas("open", open(k1));
    await gas("open", open(k2));
    await gas("repay", c.engine.repay(k, parseEther("2000")));
    await gas("withdraw", c.engine.withdraw(k, 0, parseEther("1"), me!.address));
    await gas("deposit btc", c.engine.deposit(k, 1, parseUnits("1", 8)));
    await gas("borrow2", c.engine.borrow(k, parseEther("1000"), me!.address));
    await gas("borrow1", c.engine.borrow(k1, 1000n, me!.address));
    await c.feeds[0]!.setAnswer(parseUnits("1800", 8));
    await gas("liquidate", c.engine.liquidate({ vault: k1, asset: 0, maxRepay: 2n ** 256n - 1n, maxSeize: 2n ** 256n - 1n, minSeize: 0, deadline: 2n ** 40n, receiver: me!.address, data: "0x" }));
    console.log((await c.lens.health([k, k1, k2])));
  });
});
