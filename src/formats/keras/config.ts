// Reads fields of a layer's config, untrusted JSON, and says which one is wrong.
import { ModelError } from '../../errors';

export type Config = Readonly<Record<string, unknown>>;

/** No axis of a model anybody trains is longer; a larger number is a broken file, or one made to exhaust memory. */
export const MAX_SIZE = 2 ** 24;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A layer that can't be computed here: a class of somebody's own, a setting no operator has. */
export class UnknownLayer extends Error {}

export class LayerConfig {
  constructor(
    readonly name: string,
    readonly className: string,
    readonly fields: Config,
  ) {}

  /** What is no fault of the file: the product cannot compute it, the layer stays opaque. */
  unknown(reason: string): never {
    throw new UnknownLayer(reason);
  }

  fail(problem: string): never {
    throw new ModelError(`layer "${this.name}" (${this.className}): ${problem}`, { layer: this.name });
  }

  size(field: string): number {
    return this.#positive(this.fields[field], field);
  }

  number(field: string, fallback: number): number {
    const value = this.fields[field];
    if (value === undefined || value === null) return fallback;
    if (typeof value !== 'number' || !Number.isFinite(value)) return this.#otherwise(field, 'a number');
    return value;
  }

  text(field: string, fallback: string): string {
    const value = this.fields[field] ?? fallback;
    if (typeof value !== 'string') return this.#otherwise(field, 'a text');
    return value;
  }

  flag(field: string, fallback: boolean): boolean {
    const value = this.fields[field] ?? fallback;
    if (typeof value !== 'boolean') return this.#otherwise(field, 'true or false');
    return value;
  }

  list(field: string): readonly unknown[] {
    const value = this.fields[field];
    if (!Array.isArray(value)) return this.#otherwise(field, 'a list');
    return value;
  }

  /** A positive size for each of `count` axes; one number stands for all of them. */
  sizes(field: string, count: number, fallback?: readonly number[]): number[] {
    const value = this.fields[field] ?? fallback;
    if (typeof value === 'number') return new Array<number>(count).fill(this.#positive(value, field));
    if (!Array.isArray(value) || value.length !== count) {
      this.fail(`${field} must be ${count === 1 ? 'one size' : `${count} sizes`}, it is ${show(value)}`);
    }
    return value.map((size) => this.#positive(size, field));
  }

  /** Whether images are [batch, channels, height, width]. */
  channelsFirst(): boolean {
    const format = this.text('data_format', 'channels_last');
    if (format !== 'channels_last' && format !== 'channels_first') this.unknown(`data_format ${show(format)}`);
    return format === 'channels_first';
  }

  /** Lists and objects say something, if not to us; another plain value says that the file is damaged. */
  #otherwise(field: string, wanted: string): never {
    const value = this.fields[field];
    if (typeof value === 'object' && value !== null) this.unknown(`${field} ${show(value)}`);
    this.fail(`${field} must be ${wanted}, it is ${show(value)}`);
  }

  #positive(value: unknown, field: string): number {
    if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > MAX_SIZE) {
      this.fail(`${field} must be a whole number from 1 to ${MAX_SIZE.toLocaleString('en')}, it is ${show(value)}`);
    }
    return value as number;
  }
}

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
