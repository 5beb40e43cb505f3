// What a person may write into a number field.

export interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly integer?: boolean;
}

/** The number, or what is wrong with the text. */
export function parseNumber(text: string, bounds: Bounds): number | string {
  const value = Number(text.trim().replace(',', '.'));
  if (text.trim() === '' || !Number.isFinite(value)) return `"${text}" is not a number.`;
  if (bounds.integer === true && !Number.isInteger(value)) return `${text} is not a whole number.`;
  if (bounds.minimum !== undefined && value < bounds.minimum) return `At least ${bounds.minimum}.`;
  if (bounds.maximum !== undefined && value > bounds.maximum) return `At most ${bounds.maximum}.`;
  if (bounds.exclusiveMinimum !== undefined && value <= bounds.exclusiveMinimum)
    return `More than ${bounds.exclusiveMinimum}.`;
  if (bounds.exclusiveMaximum !== undefined && value >= bounds.exclusiveMaximum)
    return `Less than ${bounds.exclusiveMaximum}.`;
  return value;
}
