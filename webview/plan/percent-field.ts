// A share from 0 to 1, shown as a percentage.
import type { TemplateResult } from 'lit-html';
import { numberField } from '../parts/number-field';

export function percentField(label: string, value: number, change: (value: number) => void): TemplateResult {
  return numberField({
    label,
    unit: '%',
    value: Math.round(value * 10_000) / 100,
    bounds: { exclusiveMinimum: 0, exclusiveMaximum: 100 },
    change: (percent) => change(percent / 100),
  });
}
