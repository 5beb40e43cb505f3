// The measure that channels are chosen by where nobody names one: the command line, recipes, the panel and the language
// server all ask here, so that the same session gives the same result from any of them.

/** What a recipe says, before its defaults are filled in. */
interface Asked {
  readonly method?: string | undefined;
  readonly k?: number | undefined;
}

/** For a person: the recipe's schema and the command line's help say it in these words. */
export const USUAL_MEASURE = 'taylor; maxout where k is given; l1 without data';

/** @param data whether there are any. */
export function usualMeasure(asked: Asked | undefined, data: boolean): string {
  const { method = 'maxout', k } = asked ?? {};
  // A search knows no units: its k means nothing.
  if (method === 'maxout' || (k !== undefined && method !== 'search')) return 'maxout';
  // What a channel is worth to the loss can be compared between layers.
  return data ? 'taylor' : 'l1';
}
