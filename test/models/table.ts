// Writes docs/models.md: every model of a folder, read, cut, written, and run again by what it came from.
// `npm run models -- ../shared/models` (NEURON_PRUNER_PYTHON names a Python with keras, tensorflow, onnx, onnxruntime).
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../src/errors';
import { type Checked, checkModel, RATIO } from './check-model';
import { type Agreement, askOriginal } from './originals';

const [folder = '../shared/models', word = ''] = process.argv.slice(2);
const python = process.env.NEURON_PRUNER_PYTHON;

const HEADER = [
  'model',
  'parameters',
  'channels',
  'prunable',
  'cut',
  'parameters left',
  'cut − mask',
  'original framework',
];

function modelFiles(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.includes(word))
    .filter((path) => /\.(h5|hdf5|keras|onnx)$|(^|[/\\])model\.json$/.test(path))
    .sort();
}

const count = (value: number): string => value.toLocaleString('en');
const difference = (value: number | undefined): string =>
  value === undefined ? '–' : value === 0 ? '0' : value.toExponential(0);

function row(path: string, checked: Checked, agreement: Agreement): string[] {
  const share = checked.channels === 0 ? 0 : checked.prunable / checked.channels;
  const original = agreement.difference === undefined ? agreement.problem : difference(agreement.difference);
  return [
    `\`${path}\``,
    count(checked.parameters),
    count(checked.channels),
    `${Math.round(share * 100)} %`,
    count(checked.removed),
    count(checked.parametersAfter),
    difference(checked.cutAgainstMask),
    [original, agreement.framework].filter(Boolean).join(', '),
  ];
}

const rows: string[][] = [];
const notes: string[] = [];
const refused: string[] = [];
for (const path of modelFiles()) {
  const scratch = mkdtempSync(join(tmpdir(), 'neuron-pruner-models-'));
  try {
    const checked = await checkModel(join(folder, path), join(scratch, 'cut'));
    const agreement = await askOriginal(checked.written, checked, python, join(scratch, 'tensors'));
    rows.push(row(path, checked, agreement));
    const reasons = [...checked.frozen].map(
      ([reason, layers]) => `${reason} (${layers === 1 ? '1 layer' : `${layers} layers`})`,
    );
    const said = [...reasons.map((reason) => `Frozen: ${reason}.`), ...checked.warnings.map((text) => `${text}.`)];
    if (said.length > 0) notes.push(`- \`${path}\`: ${said.join(' ')}`);
    console.log(`${path}: ${rows.at(-1)?.slice(1).join(' | ')}`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    refused.push(`- \`${path}\`: ${error.message.replaceAll(join(folder, path), path)}`);
    console.log(`${path}: ${error.message}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
writeFileSync(
  'docs/models.md',
  `# Real models

Models that nobody of us made. Of each layer's channels ${Math.round(RATIO * 100)} % are cut, the least by L1 norm; no retraining. *cut − mask* is
how far the cut model's outputs are from those of the whole model with the same channels silenced, *original framework* how
far the written file's outputs there are from ours: the largest difference as a share of the largest value. Random inputs.
Written by \`npm run models\`.

${line(HEADER)}
${line(HEADER.map((_, i) => (i === 0 || i === HEADER.length - 1 ? '---' : '---:')))}
${rows.map(line).join('\n')}

## What is frozen, and what was said

${notes.join('\n')}

## Not layers models

${refused.join('\n')}
`,
);
