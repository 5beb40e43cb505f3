// The Run view: start, stop and resume a session, and watch what it does.
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Inspection, SessionState } from '../../src/protocol/session';
import { count, counted, percent, score } from '../../src/report/format';
import { scoreText } from '../../src/report/score-text';
import type { Actions } from '../actions';
import { icon } from '../parts/icon';
import { banner, type NoticeAction, placeholder } from '../parts/notice';
import { capital } from '../parts/text';
import { dataOf, isWithoutData } from '../plan/data';
import { places } from '../run/curve';
import '../run/curve-chart';
import '../run/frontier';
import { iterationTable } from '../run/iteration-table';
import { activityText, duration, paceText, shareDone } from '../run/progress';
import type { PageState } from '../state';

export function runView(state: PageState, model: Inspection, actions: Actions): TemplateResult {
  const { session, noRunning, problems } = state;
  const run: NoticeAction = { label: 'Run', primary: true, run: () => actions.send({ type: 'run' }) };
  if (noRunning !== undefined && session === undefined) {
    return placeholder({
      kind: 'untrusted',
      text: noRunning,
      action: { label: 'Manage Workspace Trust', primary: true, run: () => actions.send({ type: 'trust' }) },
    });
  }
  if (session === undefined) {
    if (problems.run !== undefined)
      return placeholder({ kind: 'problem', text: problems.run, action: { ...run, label: 'Try Again' } });
    if (isWithoutData(state.recipe)) {
      return placeholder({
        kind: 'empty',
        text: 'Without data there is nothing to watch: the plan is one cut, and then comes the result.',
        action: run,
      });
    }
    if (dataOf(state.recipe) === undefined) {
      return placeholder({
        kind: 'empty',
        text: 'A run needs data to measure, retrain and test on.',
        action: { label: 'Choose Data', primary: true, run: () => actions.send({ type: 'chooseData' }) },
      });
    }
    return placeholder({
      kind: 'empty',
      text: `Nothing has run yet: the plan for ${model.name} is ready, and the model itself stays as it is.`,
      action: run,
    });
  }
  return html`<div class="view run">
    ${problems.run === undefined ? nothing : banner({ kind: 'problem', text: problems.run })} ${status(state, session, actions)}
    ${[...session.warnings, ...session.notes].map((text) => banner({ kind: 'note', text }))}
    ${session.iterations.length === 0 && session.curve.length === 0 ? nothing : charts(session)}
    ${session.iterations.length < 2 ? nothing : frontier(session)}
    ${session.iterations.length === 0 ? nothing : iterationTable(session, actions)}
  </div>`;
}

function status({ noRunning }: PageState, session: SessionState, actions: Actions): TemplateResult {
  const { status: name, message, iterations, stages } = session;
  const start = (label: string, type: 'run' | 'resume', primary = true): TemplateResult =>
    html`<vscode-button
      appearance=${primary ? 'primary' : 'secondary'}
      ?disabled=${noRunning !== undefined}
      @click=${() => actions.send({ type })}
      >${icon(type === 'run' ? 'play' : 'debug-continue', 'start')}${label}</vscode-button
    >`;
  const line = (text: string, buttons: unknown, alert = false): TemplateResult =>
    html`<div class=${alert ? 'status failed' : 'status'} role=${alert ? 'alert' : 'status'}>
      ${alert ? icon('error') : nothing}
      <p>${text}</p>
      <div class="buttons">${buttons}</div>
    </div>`;
  const done =
    stages === 0 || name === 'finished'
      ? `${counted(iterations.length, 'iteration')} done`
      : `${count(iterations.length)} of ${count(stages)} iterations done`;
  switch (name) {
    case 'running':
    case 'stopping':
      return running(session, actions);
    case 'stopped':
      return line(`Stopped with ${done}; everything up to here is saved.`, [start('Resume', 'resume')]);
    case 'interrupted':
      return line(
        message ?? `The session ended unexpectedly with ${done}; it can be resumed.`,
        [start('Resume', 'resume')],
        true,
      );
    case 'failed':
      return line(message ?? 'The session failed.', [start('Run Again', 'run')], true);
    case 'finished': {
      const seconds = iterations.reduce((sum, record) => sum + record.seconds, 0);
      return line(`Finished: ${done} in ${duration(seconds)}.`, [
        html`<vscode-button @click=${() => actions.look({ tab: 'result' })}>Show Result</vscode-button>`,
        start('Run Again', 'run', false),
      ]);
    }
  }
}

