/** A refusal of the model, named like the contracts' custom error and carrying the same values. */
export class ModelError extends Error {
  override readonly name = "ModelError";

  constructor(
    readonly error: string,
    readonly values: readonly (bigint | string | number)[] = [],
  ) {
    super(`${error}(${values.join(", ")})`);
  }
}
