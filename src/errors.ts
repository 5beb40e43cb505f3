// The two ways things go wrong: a person's input (exit code 1, one sentence), or our own fault (exit code 2, a stack).

/** Says what was wrong, where, and what to do about it; shown to a person as it is, without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** What a caught value says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
