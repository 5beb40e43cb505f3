// A metric's numbers as a person reads them.
import type { MetricInfo } from '../evaluation/metrics/metric';
import { NONE, percent, points } from './format';

/** "98.67 %", "0.0214". Accuracies are given to the hundredth: one sample of ten thousand. */
export function scoreText({ unit }: MetricInfo, value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NONE;
  return unit === 'share' ? percent(value, 2) : numberText(value);
}

/** What a column is called: "Accuracy", "MSE". */
export function scoreHeading({ name, title }: MetricInfo): string {
  return SHORT.get(name) ?? capitalized(title);
}

/** "−0.07 points", "+0.0012". */
export function scoreDifference({ unit }: MetricInfo, before: number, after: number): string {
  const difference = after - before;
  if (difference === 0) return unit === 'share' ? '±0 points' : '±0';
  const size = unit === 'share' ? points(difference) : numberText(Math.abs(difference));
  return `${difference < 0 ? `−${size}` : `+${size}`}${unit === 'share' ? ' points' : ''}`;
}

/** What getting worse is called: "loss of accuracy", "rise of the mean squared error". */
export function worsening({ title, better }: MetricInfo): string {
  return better === 'higher' ? `loss of ${title}` : `rise of the ${title}`;
}

/** Above 0 where `after` is worse than `before`. */
export function worseBy({ better }: MetricInfo, before: number, after: number): number {
  return better === 'higher' ? before - after : after - before;
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ['mse', 'MSE'],
  ['mae', 'MAE'],
  ['r2', 'R²'],
  ['accuracy', 'Accuracy'],
  ['binary-accuracy', 'Accuracy'],
  ['mean-iou', 'Mean IoU'],
  ['verification', 'Accuracy'],
]);

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function numberText(value: number): string {
  const text = String(Number(value.toPrecision(4)));
  return text.replace(/^-/, '−');
}
