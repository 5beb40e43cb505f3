import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type axe from 'axe-core';
import type { Browser } from 'playwright-core';
import type { Tab, ToPanel } from '../../src/protocol/panel';
import type { RecipeFile } from '../../src/protocol/session';
import { chromiumPath } from './chromium';
import {
  comparison,
  lenet,
  measures,
  prediction,
  recipe,
  relevance,
  running,
  searching,
  searchPrediction,
  searchRecipe,
  speed,
  VERY_MANY,
  weights,
  wide,
  wideRelevance,
} from './made';
import { openBrowser, openPanel, type PanelInBrowser, THEMES } from './panel-in-browser';

const skip = chromiumPath() === undefined ? 'no Chromium here: CHROMIUM names one' : false;

const model: ToPanel = { type: 'model', inspection: lenet, engines: [], measures };
const everything: readonly ToPanel[] = [
  model,
  { type: 'recipe', recipe },
  { type: 'prediction', prediction },
  { type: 'relevance', relevance },
  { type: 'channelWeights', layer: 'conv2d', weights },
  { type: 'session', session: running },
  { type: 'comparison', comparison },
];
/** The same model while a search runs on it, and its speed measured. */
const search: readonly ToPanel[] = [
  { type: 'recipe', recipe: searchRecipe },
  { type: 'prediction', prediction: searchPrediction },
  { type: 'session', session: searching },
  { type: 'speed', speed },
];
const TABS: readonly Tab[] = ['relevance', 'plan', 'run', 'result'];
const NO_RUNNING = 'This workspace is not trusted. Its models are shown, but not run.';

