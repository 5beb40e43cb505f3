// What bad input must end in.
import assert from 'node:assert/strict';
import { UserError } from '../../src/errors';

/** One clear sentence: a UserError that says what, without a stack or "undefined" in it. */
export async function assertRefused(work: Promise<unknown>, ...says: readonly (RegExp | string)[]): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof UserError, `no UserError: ${error instanceof Error ? error.stack : error}`);
    for (const part of says) {
      assert.ok(
        typeof part === 'string' ? error.message.includes(part) : part.test(error.message),
        `${part}: ${error.message}`,
      );
    }
    assert.doesNotMatch(error.message, /undefined|NaN|\[object|\n/);
    assert.ok(error.message.length < 1000);
    return true;
  });
}
