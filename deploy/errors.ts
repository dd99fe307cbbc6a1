/** A deployment that failed; the message is one line for people. */
export class DeployError extends Error {
  override readonly name: string = "DeployError";
}

/**
 * A journal that cannot be continued without a person; the message says in one line how to proceed.
 */
export class ResumeError extends DeployError {
  override readonly name = "ResumeError";
}
