// A share of every layer by a measure.
import type { Model } from '../../model/model';
import { analyseChannels } from '../../pruning/channels';
import { layerChannels, layersNamed } from '../../pruning/layer-channels';
import { planLayers } from '../../pruning/plan-widths';
import { shareOf } from '../../pruning/share';
import type { Prune } from '../recipe';
import type { Method } from './method';

export function ratioMethod({ measure, ratio, ratios }: Prune, original: Model): Method {
  const layers = layerChannels(original, analyseChannels(original.graph));
  const own = new Map(
    Object.entries(ratios).flatMap(([wanted, share]) =>
      layersNamed(layers, wanted).map(({ name }) => [name, share] as const),
    ),
  );
  const widths = new Map(layers.map(({ name, channels }) => [name, channels.length]));
  const widthOf = (name: string, width: number, share: number): number =>
    width - shareOf(width, share * (own.get(name) ?? ratio));
  const gone = (share: number): string => `${Math.round(100 * share * ratio)} %`;
  return {
    title: (share) =>
      own.size > 0
        ? `${gone(share)} of the channels, or as said of the layer, by ${measure}`
        : `${gone(share)} of the channels by ${measure}`,
    plan: (_, candidates, share) =>
      planLayers(candidates, new Map([...widths].map(([name, width]) => [name, widthOf(name, width, share)]))),
  };
}
