import {
  type NamedArtifactContractAtFuture,
  type NamedArtifactContractDeploymentFuture,
  buildModule,
} from "@nomicfoundation/ignition-core";
import { parseUnits, ZeroAddress } from "ethers";

import {
  type KnownDecimals,
  type SecondaryParameters,
  type SystemParameters,
  auctionTermsOf,
  poolTermsOf,
  volatilityParametersOf,
} from "../src/protocol/parameters/convert.js";

import { ROLES, type Role, selectorsOf } from "./roles.js";

type Builder = Parameters<Parameters<typeof buildModule>[1]>[0];
type Contract = NamedArtifactContractAtFuture<string> | NamedArtifactContractDeploymentFuture<string>;

/**
 * The whole system as one Ignition module: access manager, tokens and feeds (mocks where the
 * parameters name them), risk configuration, oracle guard, breaker, volatility model, engine with
 * its pool, auction house with its backstop, and the lens. Executor and autopilot are part of it if
 * the parameters name them. The caller decides beforehand which mocks are allowed.
 * @param deployerAddress the account that deploys; if it is the governor too, it keeps its role
 * @param options `poked`: whether haircuts are measured from the first round on
 */
export function systemModule(
  p: SystemParameters,
  decimals: KnownDecimals,
  deployerAddress: string,
  { poked = false } = {},
) {
  return buildModule("Breakwater", (m) => {
    const deployer = m.getAccount(0);
    const { guardian, risk, governor, delaySeconds } = p.governance;
    const keeps = governor === "deployer" || governor.toLowerCase() === deployerAddress.toLowerCase();
    const accountOf = (who: string) => (who === "deployer" ? deployer : who);
    const debtToken = tokenOf(m, p.debtAsset.symbol, p.debtAsset.symbol, p.debtAsset.token);

    // The deployer configures, then hands over to guardian, risk and governor.
    const manager = m.contract("AccessManager", [deployer]);
    const riskConfig = m.contract("RiskConfig", [
      manager,
      {
        borrowCap: parseUnits(p.system.borrowCap, decimals.debt),
        dust: parseUnits(p.system.dust, decimals.debt),
        targetHealth: p.system.targetHealthBps,
        stuckHealth: p.system.stuckHealthBps,
        gatedActions: 0,
      },
    ]);
    const oracle = m.contract("OracleGuard", [manager, riskConfig, decimals.debt]);
    const breaker = m.contract("CircuitBreaker", [manager, oracle]);
    const volatility = m.contract("VolatilityModel", [
      manager,
      oracle,
      riskConfig,
      { ...volatilityParametersOf(p.volatility) },
    ]);
    const engine = m.contract("VaultEngine", [
      manager,
      debtToken,
      { riskConfig, oracle, breaker, volatility },
      poolTermsOf(p.rate),
    ]);
    const pool = m.contractAt("LendingPool", m.staticCall(engine, "pool"));
    const auctionHouse = m.contract("AuctionHouse", [
      manager,
      engine,
      { ...auctionTermsOf(p.auction, decimals.debt) },
    ]);
    const backstop = m.contractAt("BackstopPool", m.staticCall(auctionHouse, "backstop"));
    const wired = m.call(engine, "setAuctionHouse", [auctionHouse]);
    const lens = m.contract("VaultLens", [engine]);

    const contracts: Record<string, Contract> = {};
    let last: ReturnType<Builder["call"]> = wired;
    // Roles come before trip settings, because a breaker that watches prices writes to the risk
    // configuration.
    const targets = { riskConfig, breaker };
    const holders = { volatility, breaker, guardian: accountOf(guardian), risk: accountOf(risk) };
    for (const role of ROLES)
      last = grant(m, manager, role, targets[role.target], holders[role.holder], last);
    if (p.debtAsset.source !== undefined) {
      const { feed, config } = sourceOf(
        m,
        `${p.debtAsset.symbol}_debt`,
        p.debtAsset.source,
        decimals.debtFeed ?? 0,
        debtToken,
      );
      last = m.call(oracle, "setDebtSource", [config], { id: "setDebtSource", after: [last] });
      contracts.debtFeed = feed;
    }
    p.assets.forEach((asset, id) => {
      const known = decimals.assets[id];
      if (known === undefined) throw new RangeError(`no decimals known for ${asset.symbol}`);
      const token = tokenOf(m, asset.symbol, asset.symbol, asset.token);
      contracts[`token_${asset.symbol}`] = token;
      // Ids follow the order of listing, so each listing waits for the one before.
      const listed = m.call(
        riskConfig,
        "listAsset",
        [
          {
            token,
            ltv: asset.ltvBps,
            liquidationThreshold: asset.liquidationThresholdBps,
            minBonus: asset.minBonusBps,
            maxBonus: asset.maxBonusBps,
            slope: asset.slopeBps,
            decimals: known.token,
          },
          parseUnits(asset.supplyCap, known.token),
        ],
        { id: `list_${asset.symbol}`, after: [last] },
      );
      const primary = sourceOf(m, `${asset.symbol}_primary`, asset.primary, known.primary, token);
      contracts[`feed_${asset.symbol}`] = primary.feed;
      const secondary =
        asset.secondary &&
        sourceOf(m, `${asset.symbol}_secondary`, asset.secondary, known.secondary ?? 0, token);
      if (secondary !== undefined) contracts[`feed2_${asset.symbol}`] = secondary.feed;
      last = m.call(
        oracle,
        "setAssetSources",
        [id, primary.config, secondary?.config ?? NO_SOURCE, asset.maxDeviationBps, asset.composed],
        { id: `sources_${asset.symbol}`, after: [listed] },
      );
      if (asset.sequenced) {
        last = m.call(oracle, "setSequenced", [id, true], { id: `sequenced_${asset.symbol}`, after: [last] });
      }
      if (p.breaker.enabled) {
        const { limitBps, windowSeconds, doubtSeconds, pauseSeconds } = p.breaker;
        const watch = {
          limit: limitBps,
          window: windowSeconds,
          maxDoubtSeconds: doubtSeconds,
          pause: pauseSeconds,
        };
        last = m.call(breaker, "setTripConfig", [id, watch], { id: `watch_${asset.symbol}`, after: [last] });
      }
    });
    if (p.sequencer !== undefined) {
      const feed = feedOf(m, "sequencer", p.sequencer.feed, 0, debtToken);
      const arguments_ = [feed, p.sequencer.gracePeriodSeconds];
      last = m.call(oracle, "setSequencer", arguments_, { id: "setSequencer", after: [last] });
      contracts.sequencer = feed;
    }
    // The first poke starts the measurement at the feed's newest round. It needs the roles above.
    if (poked && p.volatility.enabled) {
      p.assets.forEach(({ symbol }, id) => {
        last = m.call(volatility, "poke", [id], { id: `poke_${symbol}`, after: [last] });
      });
    }
    if (p.executor !== undefined) {
      const owner = accountOf(p.executor.owner);
      contracts.executor = m.contract("LiquidationExecutor", [
        owner,
        engine,
        p.executor.factory,
        p.executor.keepers,
      ]);
    }
    if (p.autopilot !== undefined) {
      contracts.autopilot = m.contract("Autopilot", [engine, p.autopilot.factory]);
    }
    // Functions without a role of their own are the governor's. A delay on the deployer's own role
    // acts from here on.
    if (!keeps || delaySeconds !== 0) {
      const granted = m.call(manager, "grantRole", [0, accountOf(governor), delaySeconds], {
        id: "grantGovernor",
        after: [last],
      });
      if (!keeps) {
        m.call(manager, "renounceRole", [0, deployer], { id: "renounceDeployer", after: [granted] });
      }
    }
    return {
      manager,
      riskConfig,
      oracle,
      breaker,
      volatility,
      engine,
      pool,
      auctionHouse,
      backstop,
      lens,
      debtToken,
      ...contracts,
    };
  });
}

