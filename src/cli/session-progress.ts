// What a running session says of itself, and how Ctrl-C stops it.

import { pStatement } from '../report/format';
import { scoreText } from '../report/score-text';
import type { SessionEvent, SessionOptions } from '../session/session';
import type { TrainingProgress } from '../training/train';
import { type Output, percent } from './output';

export function sessionHooks(
  output: Output,
  quiet = false,
): Pick<SessionOptions, 'onEvent' | 'stopped'> & { release(): void } {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    output.note('Stopping after this step … (once more to end at once)');
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  let title = '';
  return {
    stopped: () => stopping,
    release() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      output.endProgress();
    },
    onEvent(event) {
      if (!quiet) show(event);
    },
  };

  function show(event: SessionEvent): void {
    switch (event.type) {
      case 'started':
        output.note(
          `Session in ${event.folder}${event.resumed > 0 ? `, ${event.resumed}${event.stages ? ` of ${event.stages}` : ''} iterations done` : ''}`,
        );
        break;
      case 'engine':
        output.note(event.text);
        break;
      case 'warning':
        output.note(`Warning: ${event.text}.`);
        break;
      case 'note':
        output.note(`Data: ${event.text}.`);
        break;
      case 'stage':
        title = event.title;
        break;
      case 'measuring':
        output.progress(`${title}: measuring`, event.done, event.of);
        break;
      case 'training': {
        const { step, steps, batch } = event.progress;
        output.progress(`${title}: retraining`, step * batch, steps * batch, trainingDetail(event.progress));
        break;
      }
      case 'iteration': {
        const { record } = event;
        const scores = (record.outputs ?? [record]).map(
          ({ metric, score }) => `${metric.title} ${scoreText(metric, score)}`,
        );
        const p = record.pValue === undefined ? '' : `, ${pStatement(record.pValue)}`;
        output.note(
          `${record.title}${record.accepted === false ? ' (refused)' : ''}: ${record.parameters.toLocaleString('en')} parameters, test ${scores.join(', ')}${p}`,
        );
        break;
      }
    }
  }
}

/** "loss 0.0312, 99.1 % right". */
export function trainingDetail({ loss, accuracy }: TrainingProgress): string {
  return `loss ${loss.toPrecision(4)}${accuracy === undefined ? '' : `, ${percent(accuracy)} right`}`;
}
