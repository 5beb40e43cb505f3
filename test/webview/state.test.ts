import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ToPanel } from '../../src/protocol/panel';
import { initialState, type PageState, receive, restored, withComparing, withMeasuring } from '../../webview/state';
import { comparison, lenet, measures, prediction, recipe, relevance, running, weights, wide } from './made';

const model: ToPanel = { type: 'model', inspection: lenet, engines: [], measures };

function after(...messages: readonly ToPanel[]): PageState {
  return messages.reduce(receive, initialState);
}

describe("the panel's state", () => {
  it('shows the first layer that can be pruned', () => {
    assert.equal(after(model).view.layer, 'conv2d');
  });

  it('keeps what is known of a model that is told again, and forgets it for another', () => {
    const known = after(model, { type: 'relevance', relevance }, { type: 'comparison', comparison });
    assert.equal(receive(known, model).relevance.maxout, relevance);
    const other = receive(known, { ...model, inspection: wide });
    assert.deepEqual(other.relevance, {});
    assert.equal(other.comparison, undefined);
  });

  it('keeps the tab and the layer over a model being opened anew', () => {
    const state = after(
      model,
      { type: 'show', tab: 'plan', layer: 'dense' },
      { type: 'opening', model: lenet.path },
      model,
    );
    assert.deepEqual([state.view.tab, state.view.layer], ['plan', 'dense']);
  });

  it('says why a model cannot be read, and no longer that it is being read', () => {
    const state = after({ type: 'opening', model: lenet.path }, { type: 'unreadable', message: 'It is truncated.' });
    assert.deepEqual([state.opening, state.unreadable, state.model], [undefined, 'It is truncated.', undefined]);
  });

  it('ends a measurement with its scores or with what went wrong', () => {
    const measuring = withMeasuring(after(model), 'maxout');
    assert.equal(receive(measuring, { type: 'relevance', relevance }).measuring, undefined);
    const failed = receive(measuring, { type: 'problem', about: 'relevance', message: 'No data.' });
    assert.deepEqual([failed.measuring, failed.problems.relevance], [undefined, 'No data.']);
    assert.equal(withMeasuring(failed, 'maxout').problems.relevance, undefined);
  });

  it('forgets what was wrong with a plan once it can be predicted', () => {
    const failed = after(
      model,
      { type: 'recipe', recipe },
      { type: 'problem', about: 'plan', message: 'Out of reach.' },
    );
    assert.equal(failed.problems.plan, 'Out of reach.');
    assert.equal(receive(failed, { type: 'prediction', prediction }).problems.plan, undefined);
  });

  it('waits for a comparison until it comes, fails or is called off', () => {
    const comparing = withComparing(after(model));
    assert.equal(comparing.comparing, true);
    const ends: ToPanel[] = [
      { type: 'comparison', comparison },
      { type: 'problem', about: 'result', message: 'Gone.' },
      { type: 'notComparing' },
    ];
    for (const end of ends) assert.equal(receive(comparing, end).comparing, false);
  });

  it('drops a session that is no more', () => {
    const state = after(model, { type: 'session', session: running });
    assert.equal(receive(state, { type: 'session', session: undefined }).session, undefined);
  });

  it('holds the weights of each layer', () => {
    assert.equal(after(model, { type: 'channelWeights', layer: 'conv2d', weights }).weights.conv2d, weights);
  });

  it('goes on where an earlier life of the page stopped', () => {
    const view = { tab: 'run', measure: 'l1', order: 'index', layer: 'dense' } as const;
    assert.deepEqual(restored({ model: lenet.path, view }).view, view);
    for (const kept of [undefined, null, 'nonsense', {}, { view: null }]) assert.equal(restored(kept), initialState);
  });
});
