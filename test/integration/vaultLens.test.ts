import { expect } from "chai";
import { network } from "hardhat";

import { deployInMemory } from "../../deploy/inMemory.js";
import { MAX_UINT256, vaultKey } from "../../src/model/index.js";
import { connect } from "../../src/protocol/client.js";
import { parseParameters } from "../../src/protocol/parameters/convert.js";
import { RECORDS_PER_CALL } from "../../src/protocol/vaultRecords.js";
import { localParameters } from "../support/scenario.js";

/** Gas limit of a transaction (EIP-7825), which some nodes also apply to a call. */
const GAS_CAP = 16_777_216;

describe("the lens", () => {
  it("answers for its most keys, of eight collaterals each, below the gas a call may be granted", async () => {
    const connection = await network.create();
    const local = localParameters();
    const assets = Array.from({ length: 8 }, (_, i) => ({ ...local.assets[0]!, symbol: `A${i}` }));
    const deployment = await deployInMemory(connection, parseParameters({ ...local, assets }));
    const [owner] = await connection.ethers.getSigners();
    const { vaultEngine: engine, vaultLens: lens, tokens } = connect(deployment, owner!);
    for (const token of tokens) {
      await token.mint(owner!.address, 10n ** 24n);
      await token.approve(engine, MAX_UINT256);
    }
    const keys = Array.from({ length: 24 }, (_, i) => vaultKey(owner!.address, BigInt(i)));
    for (const key of keys) {
      const deposits = tokens.map((_, id) =>
        engine.interface.encodeFunctionData("deposit", [key, id, 10n ** 18n]),
      );
      await engine.multicall(deposits);
    }

    const most = Number(await lens.MAX_KEYS());
    expect(RECORDS_PER_CALL).to.equal(most);
    for (const view of [lens.health, lens.records]) {
      const [few, many] = [
        Number(await view.estimateGas(keys.slice(0, 4))),
        Number(await view.estimateGas(keys)),
      ];
      // Every further key costs the same.
      const perKey = (many - few) / 20;
      expect(few + perKey * (most - 4)).to.be.below(GAS_CAP);
    }
  });
});
