// <np-frontier>: size against score of every iteration of a session, the chart of its report in the theme's colours.
import type { IterationRecord } from '../../src/protocol/session';
import { scoreFigure } from '../../src/report/score-chart';
import { SCORE_STYLE } from '../../src/report/score-style';

export class FrontierElement extends HTMLElement {
  #shown: readonly IterationRecord[] | undefined;

  set iterations(iterations: readonly IterationRecord[]) {
    if (this.#shown?.length === iterations.length && this.#shown.at(-1)?.index === iterations.at(-1)?.index) return;
    this.#shown = iterations;
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    // The page's policy allows no style in the markup.
    const style = new CSSStyleSheet();
    style.replaceSync(`${SCORE_STYLE} figure { margin: 0; }`);
    root.adoptedStyleSheets = [style];
    // Every text of a record is escaped where the chart is written.
    root.innerHTML = scoreFigure({ iterations, chosen: bestOf(iterations) }).text;
  }
}

/** The last that was not refused: the result, if nothing better comes. */
function bestOf(iterations: readonly IterationRecord[]): number {
  return iterations.findLast(({ accepted }) => accepted !== false)?.index ?? 0;
}

customElements.define('np-frontier', FrontierElement);
