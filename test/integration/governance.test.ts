import { expect } from "chai";
import { type Contract, type FunctionFragment, Interface, type Signer } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../deploy/inMemory.js";
import { type Client, connect } from "../../src/protocol/client.js";
import { parseParameters } from "../../src/protocol/parameters/convert.js";
import { type AccessManager, AccessManager__factory } from "../../types/index.js";
import { SMALLEST } from "../support/parameters.js";

const DELAY = 172_800n;

/**
 * The role that may call each function of every contract that asks the access manager. The test
 * below checks that the table is complete.
 */
const TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  riskConfig: {
    listAsset: "governor",
    setAsset: "governor",
    setSystem: "governor",
    setHaircutFloor: "governor",
    tighten: "risk",
    raiseHaircutFloor: "risk",
    lowerBorrowCap: "risk",
    setHaircut: "volatility",
    setGatedActions: "breaker",
  },
  oracle: {
    setAssetSources: "governor",
    setDebtSource: "governor",
    setSequencer: "governor",
    setSequenced: "governor",
  },
  breaker: { pause: "guardian", unpause: "guardian", setTripConfig: "governor" },
  volatility: { setParameters: "governor", resetSeries: "governor" },
  engine: { setAuctionHouse: "governor" },
  pool: { setTerms: "governor" },
  auctionHouse: { setTerms: "governor" },
  backstop: {},
};

/** Where the client has each contract of the table. */
const MEMBER: Readonly<Record<string, keyof Client>> = {
  riskConfig: "riskConfig",
  oracle: "oracleGuard",
  breaker: "circuitBreaker",
  volatility: "volatilityModel",
  engine: "vaultEngine",
  pool: "lendingPool",
  auctionHouse: "auctionHouse",
  backstop: "backstopPool",
};

