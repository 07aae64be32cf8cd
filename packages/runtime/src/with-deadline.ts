/** A wait was given up. The work may still be done. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/**
 * The promise's outcome, or a DeadlineError after some milliseconds. The work itself goes on.
 *
 * @param what names the work in the error
 */
export async function withDeadline<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
