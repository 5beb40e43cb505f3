// What goes together: the layers that make the same channels, and how many channels that are.
import type { Model } from '../model/model';
import { analyseChannels } from './channels';
import { familiesOf } from './families';
import { layerChannels } from './layer-channels';

export interface Group {
  /** Each loses as many neurons as a channel has there: more than one where several of its neurons go together. */
  readonly layers: readonly { readonly name: string; readonly neurons: number }[];
  /** Those that can be cut. */
  readonly channels: number;
}

export function groupsOf(model: Model): Group[] {
  const channels = analyseChannels(model.graph);
  const made = layerChannels(model, channels);
  return familiesOf(channels).flatMap((family): Group[] => {
    const layers = made.flatMap(({ name, output }) => {
      const place = family.places.find(({ value, axis }) => value === output.value && axis === output.axis);
      return place ? [{ name, neurons: place.count }] : [];
    });
    return layers.length > 0 ? [{ layers, channels: family.channels.length }] : [];
  });
}
