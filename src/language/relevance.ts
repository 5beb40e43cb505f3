// The last measurement of each model, as the extension tells it.
import { score } from '../numbers';
import type { MeasuredLayer, MeasuredModel } from '../protocol/language';

export class MeasuredModels {
  readonly #models = new Map<string, MeasuredModel>();

  keep(measured: MeasuredModel): void {
    if (measured.layers.length === 0) this.#models.delete(measured.uri);
    else this.#models.set(measured.uri, measured);
  }

  /** "relevance (l1): 0.12 to 3.4, median 0.8" */
  of(uri: string, layer: string): string | undefined {
    const model = this.#models.get(uri);
    const own = model?.layers.find(({ name }) => name === layer);
    return model && own && `relevance (${model.measure}): ${spread(own)}`;
  }
}

function spread({ least, median, most }: MeasuredLayer): string {
  return `${score(least)} to ${score(most)}, median ${score(median)}`;
}
