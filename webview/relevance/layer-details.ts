// One layer of the Relevance view: its channels as a table, and all that is known of the one selected.
import { html, nothing, type TemplateResult } from 'lit-html';
import { ownerOf } from '../../src/protocol/layer-parts';
import type {
  ChannelWeights,
  Inspection,
  LayerInspection,
  LayerPart,
  LayerScores,
  Relevance,
} from '../../src/protocol/session';
import { count, counted, percent, score } from '../../src/report/format';
import type { Actions } from '../actions';
import { choice } from '../parts/choice';
import { icon } from '../parts/icon';
import { belowThreshold } from '../plan/threshold';
import type { PageState } from '../state';
import './channel-table';
import './kernel-picture';
import { rankingOf, rivalsOf } from './ranking';

export function layerDetails(
  state: PageState,
  model: Inspection,
  relevance: Relevance,
  actions: Actions,
): TemplateResult {
  const { view, recipe } = state;
  const own = relevance.layers.find(({ layer }) => layer === view.layer) ?? relevance.layers[0];
  if (own === undefined) return html``;
  const { layer: name, scores, neurons } = own;
  const layer = ownerOf(name, model.layers);
  const part = layer?.parts?.find((candidate) => candidate.name === name);
  const ranking = rankingOf(scores);
  const shown = view.order === 'rank' ? mostRelevantFirst(ranking.order) : inOrder(scores);
  const channel = Math.min(view.channel ?? shown[0] ?? 0, scores.length - 1);
  const weights = state.weights[name];
  const below = recipe === undefined ? 0 : belowThreshold(recipe, name, scores.length);
  const data = {
    layer: name,
    scores,
    shown,
    ranks: ranking.ranks,
    kept: scores.length - below,
    selected: channel,
    ...(neurons !== undefined && { neurons }),
    ...(weights && { weights }),
  };
  return html`<section class="details" aria-label="Channels of ${name}">
    <header>
      <h2>
        <button class="link" title="Show in the model's file" @click=${() => actions.send({ type: 'reveal', layer: layer?.name ?? name })}>
          ${name}${icon('go-to-file')}
        </button>
      </h2>
      ${layer === undefined ? nothing : html`<p class="secondary">${facts(layer, part, own)}</p>`}
      ${choice({
        label: 'Order',
        value: view.order,
        options: [
          { value: 'rank', text: 'By relevance' },
          { value: 'index', text: 'By number' },
        ],
        choose: (order) => actions.look({ order }),
      })}
    </header>
    ${channelCard(own, channel, ranking.ranks, below, weights)}
    <np-channels
      role="grid"
      tabindex="0"
      aria-label="Channels of ${name}"
      .data=${data}
      @choose=${(event: CustomEvent<number>) => actions.look({ layer: name, channel: event.detail })}
    ></np-channels>
  </section>`;
}

function facts(
  { type, outputShape, parameters, ...layer }: LayerInspection,
  part: LayerPart | undefined,
  { observations }: LayerScores,
): string {
  const { coupled, together = 1 } = part ?? layer;
  const shape = outputShape
    .slice(1)
    .map((size) => size ?? '?')
    .join(' × ');
  return [
    type,
    shape,
    counted(parameters, 'parameter'),
    ...(together > 1 ? [`cut ${together} at a time`] : []),
    ...(coupled ? [`cut together with ${coupled.join(', ')}`] : []),
    ...(observations > 0 ? [`${counted(observations, 'observation')}`] : []),
  ].join(' · ');
}

/** Score, rank, rivals, kernel and norms of one channel. */
function channelCard(
  { scores, neurons }: LayerScores,
  channel: number,
  ranks: Uint32Array,
  below: number,
  weights: ChannelWeights | undefined,
): TemplateResult {
  const rank = ranks[channel] ?? 0;
  const kept = rank <= scores.length - below;
  return html`<div class="channel-card">
    ${weights?.kernels === undefined ? nothing : html`<np-kernel class="large" role="img" aria-label="Kernel of channel ${channel}" .data=${[weights.kernels, channel]}></np-kernel>`}
    <dl class="figures">
      <div><dt>Channel</dt><dd>${count(channel)}</dd></div>
      <div><dt>Rank</dt><dd>${count(rank)} <span class="secondary">of ${count(scores.length)}</span></dd></div>
      <div><dt>Score</dt><dd>${score(scores[channel] ?? Number.NaN)}</dd></div>
      <div><dt>L1 norm</dt><dd>${weights === undefined ? '…' : score(weights.l1[channel] ?? Number.NaN)}</dd></div>
      <div><dt>L2 norm</dt><dd>${weights === undefined ? '…' : score(weights.l2[channel] ?? Number.NaN)}</dd></div>
      <div><dt>Threshold</dt><dd>${kept ? 'above' : 'below'}</dd></div>
    </dl>
    ${neurons === undefined || neurons < 2 ? nothing : rivals(scores, neurons, channel)}
  </div>`;
}

/** The unit of a neuron: who wins how often. */
function rivals(scores: readonly number[], neurons: number, channel: number): TemplateResult {
  const unit = Math.floor(channel / neurons);
  return html`<table class="rivals">
    <caption>
      Unit ${unit}: how often each neuron is the largest
    </caption>
    <tbody>
      ${rivalsOf(scores, neurons, channel).map(
        (rival) =>
          html`<tr class=${rival.channel === channel ? 'own' : ''}>
            <th scope="row">${rival.channel === channel ? `Channel ${rival.channel}` : `Rival ${rival.channel}`}</th>
            <td class="share"><i class="bar" .style=${`--size: ${rival.share}`}></i></td>
            <td class="number">${percent(rival.share)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function mostRelevantFirst(order: Uint32Array): Uint32Array {
  return memo(reversed, order);
}

const reversed = (order: Uint32Array): Uint32Array => order.slice().reverse();
const results = new WeakMap<object, Uint32Array>();

function inOrder(scores: readonly number[]): Uint32Array {
  return memo((all) => Uint32Array.from(all.keys()), scores);
}

/** The result for the same argument is made once: it is asked for with every drawing. */
function memo<Argument extends object>(make: (argument: Argument) => Uint32Array, argument: Argument): Uint32Array {
  const known = results.get(argument) ?? make(argument);
  results.set(argument, known);
  return known;
}
