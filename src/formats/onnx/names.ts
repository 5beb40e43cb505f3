// What a value or node is called where the file's own names would clash with ours.

export class Names {
  readonly #taken: Set<string>;
  /** The last number that a wanted name got: a file may call a great many nodes the same. */
  readonly #last = new Map<string, number>();

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** The wanted name, with a number behind it where it is taken. */
  fresh(wanted: string): string {
    let name = wanted;
    let number = this.#last.get(wanted) ?? 1;
    while (this.#taken.has(name)) name = `${wanted}_${++number}`;
    if (number > 1) this.#last.set(wanted, number);
    this.#taken.add(name);
    return name;
  }
}
