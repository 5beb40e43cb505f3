// The course of a session: which stage comes next, from which iteration's model, and which iteration is the result. All
// of it follows from what is on record, so that a session that was stopped goes on as it would have.
import type { IterationRecord } from './record';
import type { Stage } from './stage';
import { accepts, sizeReached, type Until } from './until';

export interface Course {
  /** Iterations there will be; undefined where that is found out on the way. */
  readonly stages: number | undefined;
  /** undefined: the session is over. */
  next(records: readonly IterationRecord[]): Step | undefined;
  /** Index of the iteration whose model is the result so far. */
  chosen(records: readonly IterationRecord[]): number;
}

export interface Step {
  readonly stage: Stage;
  /** The iteration whose model it starts from; −1 for the model as it was given. */
  readonly from: number;
}

/** One stage after the other, until a stop rule says that it is enough, or that the last one was too much. */
export function fixedCourse(stages: readonly Stage[], until: Until | undefined): Course {
  const refused = (record: IterationRecord | undefined): boolean =>
    record !== undefined && record.index > 0 && until !== undefined && !accepts(until, record);
  const over = (records: readonly IterationRecord[]): boolean => {
    const [first, last] = [records[0], records.at(-1)];
    if (first === undefined || last === undefined || last === first || until === undefined) return false;
    return refused(last) || sizeReached(until, first, last);
  };
  return {
    stages: stages.length,
    next(records) {
      const stage = stages[records.length];
      return stage === undefined || over(records) ? undefined : { stage, from: records.length - 1 };
    },
    chosen: (records) => records.length - (refused(records.at(-1)) ? 2 : 1),
  };
}
