// The two ways things go wrong: a person's input (exit code 1, one sentence), or our own fault (exit code 2, a stack).

/** Says what was wrong, where, and what to do about it; shown to a person as it is, without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(message: string, options?: ErrorOptions) {
    super(readable(message), options);
  }
}

/** Nobody reads on; names out of a file may be of any length. */
const MAX_LENGTH = 2000;

/** What was wrong stands at the beginning, what to do at the end. */
function readable(message: string): string {
  if (message.length <= MAX_LENGTH) return message;
  return `${message.slice(0, MAX_LENGTH - 500)} … ${message.slice(-400)}`;
}

/** Where in a model's file something is wrong. */
export interface Place {
  /** A layer, by its name within the models it lies in: "encoder/dense". */
  readonly layer?: string;
  /** A weight, by its name in the file. */
  readonly weight?: string;
  /** A shard, by its path in the file. */
  readonly shard?: string;
}

/** A UserError about one place of a model's file, so that an editor can point at it. */
export class ModelError extends UserError {
  constructor(
    message: string,
    readonly place: Place,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Takes what is wrong with a model. A reader that is given one goes on where it can; by default the first is thrown. */
export type Report = (problem: ModelError) => void;

export function raise(problem: ModelError): never {
  throw problem;
}

/** What a caught value says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
