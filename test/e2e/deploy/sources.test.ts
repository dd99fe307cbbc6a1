import { expect } from "chai";
import type { Signer } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../../deploy/inMemory.js";
import { connect } from "../../../src/protocol/client.js";
import type { Deployment } from "../../../src/protocol/deployments.js";
import { type SystemParameters, parseParameters } from "../../../src/protocol/parameters/convert.js";
import { UniswapTwapSource__factory } from "../../../types/index.js";
import { openExchange } from "../../support/executor.js";
import { localParameters } from "../../support/scenario.js";

describe("prices by deployment parameters", () => {
  let connection: NetworkConnection;
  let signer: Signer;
  let first: Deployment;
  let pool: string;

  before(async () => {
    connection = await network.create();
    signer = (await connection.ethers.getSigners())[0]!;
    first = await deployInMemory(connection, localParameters());
    pool = (await openExchange(first, signer, "2000", "20000000")).market.address;
    for (const [method, params] of [
      ["evm_increaseTime", [120]],
      ["evm_mine", []],
    ] as const)
      await connection.provider.request({ method, params: [...params] });
  });
  after(() => connection.close());

  /**
   * Parameters of a second system over the tokens of the first. Its ether has the pool as secondary
   * source.
   */
  function withPool(address = pool): unknown {
    const p = localParameters();
    const [asset] = p.assets;
    if (asset === undefined) throw new Error("no asset");
    const token = { address: first.assets[0]?.token ?? "" };
    const uniswap = { pool: address, windowSeconds: 60, minLiquidity: "1000" };
    const secondary = { ...asset.primary, feed: { uniswap } };
    return {
      ...p,
      debtAsset: { ...p.debtAsset, token: { address: first.debtAsset.token } },
      assets: [{ ...asset, token, secondary, maxDeviationBps: 200, sequenced: true }],
      sequencer: { feed: { mock: { decimals: 0, answer: "0" } }, gracePeriodSeconds: 0 },
    };
  }

  it("takes a Uniswap pool as the secondary source and the sequencer's feed, and prices by them", async () => {
    const p = parseParameters(withPool());
    const deployment = await deployInMemory(connection, p);
    const { oracleGuard: oracle } = connect(deployment, connection.ethers.provider);
    const config = await oracle.assetSources(0);
    const twap = UniswapTwapSource__factory.connect(config.secondary.feed, connection.ethers.provider);
    expect(await twap.pool()).to.equal(pool);
    expect(await twap.base()).to.equal(first.assets[0]?.token);
    expect(await twap.window()).to.equal(60n);
    expect((await oracle.sequencer()).gracePeriod).to.equal(0n);
    expect(await oracle.isSequenced(0)).to.equal(true);
    const { status, low, high } = await oracle.price(0);
    expect(status).to.equal(0n);
    // The mean price of the pool differs from the feed's answer in the last units.
    expect(low).to.be.lessThan(high);
  });

  it("refuses a pool of other tokens, a pool for a mock, and a sequenced asset without a sequencer", async () => {
    const other = parseParameters(withPool(first.contracts.engine));
    const refused = await deployInMemory(connection, other).then(
      () => "",
      (error: unknown) => String(error),
    );
    expect(refused).to.match(
      /assets\[0\]\.secondary\.feed\.uniswap\.pool: 0x\w+: must be a Uniswap v3 pool of 0x\w+ on this chain$/,
    );
    const p = withPool() as SystemParameters;
    const [asset] = p.assets;
    expect(() =>
      parseParameters({ ...p, assets: [{ ...asset, token: localParameters().assets[0]?.token }] }),
    ).to.throw(
      /^assets\[0\]\.secondary\.feed\.uniswap: needs assets\[0\]\.token\.address: a new mock has no pool yet$/,
    );
    expect(() => parseParameters({ ...p, sequencer: undefined })).to.throw(
      /^assets\[0\]\.sequenced: true: needs sequencer$/,
    );
  });
});
