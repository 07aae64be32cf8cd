/** What is wrong with one parameter of a request, and what is allowed. */
export interface ParameterFault {
  readonly parameter: string;
  readonly detail: string;
}

/** The asker has to change the request: everything that is wrong with its parameters. */
export class ParameterError extends Error {
  override readonly name = "ParameterError";
  readonly faults: readonly ParameterFault[];

  constructor(faults: readonly ParameterFault[]) {
    super(faults.map(({ parameter, detail }) => `${parameter}: ${detail}`).join("; "));
    this.faults = faults;
  }
}

/** Nothing is known of what the path names. The message says how to find what is. */
export class NotFoundError extends Error {
  override readonly name = "NotFoundError";
}

/** The asker wants a form that this answer does not have. The message says which there are. */
export class NotAcceptableError extends Error {
  override readonly name = "NotAcceptableError";
}

/** The asker may ask the same again later: the database does not answer. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}

/** The asker should ask for less: the database needs too long for this. */
export class TooSlowError extends Error {
  override readonly name = "TooSlowError";
}