describe('the panel in a browser', { skip }, () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  /** Serious or worse, by axe-core. */
  async function findings({ page, errors }: PanelInBrowser): Promise<string[]> {
    assert.deepEqual(errors, []);
    await page.evaluate(readFileSync('node_modules/axe-core/axe.min.js', 'utf8'));
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] }),
    );
    // axe-core itself tries what the page's policy forbids.
    errors.length = 0;
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
      );
  }

  for (const theme of THEMES) {
    it(`has no serious finding of axe-core nor an error in any view (${theme})`, async () => {
      const panel = await openPanel(browser, theme);
      await panel.send(...everything);
      for (const tab of TABS) {
        await panel.send({ type: 'show', tab });
        if (tab === 'result') await panel.page.locator('.diagram .card').first().waitFor();
        assert.deepEqual(await findings(panel), [], tab);
      }
      await panel.send(...search);
      for (const tab of ['plan', 'run', 'result'] as const) {
        await panel.send({ type: 'show', tab });
        assert.deepEqual(await findings(panel), [], `${tab} of a search`);
      }
      assert.deepEqual(panel.errors, []);
      await panel.page.close();
    });
  }

  it('shows a search: what it may cut, its frontier with the step that was refused, and opens the model of a step', async () => {
    const panel = await openPanel(browser);
    await panel.send(...everything, ...search, { type: 'show', tab: 'plan' });
    await panel.page.getByText('how small it gets is found while it runs').waitFor();
    assert.equal(await panel.page.getByRole('radio', { name: /As small as it gets/ }).isChecked(), true);
    await panel.send({ type: 'show', tab: 'run' });
    const frontier = panel.page.locator('np-frontier');
    assert.equal(await frontier.locator('.point').count(), 5);
    assert.equal(await frontier.locator('.point.refused').count(), 1);
    await panel.page.getByText('Iteration 6').waitFor();
    await panel.page.getByRole('button', { name: '38 % fewer parameters by taylor' }).click();
    assert.deepEqual((await panel.sent()).at(-1), { type: 'openIteration', index: 4 });
    await panel.page.close();
  });

  it('shows which measure the plan comes to, and leaves it to the default again', async () => {
    const panel = await openPanel(browser);
    await panel.send(...everything, { type: 'show', tab: 'plan' });
    const measure = panel.page.getByRole('combobox', { name: 'Measure' });
    const planned = (prune: NonNullable<RecipeFile['prune']>) =>
      panel.send({ type: 'recipe', recipe: { ...recipe, prune } });
    await planned({ method: 'ratio' });
    assert.match(await measure.locator('.selected-value').innerText(), /^Taylor \(default\)/);
    await planned({ method: 'global', k: 2 });
    assert.match(await measure.locator('.selected-value').innerText(), /^Maxout wins \(default\)/);
    await planned({ method: 'ratio', measure: 'l1' });
    assert.match(await measure.locator('.selected-value').innerText(), /^L1 norm/);
    await measure.click();
    await panel.page.getByRole('option', { name: /default/ }).click();
    // The page tells what was chosen once no more follows.
    await panel.page.waitForFunction(() => {
      const { sent } = globalThis as unknown as { sent: { type: string }[] };
      return sent.at(-1)?.type === 'recipe';
    });
    assert.deepEqual((await panel.sent()).at(-1), {
      type: 'recipe',
      recipe: { ...recipe, prune: { method: 'ratio' } },
    });
    await panel.page.close();
  });

  it('learns from the original in a search, until the box is cleared', async () => {
    const panel = await openPanel(browser);
    const { retrain: _, ...search } = searchRecipe;
    await panel.send(...everything, { type: 'recipe', recipe: search }, { type: 'show', tab: 'plan' });
    const box = panel.page.getByRole('checkbox', { name: /Learn from the original/ });
    assert.equal(await box.getAttribute('aria-checked'), 'true');
    await box.click();
    await panel.page.waitForFunction(() => {
      const { sent } = globalThis as unknown as { sent: { type: string }[] };
      return sent.at(-1)?.type === 'recipe';
    });
    const cleared = { ...search, retrain: { distillation: { weight: 0 } } };
    assert.deepEqual((await panel.sent()).at(-1), { type: 'recipe', recipe: cleared });
    assert.equal(await box.getAttribute('aria-checked'), 'false');
    await panel.page.close();
  });

  it('takes what it shows anew for no choice of a person', async () => {
    const panel = await openPanel(browser);
    await panel.send(...everything, ...search, { type: 'show', tab: 'plan' });
    const before = await panel.sent();
    const weights = { keep: 0.4 };
    const limited = {
      ...recipe,
      prune: { ...recipe.prune, method: 'global', approximate: true, iterations: 3 },
    } as const;
    for (const [next, comesTo] of [
      [{ ...recipe, prune: { method: 'maxout', k: 2 }, retrain: { epochs: 7 }, weights }, prediction],
      [searchRecipe, searchPrediction],
      [{ ...limited, retrain: { optimizer: 'adam', distillation: { weight: 0.3 } } }, prediction],
      [recipe, prediction],
    ] as const) {
      await panel.send({ type: 'recipe', recipe: next }, { type: 'prediction', prediction: comesTo });
    }
    assert.deepEqual((await panel.sent()).slice(before.length), []);
    await panel.page.close();
  });

  it('stores kernels in fewer bits, or leaves zeros out of an ONNX file, not both', async () => {
    const panel = await openPanel(browser);
    const as = (format: 'onnx' | 'keras'): ToPanel => ({ ...model, inspection: { ...lenet, format } });
    const plan = { ...recipe, weights: { keep: 0.2 } };
    await panel.send(as('onnx'), { type: 'recipe', recipe: plan }, { type: 'show', tab: 'plan' });
    const told = async (expected: RecipeFile['weights'], quantize?: string): Promise<void> => {
      await panel.page.waitForTimeout(100);
      const last = (await panel.sent()).findLast((message) => message.type === 'recipe');
      assert.deepEqual([last?.recipe.weights, last?.recipe.quantize], [expected, quantize]);
    };
    await panel.page.getByRole('checkbox', { name: /Leave the zeros out/ }).click();
    await told({ keep: 0.2, sparse: true });
    await panel.page.getByRole('combobox', { name: 'Kernels stored as' }).click();
    await panel.page.getByRole('option', { name: /float16/ }).click();
    await told({ keep: 0.2 }, 'float16');
    assert.equal(await panel.page.getByRole('checkbox', { name: /Leave the zeros out/ }).count(), 0);
    await panel.send(as('keras'));
    await panel.page.getByRole('combobox', { name: 'Kernels stored as' }).waitFor({ state: 'detached' });
    await panel.page.close();
  });

  it('tells the plan as it is before it asks for anything that follows it', async () => {
    const panel = await openPanel(browser);
    await panel.send(...everything, { type: 'session', session: undefined }, { type: 'show', tab: 'plan' });
    const sent = (await panel.sent()).length;
    // Within one frame: the page is still waiting to tell the plan.
    await panel.page.evaluate(() => {
      const field = document.querySelector('vscode-text-field[aria-label="Epochs"]') as HTMLElement & { value: string };
      field.value = '7';
      field.dispatchEvent(new Event('change'));
      const run = [...document.querySelectorAll('vscode-button')].find(
        ({ textContent }) => textContent?.trim() === 'Run',
      );
      run?.dispatchEvent(new Event('click'));
    });
    await panel.send();
    const [plan, run, ...rest] = (await panel.sent()).slice(sent);
    assert.equal(plan?.type === 'recipe' && plan.recipe.retrain?.epochs, 7);
    assert.deepEqual([run, rest], [{ type: 'run' }, []]);
    await panel.page.close();
  });

  it('measures the speed of both models when it is asked to', async () => {
    const panel = await openPanel(browser);
    await panel.send(...everything, { type: 'show', tab: 'result' });
    await panel.page.getByRole('button', { name: 'Measure Speed' }).click();
    assert.deepEqual((await panel.sent()).at(-1), { type: 'measureSpeed' });
    await panel.send({ type: 'measuringSpeed', progress: { done: 3, of: 30 } });
    await panel.page.getByText('10 %').waitFor();
    await panel.send({ type: 'speed', speed });
    await panel.page.getByText('1.59 × as fast').waitFor();
    await panel.page.getByText('34,043 a second').waitFor();
    await panel.page.close();
  });

  it('shows how both models do by every output that decides', async () => {
    const panel = await openPanel(browser);
    const metric = { name: 'mse', title: 'mean squared error of "slant"', better: 'lower', unit: 'number' } as const;
    const others = [{ metric, scores: [0.1, 0.125] as const, pValue: 0.3 }];
    const test = comparison.test && { ...comparison.test, others };
    await panel.send(...everything, { type: 'comparison', comparison: { ...comparison, ...(test && { test }) } });
    await panel.send({ type: 'show', tab: 'result' });
    const figures = panel.page.getByLabel('Before and after').locator('div');
    assert.match(
      await figures.filter({ hasText: 'slant' }).innerText(),
      /Test mean squared error of "slant"\s+0\.125\s+from 0\.1, \+0\.025, p = 0\.30/,
    );
    assert.equal(await figures.filter({ hasText: 'Test ' }).count(), 2);
    await panel.page.close();
  });

  it('says in every view what is missing and how to go on', async () => {
    const states: readonly (readonly [string, readonly ToPanel[]])[] = [
      ['no model', []],
      ['a model being read', [{ type: 'opening', model: lenet.path }]],
      ['a model that cannot be read', [{ type: 'unreadable', message: 'model.json is truncated.' }]],
      ['nothing but a model', [model]],
      ['no data', [model, { type: 'recipe', recipe: { ...recipe, data: { source: '' } } }]],
      [
        'an untrusted workspace',
        [
          { ...model, noRunning: NO_RUNNING },
          { type: 'recipe', recipe },
        ],
      ],
      [
        'a problem',
        [
          model,
          { type: 'recipe', recipe },
          ...TABS.map((about): ToPanel => ({ type: 'problem', about, message: 'It failed.' })),
        ],
      ],
    ];
    for (const [name, messages] of states) {
      const panel = await openPanel(browser);
      await panel.send(...messages);
      for (const tab of TABS) {
        await panel.send({ type: 'show', tab });
        const notice = panel.page.locator('main .placeholder, main .banner').first();
        assert.match(await notice.innerText(), /\w+.*[.…]/s, `${name}, ${tab}`);
        if (name !== 'a model being read')
          assert.ok((await panel.page.locator('main vscode-button').count()) > 0, `${name}, ${tab}`);
      }
      assert.deepEqual(panel.errors, [], name);
      assert.deepEqual(await findings(panel), [], name);
      await panel.page.close();
    }
  });

  it('fits 400 and 2,000 pixels without scrolling sideways', async () => {
    for (const width of [400, 2000]) {
      const panel = await openPanel(browser, 'dark', width);
      await panel.send(...everything);
      for (const tab of TABS) {
        await panel.send({ type: 'show', tab });
        const overflow = await panel.page.evaluate(() => {
          const view = document.querySelector('main');
          return view === null ? 0 : view.scrollWidth - view.clientWidth;
        });
        assert.equal(overflow, 0, `${tab} at ${width}`);
      }
      await panel.page.close();
    }
  });

  it('is reached by keyboard: tabs, thresholds, channels, controls', async () => {
    const panel = await openPanel(browser);
    const { page } = panel;
    await panel.send(...everything);
    const focused = (): Promise<string> =>
      page.evaluate(() => {
        const { activeElement: element } = document;
        return element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? '';
      });
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        if (name.test(await focused())) return;
      }
      assert.fail(`no ${name} by Tab`);
    };
    await tabTo(/^Relevance$/);
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.locator('[role=tab][aria-selected=true]').innerText(), 'Plan');
    await page.keyboard.press('ArrowLeft');

    await tabTo(/^Threshold of conv2d_1$/);
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() =>
      (globalThis as unknown as { sent: { type: string }[] }).sent.some(({ type }) => type === 'recipe'),
    );
    const changed = (await panel.sent()).findLast((message) => message.type === 'recipe');
    assert.deepEqual(changed?.recipe.prune?.ratios, { conv2d_1: 0.52 });
    assert.equal(await page.locator('[aria-label="Threshold of conv2d_1"]').getAttribute('aria-valuenow'), '27');

    await tabTo(/^Channels of conv2d_1$/);
    const selected = page.locator('np-channels [aria-selected=true]');
    const first = await selected.getAttribute('id');
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction((id) => document.querySelector('np-channels [aria-selected=true]')?.id !== id, first);
    assert.equal(await selected.getAttribute('aria-rowindex'), '3');
    await page.keyboard.press('End');
    await page.waitForFunction(
      () => document.querySelector('np-channels [aria-selected=true]')?.getAttribute('aria-rowindex') === '53',
    );

    await panel.send({ type: 'show', tab: 'plan' });
    await page.locator('[role=tab][aria-selected=true]').focus();
    await tabTo(/^Prune conv2d$/);
    await page.keyboard.press('Space');
    assert.deepEqual((await panel.sent()).at(-1), { type: 'include', layer: 'conv2d', included: true });
    await page.close();
  });

  it('moves the threshold with the mouse and tells the plan once it stands', async () => {
    const panel = await openPanel(browser);
    const { page } = panel;
    await panel.send(...everything);
    const box = await page.locator('.threshold').nth(2).boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
    await page.mouse.down();
    for (let share = 0.5; share >= 0.25; share -= 0.05) await page.mouse.move(box.x + box.width * share, box.y + 20);
    await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
    await page.mouse.up();
    await page.waitForFunction(
      () => document.querySelector('[aria-label="Threshold of dense"]')?.getAttribute('aria-valuenow') === '64',
    );
    const changed = (await panel.sent()).findLast((message) => message.type === 'recipe');
    assert.deepEqual(changed?.recipe.prune?.ratios, { dense: 0.25 });
    await page.close();
  });

  it('scrolls through 25,000 neurons drawing only those in sight', async () => {
    const panel = await openPanel(browser);
    const { page } = panel;
    await panel.send(
      { ...model, inspection: wide },
      { type: 'recipe', recipe: { ...recipe, model: wide.path } },
      { type: 'relevance', relevance: wideRelevance },
    );
    const list = page.locator('np-channels');
    assert.equal(await list.getAttribute('aria-rowcount'), String(VERY_MANY + 1));
    const longest = await list.evaluate(async (element) => {
      let [most, gaps] = [0, 0];
      for (let i = 0; i < 60; i++) {
        element.scrollTop = (element.scrollHeight * i) / 60;
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        most = Math.max(most, element.querySelectorAll('.rows [role=row]').length);
        const { top, height } = element.getBoundingClientRect();
        const middle = document.elementFromPoint(element.getBoundingClientRect().left + 20, top + height / 2);
        if (middle?.closest('[role=row]') === null) gaps++;
      }
      return { most, gaps };
    });
    assert.ok(longest.most < 80, `${longest.most} rows`);
    assert.equal(longest.gaps, 0);
    await list.focus();
    await page.keyboard.press('End');
    await page.waitForFunction(
      (last) => document.querySelector('np-channels [aria-selected=true]')?.getAttribute('aria-rowindex') === last,
      String(VERY_MANY + 1),
    );
    assert.deepEqual(panel.errors, []);
    await page.close();
  });

  it('goes on where it was hidden or reloaded', async () => {
    const kept = {
      model: lenet.path,
      view: { tab: 'relevance', measure: 'maxout', order: 'index', layer: 'dense', channel: 17 },
    };
    const panel = await openPanel(browser, 'dark', 1200, kept);
    await panel.send(...everything);
    assert.equal(await panel.page.locator('np-channels [aria-selected=true]').getAttribute('id'), 'channel-17');
    await panel.page.close();
  });

  it('sends the diagram as SVG and PNG when asked', async () => {
    const panel = await openPanel(browser);
    await panel.send(...everything, { type: 'show', tab: 'result' }, { type: 'exportDiagram', format: 'svg' });
    await panel.page.waitForFunction(() =>
      (globalThis as unknown as { sent: { type: string }[] }).sent.some(({ type }) => type === 'exportDiagram'),
    );
    const drawn = (await panel.sent()).find((message) => message.type === 'exportDiagram');
    assert.match(drawn?.content ?? '', /^<\?xml[\s\S]*conv2d_1/);
    await panel.page.getByText('Export PNG…').click();
    await panel.page.waitForFunction(() =>
      (globalThis as unknown as { sent: { format?: string }[] }).sent.some(({ format }) => format === 'png'),
    );
    const picture = (await panel.sent()).findLast((message) => message.type === 'exportDiagram');
    assert.ok(
      Buffer.from(picture?.content ?? '', 'base64')
        .subarray(1, 4)
        .equals(Buffer.from('PNG')),
    );
    assert.deepEqual(panel.errors, []);
    await panel.page.close();
  });
});
