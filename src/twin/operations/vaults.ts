import { MAX_UINT256, type VaultKey } from "../../model/index.js";
import { define } from "./definition.js";

export interface OnVault {
  readonly vault: VaultKey;
}

/**
 * Operations of owners, liquidators and absorbers. Collateral in token units, debt in debt units.
 */
export const VAULT_OPERATIONS = {
  deposit: define({
    contract: "vaultEngine",
    call: ({ vault, asset, amount }: OnVault & { readonly asset: number; readonly amount: bigint }) => [
      "deposit",
      vault,
      asset,
      amount,
    ],
    apply: (model, { vault, asset, amount }) => {
      model.vaultEngine.deposit(vault, asset, amount);
    },
  }),
  withdraw: define({
    contract: "vaultEngine",
    call: ({
      vault,
      asset,
      amount,
      to,
    }: OnVault & { readonly asset: number; readonly amount: bigint; readonly to: string }) => [
      "withdraw",
      vault,
      asset,
      amount,
      to,
    ],
    apply: (model, { vault, asset, amount }) => model.vaultEngine.withdraw(vault, asset, amount),
  }),
  borrow: define({
    contract: "vaultEngine",
    call: ({ vault, amount, to }: OnVault & { readonly amount: bigint; readonly to: string }) => [
      "borrow",
      vault,
      amount,
      to,
    ],
    apply: (model, { vault, amount }) => {
      model.vaultEngine.borrow(vault, amount);
    },
  }),
  /** A deposit and a borrow in one `multicall`. */
  depositAndBorrow: define({
    contract: "vaultEngine",
    call: (
      {
        vault,
        asset,
        amount,
        debt,
        to,
      }: OnVault & {
        readonly asset: number;
        readonly amount: bigint;
        readonly debt: bigint;
        readonly to: string;
      },
      { vaultEngine: { interface: abi } },
    ) => [
      "multicall",
      [
        abi.encodeFunctionData("deposit", [vault, asset, amount]),
        abi.encodeFunctionData("borrow", [vault, debt, to]),
      ],
    ],
    apply: (model, { vault, asset, amount, debt }) => {
      model.vaultEngine.deposit(vault, asset, amount);
      model.vaultEngine.borrow(vault, debt);
    },
  }),
  repay: define({
    contract: "vaultEngine",
    call: ({ vault, amount }: OnVault & { readonly amount: bigint }) => ["repay", vault, amount],
    apply: (model, { vault, amount }) => model.vaultEngine.repay(vault, amount),
  }),
  deleverage: define({
    contract: "vaultEngine",
    call: ({
      vault,
      asset,
      amount,
      repay,
      receiver,
    }: OnVault & {
      readonly asset: number;
      readonly amount: bigint;
      readonly repay: bigint;
      readonly receiver: string;
    }) => ["deleverage", vault, asset, amount, repay, receiver, "0x"],
    apply: (model, { vault, asset, amount, repay }) =>
      model.vaultEngine.deleverage(vault, asset, amount, repay),
  }),
  /** Omitted limits do not bind. */
  liquidate: define({
    contract: "vaultEngine",
    call: ({
      vault,
      asset,
      receiver,
      maxRepay = MAX_UINT256,
      maxSeize = MAX_UINT256,
      minSeize = 0n,
      deadline = MAX_UINT256,
    }: OnVault & {
      readonly asset: number;
      readonly receiver: string;
      readonly maxRepay?: bigint;
      readonly maxSeize?: bigint;
      readonly minSeize?: bigint;
      /** Unix time [s]. */
      readonly deadline?: bigint;
    }) => ["liquidate", { vault, asset, maxRepay, maxSeize, minSeize, deadline, receiver, data: "0x" }],
    apply: (model, { vault, asset, maxRepay, maxSeize, minSeize }) =>
      model.vaultEngine.liquidate(vault, asset, maxRepay, maxSeize, minSeize),
  }),
  flag: define({
    contract: "vaultEngine",
    call: ({ vault }: OnVault) => ["flag", vault],
    apply: (model, { vault }) => model.vaultEngine.flag(vault),
  }),
  absorb: define({
    contract: "vaultEngine",
    call: ({ vault, keeper }: OnVault & { readonly keeper: string }) => ["absorb", vault, keeper],
    apply: (model, { vault, keeper }) => model.vaultEngine.absorb(vault, keeper),
  }),
} as const;
