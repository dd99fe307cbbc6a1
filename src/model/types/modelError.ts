/** A refusal by the model, with the name and the values of the contracts' custom error. */
export class ModelError extends Error {
  override readonly name = "ModelError";

  constructor(
    readonly error: string,
    readonly values: readonly (bigint | string | number)[] = [],
  ) {
    super(`${error}(${values.join(", ")})`);
  }
}
