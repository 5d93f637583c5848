/** Why a backend could not be installed, and what to do about it. Nothing is left half-installed. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
  readonly reason: string;
  readonly remedy: string;

  constructor(reason: string, remedy: string, options?: ErrorOptions) {
    super(`${reason}\n  fix: ${remedy}`, options);
    this.reason = reason;
    this.remedy = remedy;
  }
}

/** What every machine can use instead. */
export const OTHER_BACKENDS = "use another backend meanwhile ('attnc doctor' lists those that work here)";
