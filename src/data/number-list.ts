// A list of numbers that grows: floats as long as they hold every number exactly enough, doubles from the first whole
// number on that a float would change.

const FIRST = 1024;

export class NumberList {
  #values: Float32Array | Float64Array = new Float32Array(FIRST);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#values = this.#grown(2 * this.#length, this.#values);
    if (this.#values instanceof Float32Array && Number.isInteger(value) && Math.fround(value) !== value) {
      this.#values = Float64Array.from(this.#values);
    }
    this.#values[this.#length++] = value;
  }

  /** As long as the list, and no longer its own. */
  values(): Float32Array | Float64Array {
    return this.#values.slice(0, this.#length);
  }

  #grown(length: number, from: Float32Array | Float64Array): Float32Array | Float64Array {
    const larger = from instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
    larger.set(from);
    return larger;
  }
}
