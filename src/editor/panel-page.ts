// The page of the panel.
import { type PageParts, pageOf } from './page';

/** The toolkit adds one empty style element, whose rules it then inserts by script. */
const EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

export function panelPage(parts: PageParts): string {
  return pageOf({ name: 'panel', title: 'Neuron Pruner', styles: [EMPTY_STYLE] }, parts);
}