describe("governance", () => {
  let connection: NetworkConnection;
  let client: Client;
  let manager: AccessManager;
  let stranger: Signer;
  let governor: Signer;
  let risk: Signer;
  let guardian: Signer;
  let deployer: Signer;
  const holders: Record<string, string> = {};
  const contracts: Record<string, { address: string; interface: Interface }> = {};

  before(async () => {
    connection = await network.create();
    [deployer, guardian, risk, governor, stranger] = (await connection.ethers.getSigners()) as unknown as [
      Signer,
      Signer,
      Signer,
      Signer,
      Signer,
    ];
    const governance = {
      guardian: await guardian.getAddress(),
      risk: await risk.getAddress(),
      governor: await governor.getAddress(),
      delaySeconds: Number(DELAY),
    };
    const deployment = await deployInMemory(connection, parseParameters({ ...SMALLEST, governance }));
    client = connect(deployment, stranger);
    manager = AccessManager__factory.connect(deployment.contracts.manager, stranger);
    Object.assign(holders, governance, {
      volatility: deployment.contracts.volatility,
      breaker: deployment.contracts.breaker,
      deployer: await deployer.getAddress(),
      stranger: await stranger.getAddress(),
    });
    for (const name of Object.keys(TABLE)) {
      const contract = client[MEMBER[name]!] as unknown as Contract;
      contracts[name] = { address: await contract.getAddress(), interface: contract.interface };
    }
  });
  after(() => connection.close());

  /** Functions of a contract that change state. */
  const writes = (iface: Interface): FunctionFragment[] => {
    const found: FunctionFragment[] = [];
    iface.forEachFunction((f) => {
      if (!f.constant) found.push(f);
    });
    return found;
  };

  /** Call data with zeros for every argument. That suffices to reach the check of the caller. */
  const blank = (fragment: FunctionFragment): string => fragment.selector + "00".repeat(32 * 24);

  it("has a table that is complete: a stranger is refused exactly the functions in it", async () => {
    const unauthorised = "AccessManagedUnauthorized";
    const iface = new Interface([`error ${unauthorised}(address)`]);
    for (const [name, { address, interface: abi }] of Object.entries(contracts)) {
      const refused: string[] = [];
      for (const fragment of writes(abi)) {
        try {
          await connection.provider.request({
            method: "eth_call",
            params: [{ from: holders.stranger!, to: address, data: blank(fragment) }],
          });
        } catch (error) {
          const { data } = error as { data?: string | { data?: string } };
          const bytes = typeof data === "string" ? data : (data?.data ?? "0x");
          if (bytes.startsWith(iface.getError(unauthorised)!.selector)) refused.push(fragment.name);
        }
      }
      // Every AccessManaged contract also has `setAuthority`, which only the manager itself may
      // call.
      expect(refused.filter((f) => f !== "setAuthority").sort(), name).to.deep.equal(
        Object.keys(TABLE[name]!).sort(),
      );
    }
  });

  it("lets each role call its own functions at once, the governor the rest after the delay, and nobody else any", async () => {
    for (const [name, { address, interface: abi }] of Object.entries(contracts)) {
      for (const [fn, allowed] of Object.entries(TABLE[name]!)) {
        const { selector } = abi.getFunction(fn)!;
        for (const [who, account] of Object.entries(holders)) {
          if (who === "delaySeconds") continue;
          const [immediate, delay] = await manager.canCall(account, address, selector);
          const label = `${who}: ${name}.${fn}`;
          expect(immediate, label).to.equal(who === allowed && who !== "governor");
          expect(delay, label).to.equal(who === allowed && who === "governor" ? DELAY : 0n);
        }
      }
    }
  });

  it("leaves the manager itself to the governor alone, with the same delay", async () => {
    for (const [who, account] of Object.entries(holders)) {
      if (who === "delaySeconds") continue;
      const [member, delay] = await manager.hasRole(0, account);
      expect([member, delay], who).to.deep.equal(who === "governor" ? [true, DELAY] : [false, 0n]);
    }
  });

  it("makes the governor wait", async () => {
    const { riskConfig } = client;
    const data = riskConfig.interface.encodeFunctionData("setHaircutFloor", [0, 100]);
    const target = await riskConfig.getAddress();
    await expect(riskConfig.connect(governor).setHaircutFloor(0, 100)).to.be.revertedWithCustomError(
      manager,
      "AccessManagerNotScheduled",
    );
    await manager.connect(governor).schedule(target, data, 0);
    await expect(manager.connect(governor).execute(target, data)).to.be.revertedWithCustomError(
      manager,
      "AccessManagerNotReady",
    );
    await connection.provider.request({ method: "evm_increaseTime", params: [Number(DELAY)] });
    await manager.connect(governor).execute(target, data);
    expect((await riskConfig.haircuts(0)).floor).to.equal(100n);
  });

  it("lets risk tighten at once and not loosen, and the guardian pause", async () => {
    const { riskConfig, circuitBreaker: breaker } = client;
    await riskConfig.connect(risk).raiseHaircutFloor(0, 200);
    await expect(riskConfig.connect(risk).raiseHaircutFloor(0, 199)).to.be.revertedWithCustomError(
      riskConfig,
      "WouldLoosen",
    );
    await breaker.connect(guardian).pause(0, 60);
    // The highest bit says that the breaker watches prices.
    expect((await riskConfig.systemRisk()).gatedActions).to.equal(129n);
    await breaker.connect(guardian).unpause(0);
    expect((await riskConfig.systemRisk()).gatedActions).to.equal(128n);
  });
});

describe("a governor named by the deployer's own address", () => {
  for (const delaySeconds of [0, Number(DELAY)]) {
    it(`keeps the system, with a delay of ${delaySeconds} s`, async () => {
      const connection = await network.create();
      try {
        const [deployer] = await connection.ethers.getSigners();
        const address = deployer!.address.toLowerCase();
        const governance = { guardian: address, risk: address, governor: address, delaySeconds };
        const parameters = parseParameters({ ...SMALLEST, governance });
        const { contracts } = await deployInMemory(connection, parameters);
        const manager = AccessManager__factory.connect(contracts.manager, connection.ethers.provider);
        expect(await manager.hasRole(0, address)).to.deep.equal([true, BigInt(delaySeconds)]);
      } finally {
        await connection.close();
      }
    });
  }

  it("may not be the zero address", () => {
    const governance = { governor: `0x${"0".repeat(40)}` };
    expect(() => parseParameters({ ...SMALLEST, governance })).to.throw(
      /governance\.governor: .*zero address/,
    );
  });
});
