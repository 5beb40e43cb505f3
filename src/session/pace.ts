// How fast measuring or training goes, and how long it will take.
import type { Activity } from '../protocol/session';

export class Pace {
  #what: Activity['what'] | undefined;
  #since = 0;
  #from = 0;

  restart(): void {
    this.#what = undefined;
  }

  /** @param done samples, of `of`. */
  activity(what: Activity['what'], done: number, of: number): Activity {
    const now = performance.now();
    if (this.#what !== what) {
      // What was done before the first report is not timed: a resumed training starts in its middle.
      this.#what = what;
      this.#since = now;
      this.#from = done;
    }
    const seconds = (now - this.#since) / 1000;
    const rate = seconds > 0 ? (done - this.#from) / seconds : 0;
    return { what, done, of, rate, left: rate > 0 ? (of - done) / rate : 0 };
  }
}
