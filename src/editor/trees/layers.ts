// The Layers tree: what every layer of the active model is and costs, and a checkbox that takes it into the plan.
import * as vscode from 'vscode';
import { partTitle } from '../../protocol/layer-parts';
import type { LayerInspection, LayerPart, LayerPrediction, LayerScores } from '../../protocol/session';
import { count, counted, percent } from '../../report/format';
import type { ActiveModel } from '../active-model';
import type { OpenModel } from '../open-model';

/** Parts of a bar that stands for all of a model's parameters. */
const BAR_LENGTH = 5;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

export class LayerItem extends vscode.TreeItem {
  constructor(
    readonly model: OpenModel,
    readonly layer: LayerInspection,
    included: boolean,
    prediction: LayerPrediction | undefined,
    scores: LayerScores | undefined,
  ) {
    super(layer.name, layer.parts ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None);
    this.id = `${model.path}#${layer.name}`;
    const below = scores && prediction ? shareBelow(prediction) : undefined;
    this.description = [
      layer.channels === null ? layer.type : `${layer.type} ${count(layer.channels)}`,
      ...(layer.parameters === 0 ? [] : [`${percent(layer.share)} ${bar(layer.share)}`]),
      ...(layer.coupled ? [`⛓ ${layer.coupled.length === 1 ? layer.coupled[0] : layer.coupled.length}`] : []),
      ...(below === undefined || below === 0 ? [] : [`${percent(below)} below`]),
    ].join(' · ');
    this.tooltip = tooltipOf(layer, below);
    this.iconPath = iconOf(layer);
    this.contextValue = layer.prunable ? 'layer.prunable' : 'layer';
    if (layer.prunable) {
      this.checkboxState = {
        state: included ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked,
        tooltip: included ? `${layer.name} is pruned` : `${layer.name} is left as it is`,
      };
    }
    this.command = { command: 'neuronPruner.revealLayer', title: 'Reveal Layer', arguments: [this] };
    const spoken = [`${layer.name}, ${layer.type}`, ...(layer.channels === null ? [] : [`${layer.channels} channels`])];
    this.accessibilityInformation = {
      label: `${spoken.join(', ')}, ${percent(layer.share)} of the parameters, ${
        layer.prunable ? 'can be pruned' : `can't be pruned: ${layer.reason}`
      }`,
    };
  }
}

/** One of several kinds of channels that a layer makes: the query of an attention, one of stacked cells. */
export class PartItem extends vscode.TreeItem {
  readonly model: OpenModel;
  readonly layer: LayerInspection;

  constructor(
    readonly owner: LayerItem,
    part: LayerPart,
  ) {
    super(partTitle(part.name, owner.layer.name));
    this.model = owner.model;
    this.layer = owner.layer;
    this.id = `${owner.id}/${part.name}`;
    this.description = [counted(part.channels, 'channel'), partNote(part)].join(' · ');
    this.tooltip = `${part.name}: ${this.description}`;
    this.iconPath = new vscode.ThemeIcon(part.reason === undefined ? 'layers' : 'lock');
    this.contextValue = 'part';
    this.command = { command: 'neuronPruner.revealLayer', title: 'Reveal Layer', arguments: [this] };
  }
}

/** "cut 6 at a time, with attention/key" */
function partNote({ reason, together, coupled }: LayerPart): string {
  if (reason !== undefined) return `kept: ${reason}`;
  return `cut ${together > 1 ? `${together} at a time` : 'one by one'}${coupled ? `, with ${coupled.join(', ')}` : ''}`;
}

/** Share of the channels that the plan puts below the threshold. */
function shareBelow({ before, after }: LayerPrediction): number | undefined {
  if (after === undefined || before.channels === null || before.channels === 0) return undefined;
  return 1 - (after.channels ?? 0) / before.channels;
}

function bar(share: number): string {
  const eighths = Math.max(1, Math.round(share * BAR_LENGTH * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

function iconOf({ channels, prunable }: LayerInspection): vscode.ThemeIcon {
  if (channels === null) return new vscode.ThemeIcon('circle-outline');
  return new vscode.ThemeIcon(prunable ? 'layers' : 'lock');
}

function tooltipOf(layer: LayerInspection, below: number | undefined): vscode.MarkdownString {
  const shape = layer.outputShape.map((size) => size ?? '?').join(' × ');
  const lines = [
    `**${plain(layer.name)}** ${plain(layer.type)}`,
    `Output ${shape}`,
    `${count(layer.parameters)} parameters (${percent(layer.share)}), ${count(layer.macs)} multiply-accumulates`,
    ...(layer.channels === null ? [] : [`${count(layer.channels)} channels`]),
    ...(layer.parts ?? []).map((part) =>
      plain(`${part.name}: ${counted(part.channels, 'channel')}, ${partNote(part)}`),
    ),
    ...(layer.together === undefined ? [] : [`Cut ${layer.together} at a time`]),
    layer.prunable ? 'Can be pruned' : `Can't be pruned: ${plain(layer.reason ?? '')}`,
    ...(layer.coupled ? [`Cut together with ${layer.coupled.map(plain).join(', ')}`] : []),
    ...(below === undefined ? [] : [`${percent(below)} of its channels are below the plan's threshold`]),
  ];
  return new vscode.MarkdownString(lines.join('  \n'));
}

/** A layer's name comes from the model's file: nothing in it is markup. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~]/g, '\\$&');
}

export class LayersTree implements vscode.TreeDataProvider<LayerItem | PartItem> {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #problem = new vscode.EventEmitter<string>();
  /** Why the layers of the active model can't be shown; empty once they can. */
  readonly onProblem = this.#problem.event;
  #listening: vscode.Disposable | undefined;

  constructor(private readonly active: ActiveModel) {
    active.onChange((model) => this.#listen(model));
    this.#listen(active.model);
  }

  #listen(model: OpenModel | undefined): void {
    this.#listening?.dispose();
    this.#listening = model?.onChange(() => this.#changed.fire());
    this.#changed.fire();
  }

  getTreeItem(item: LayerItem | PartItem): vscode.TreeItem {
    return item;
  }

  getParent(item: LayerItem | PartItem): LayerItem | undefined {
    return item instanceof PartItem ? item.owner : undefined;
  }

  async getChildren(item?: LayerItem | PartItem): Promise<(LayerItem | PartItem)[]> {
    if (item instanceof PartItem) return [];
    if (item !== undefined) return (item.layer.parts ?? []).map((part) => new PartItem(item, part));
    const { model } = this.active;
    if (model === undefined) return [];
    try {
      const items = await itemsOf(model);
      this.#problem.fire('');
      return items;
    } catch (error) {
      this.#problem.fire(error instanceof Error ? error.message : String(error));
      return [];
    }
  }
}

async function itemsOf(model: OpenModel): Promise<LayerItem[]> {
  const { layers } = await model.inspection();
  await model.planDefaults();
  // A plan that can't be is said in the panel; the layers are there all the same.
  const prediction = await model.prediction().catch(() => undefined);
  const included = await model.includedLayers().catch(() => new Set<string>());
  return layers.map((layer) => {
    const own = prediction?.layers.find(({ name }) => name === layer.name);
    const scores = model.relevance?.layers.find((candidate) => candidate.layer === layer.name);
    return new LayerItem(model, layer, included.has(layer.name), own, scores);
  });
}
