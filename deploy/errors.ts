/** A deployment that did not come about; the message is one line for people. */
export class DeployError extends Error {
  override readonly name: string = "DeployError";
}

/** A journal that cannot be continued without a person; the message is one line that says what to look for. */
export class ResumeError extends DeployError {
  override readonly name = "ResumeError";
}
