// What measures are called where people read them, and what they need.
import type { MeasureChoice } from '../../src/protocol/session';

const TITLES: Readonly<Record<string, string>> = {
  maxout: 'Maxout wins',
  l1: 'L1 norm',
  l2: 'L2 norm',
  apoz: 'Zeros (APoZ)',
};

/** "mean-activation" as "Mean activation". */
export function measureTitle(name: string): string {
  const words = name.replaceAll('-', ' ');
  return TITLES[name] ?? `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** What it is, what it reads and where it comes from. */
export function aboutMeasure({ description, needs, source }: MeasureChoice): string {
  return needs === 'nothing' ? description : `${description} It reads ${needs}. Source: ${source}.`;
}

export function needsData(measure: MeasureChoice | undefined): boolean {
  return measure?.needs === 'activations' || measure?.needs === 'gradients';
}