/** Lets `holder` call the functions of `role` from now on, without delay. */
function grant(
  m: Builder,
  manager: Contract,
  role: Role,
  target: Contract,
  holder: Contract | ReturnType<Builder["getAccount"]> | string,
  after: ReturnType<Builder["call"]>,
): ReturnType<Builder["call"]> {
  const selectors = selectorsOf(role);
  const set = m.call(manager, "setTargetFunctionRole", [target, selectors, role.id], {
    id: `role_${role.holder}`,
    after: [after],
  });
  return m.call(manager, "grantRole", [role.id, holder, 0], { id: `grant_${role.holder}`, after: [set] });
}

const NO_SOURCE = { feed: ZeroAddress, heartbeat: 0, minAnswer: 0, maxAnswer: 0 };

function tokenOf(
  m: Builder,
  id: string,
  symbol: string,
  token: SystemParameters["debtAsset"]["token"],
): Contract {
  return "address" in token
    ? m.contractAt("IERC20Metadata", token.address, { id: `token_${id}` })
    : m.contract("TestToken", [token.mock.name, symbol, token.mock.decimals], { id: `token_${id}` });
}

function sourceOf(m: Builder, id: string, source: SecondaryParameters, decimals: number, priced: Contract) {
  const feed = feedOf(m, id, source.feed, decimals, priced);
  return {
    feed,
    config: {
      feed,
      heartbeat: source.heartbeatSeconds,
      minAnswer: parseUnits(source.minAnswer, decimals),
      maxAnswer: parseUnits(source.maxAnswer, decimals),
    },
  };
}

/** An existing feed, a mock, or the mean price of the token `priced` in a pool. */
function feedOf(
  m: Builder,
  id: string,
  feed: SecondaryParameters["feed"],
  decimals: number,
  priced: Contract,
): Contract {
  if ("address" in feed) return m.contractAt("AggregatorV3Interface", feed.address, { id: `feed_${id}` });
  if ("mock" in feed) {
    const answer = parseUnits(feed.mock.answer, decimals);
    return m.contract("MockPriceFeed", [decimals, id, answer], { id: `feed_${id}` });
  }
  const { pool, windowSeconds, minLiquidity } = feed.uniswap;
  const arguments_ = [pool, priced, windowSeconds, BigInt(minLiquidity), decimals];
  return m.contract("UniswapTwapSource", arguments_, { id: `feed_${id}` });
}
