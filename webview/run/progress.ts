// What a running session is doing, in words.
import type { Activity, SessionState } from '../../src/protocol/session';
import { count } from '../../src/report/format';
import { capital } from '../parts/text';

/** "2 neurons a unit: retraining" */
export function activityText({ stage, activity, status }: Pick<SessionState, 'stage' | 'activity' | 'status'>): string {
  if (status === 'stopping') return 'Stopping after this step…';
  const doing =
    activity === undefined ? 'testing' : activity.what === 'training' ? 'retraining' : 'measuring relevance';
  return stage === undefined ? 'Starting…' : `${capital(stage)}: ${doing}`;
}

/** "6,120 samples/s, 12 s left" */
export function paceText({ rate, left }: Activity): string {
  const pace = Number.isFinite(rate) && rate > 0 ? [`${count(rate)} samples/s`] : [];
  return [...pace, ...(Number.isFinite(left) ? [`${duration(left)} left`] : [])].join(', ');
}

/** "12 s", "3 min 20 s", "2 h 5 min" */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** How far the whole session is, from 0 to 1: iterations done and the part of the one that runs. */
export function shareDone({
  iterations,
  stages,
  activity,
}: Pick<SessionState, 'iterations' | 'stages' | 'activity'>): number {
  const within = activity?.what === 'training' && activity.of > 0 ? activity.done / activity.of : 0;
  // How many there will be is found out on the way: the one that runs is what can be told.
  if (stages === 0) return within;
  return Math.min(1, (iterations.length + within) / stages);
}