function running(session: SessionState, actions: Actions): TemplateResult {
  const { iterations, stages, activity, status: name } = session;
  const share = shareDone(session);
  return html`<div class="status running">
    <div class="progress-text">
      <p role="status"><strong>${activityText(session)}</strong></p>
      <p class="secondary numbers">
        Iteration ${stages === 0 ? iterations.length + 1 : html`${Math.min(iterations.length + 1, stages)} of ${stages}`}${activity === undefined ? nothing : html` · ${percent(activity.of > 0 ? activity.done / activity.of : 0, 0)}`}${
          activity === undefined || paceText(activity) === '' ? nothing : html` · ${paceText(activity)}`
        }
      </p>
      <div
        class="progress"
        role="progressbar"
        aria-label="Progress of the session"
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${Math.round(100 * share)}
      >
        <i .style=${`--size: ${share}`}></i>
      </div>
    </div>
    <div class="buttons">
      <vscode-button appearance="secondary" ?disabled=${name === 'stopping'} @click=${() => actions.send({ type: 'stop' })}
        >${icon('debug-stop', 'start')}Stop</vscode-button
      >
    </div>
  </div>`;
}

/** How small it got at what score. */
function frontier({ iterations }: SessionState): TemplateResult {
  const metric = iterations[0]?.metric;
  const refused = iterations.some(({ accepted }) => accepted === false);
  return html`<section class="frontier" aria-label="Size against ${metric?.title ?? 'score'}">
    <h2>Size against ${metric?.title ?? 'score'}</h2>
    <p class="secondary">
      On the test samples, with the 95 % confidence interval; open circles are right after the
      cut.${refused ? ' A cross was refused on the validation samples: the search went on from another model.' : nothing}
    </p>
    <np-frontier .iterations=${iterations}></np-frontier>
  </section>`;
}

/** Where in an iteration the mark of its cut stands: clear of the last one's end. */
const AFTER_CUT = 0.06;

function charts({ curve, iterations, stages }: SessionState): TemplateResult {
  const all = Math.max(stages, iterations.length + (curve.at(-1)?.index === iterations.length ? 1 : 0));
  const last = curve.at(-1);
  const tested = iterations.at(-1);
  const metric = tested?.metric;
  const loss = {
    line: places(curve, (point) => point.loss),
    marks: [],
    iterations: all,
    bounds: { least: 0 },
    label: score,
  };
  const test = {
    // Other metrics than shares are on another scale than what is counted while training.
    line: metric === undefined || metric.unit === 'share' ? places(curve, (point) => point.accuracy) : [],
    marks: iterations.flatMap((record) => [
      ...(record.scoreAfterCut === undefined
        ? []
        : [{ x: record.index + AFTER_CUT, y: record.scoreAfterCut, filled: false }]),
      { x: record.index + 1, y: record.score, filled: true },
    ]),
    iterations: all,
    bounds: metric?.unit === 'number' ? {} : { most: 1 },
    label: (value: number) => (metric?.unit === 'number' ? scoreText(metric, value) : percent(value)),
  };
  const title = capital(metric?.title ?? 'accuracy');
  const now = tested && scoreText(tested.metric, tested.score);
  return html`<div class="charts">
    <figure>
      <figcaption>Loss <span class="secondary numbers">${last === undefined ? nothing : score(last.loss)}</span></figcaption>
      <np-curve
        role="img"
        aria-label=${last === undefined ? 'No loss yet' : `Loss while retraining, now ${score(last.loss)}`}
        .data=${loss}
      ></np-curve>
    </figure>
    <figure>
      <figcaption>
        ${title}
        <span class="secondary numbers">${now === undefined ? nothing : `${now} on test samples`}</span>
        <span class="key secondary"
          ><i class="key-line"></i>training <i class="key-open"></i>after cut <i class="key-filled"></i>after
          retraining</span
        >
      </figcaption>
      <np-curve
        role="img"
        aria-label=${now === undefined ? `No ${title.toLowerCase()} yet` : `${title} by iteration, now ${now} on test samples`}
        .data=${test}
      ></np-curve>
    </figure>
  </div>`;
}
