// What is wrong with a document, as the protocol has it.
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Known } from './documents';
import type { ShardData } from './locate-shards';
import type { ModelProblem } from './model-analysis';
import { rangeOf } from './ranges';
import type { RecipeModels } from './recipe-model';
import { recipeProblems } from './recipe-problems';
import { shardProblems } from './shard-problems';

const SOURCE = 'Neuron Pruner';

export async function diagnosticsOf(document: TextDocument, known: Known, models: RecipeModels): Promise<Diagnostic[]> {
  if (known.kind === 'recipe') {
    const { places } = known;
    const model = places.model && (await models.open(document.uri, places.model.text));
    return recipeProblems(places, model).map(({ message, node }) => ({
      message,
      range: rangeOf(document, node),
      severity: DiagnosticSeverity.Error,
      source: SOURCE,
    }));
  }
  const problems = [...known.analysis.problems, ...(await shardProblems(document.uri, known.analysis))];
  return problems.map((problem) => diagnostic(document, problem));
}

function diagnostic(document: TextDocument, { message, node, severity, shard }: ModelProblem): Diagnostic {
  const said = { message, range: rangeOf(document, node), source: SOURCE };
  if (severity === 'information') {
    return { ...said, severity: DiagnosticSeverity.Information, tags: [DiagnosticTag.Unnecessary] };
  }
  const data: ShardData | undefined = shard === undefined ? undefined : { shard };
  return { ...said, severity: DiagnosticSeverity.Error, ...(data && { data }) };
}
