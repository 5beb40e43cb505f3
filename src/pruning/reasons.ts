// Why elements can't be cut: texts by number, from 1. There are as many as operators have things to say, not as many as
// elements.

export class Reasons {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];

  number(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      // A file with more different reasons than a number holds shares the last.
      if (this.#texts.length >= 0xffff) return 0xffff;
      number = this.#texts.push(text);
      this.#numbers.set(text, number);
    }
    return number;
  }

  text(number: number): string | undefined {
    return this.#texts[number - 1];
  }
}
