// The same sessions without an editor: neuron-pruner inspect, relevance, prune, compare, bench, train, reproduce, demo, engines, measures.
import { Command, CommanderError } from 'commander';
import { version } from '../package.json';
import { registerBench } from './cli/bench';
import { registerCompare } from './cli/compare';
import { registerDemo } from './cli/demo';
import { registerEngines } from './cli/engines';
import { registerInspect } from './cli/inspect';
import { registerMeasures } from './cli/measures';
import { registerPrune } from './cli/prune';
import { registerRelevance } from './cli/relevance';
import { registerReproduce } from './cli/reproduce/index';
import { registerTrain } from './cli/train';
import { UserError } from './errors';
import { printableLines } from './report/printable';

/** Exit codes: 0 done, 1 something a person can mend, 2 our own fault. */
const USER_ERROR = 1;
const OUR_ERROR = 2;

const program = new Command('neuron-pruner')
  .description(
    'Makes trained neural networks smaller by pruning whole neurons, with the evidence that nothing was lost.',
  )
  .version(version)
  .showHelpAfterError('(see --help)')
  .exitOverride();
for (const register of [
  registerInspect,
  registerRelevance,
  registerPrune,
  registerCompare,
  registerBench,
  registerTrain,
  registerReproduce,
  registerDemo,
  registerEngines,
  registerMeasures,
]) {
  register(program);
}
for (const command of program.commands) command.exitOverride();

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    // Commander has printed it: help and version end with 0, wrong options are a person's.
    process.exitCode = error.exitCode === 0 ? 0 : USER_ERROR;
  } else if (error instanceof UserError) {
    process.stderr.write(`neuron-pruner: ${printableLines(error.message)}\n`);
    process.exitCode = USER_ERROR;
  } else {
    process.stderr.write(
      `neuron-pruner failed; this is a fault of ours, please report it.\n${printableLines(String((error as Error)?.stack ?? error))}\n`,
    );
    process.exitCode = OUR_ERROR;
  }
});
