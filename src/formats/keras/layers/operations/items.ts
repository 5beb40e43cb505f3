// x[:, 0], x[..., :16], x[:, None]: what an index takes of a tensor.
import { BATCH } from '../../../../model/graph';
import { fromLast, lastOf } from '../../activation';
import { isRecord } from '../../config';
import { elementOf } from './axes';
import { type Operation, type Operations, settingOf, tensorOf } from './settings';

interface Range {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number | null;
}

/** One part of an index: an element, a range, a new axis (null), or all axes that the other parts do not name. */
type Part = number | Range | null | '...';

const getItem: Operation = {
  read(context) {
    const { builder, config, call } = context;
    const x = tensorOf(context);
    const parts = indexOf(settingOf(context, 'slice_spec') ?? call.args[1]);
    const places = parts && placed(parts, x.shape.length);
    if (places === undefined) return config.unknown('an index of other than numbers and ranges');
    if (places.some(({ part, axis }) => part !== null && x.shape[axis] === BATCH && !isWhole(part)))
      return config.unknown('an index among samples');
    let value = lastOf(builder, x);
    const ranges = places.filter(({ part }) => isRange(part) && !isWhole(part));
    if (ranges.length > 0) {
      const of = (pick: (range: Range) => number): string =>
        builder.ints(ranges.map(({ part }) => pick(part as Range)));
      const backwards = ({ step }: Range): boolean => (step ?? 1) < 0;
      value = builder.op('Slice', [
        value,
        of((range) => range.start ?? (backwards(range) ? -1 : 0)),
        of((range) => range.stop ?? (backwards(range) ? -END : END)),
        builder.ints(ranges.map(({ axis }) => axis)),
        of(({ step }) => step ?? 1),
      ]);
    }
    for (const { part, axis } of [...places].reverse()) {
      if (typeof part === 'number') value = elementOf(context, value, axis, part);
    }
    const left = places.filter(({ part }) => typeof part !== 'number');
    const added = left.flatMap(({ part }, place) => (part === null ? [place] : []));
    return fromLast(builder, added.length === 0 ? value : builder.op('Unsqueeze', [value, builder.ints(added)]));
  },
  restate(name, value, widths) {
    if (name !== 1 && name !== 'slice_spec') return value;
    const [starts, stops, axes] = [1, 2, 3].map((input) => widths.told('Slice', input));
    const rank = widths.before[0]?.length ?? 0;
    const places = placed(indexOf(value) ?? [], rank);
    if (!starts || !stops || !axes || !places) return value;
    const list = Array.isArray(value) ? value : [value];
    let place = 0;
    const stated = list.map((json) => {
      const part = partOf(json);
      const own = part === '...' ? undefined : places[part === null ? place++ : place++];
      if (part === '...') place += rank - list.filter((other) => isAxis(partOf(other))).length;
      const which = own === undefined ? -1 : axes.indexOf(own.axis);
      if (part === undefined || !isRange(part) || which < 0 || isWhole(part)) return json;
      const now = {
        ...(part.start !== null && { start: starts[which] }),
        ...(part.stop !== null && { stop: stops[which] }),
      };
      return isRecord(json) && isRecord(json.config)
        ? { ...json, config: { ...json.config, ...now } }
        : { ...(json as object), ...now };
    });
    return Array.isArray(value) ? stated : stated[0];
  },
};

/** Behind every end. */
const END = 2 ** 31;

const isRange = (part: Part | undefined): part is Range => typeof part === 'object' && part !== null;
const isAxis = (part: Part | undefined): boolean => part !== null && part !== '...';
const isWhole = (part: Part): boolean =>
  isRange(part) && part.start === null && part.stop === null && (part.step ?? 1) === 1;

function indexOf(json: unknown): Part[] | undefined {
  const parts = (Array.isArray(json) ? json : [json]).map(partOf);
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

/** Keras 3 writes {class_name: "__slice__", config: {start, stop, step}}, Keras 2 {start, stop, step} and "...". */
function partOf(json: unknown): Part | undefined {
  if (json === null || json === '...') return json;
  if (Number.isInteger(json)) return json as number;
  if (!isRecord(json)) return undefined;
  if (json.class_name === '__ellipsis__') return '...';
  const own = json.class_name === '__slice__' ? json.config : json;
  if (!isRecord(own) || !('start' in own)) return undefined;
  const [start = null, stop = null, step = null] = [own.start, own.stop, own.step];
  const all = [start, stop, step].every((size) => size === null || Number.isInteger(size));
  return all ? ({ start, stop, step } as Range) : undefined;
}

/** The axis that each part is about, those left out filled in. */
function placed(parts: readonly Part[], rank: number): { part: Part; axis: number }[] | undefined {
  const missing = rank - parts.filter(isAxis).length;
  const dots = parts.filter((part) => part === '...').length;
  if (missing < 0 || dots > 1) return undefined;
  const whole = new Array<Part>(missing).fill({ start: null, stop: null, step: null });
  const all = dots === 1 ? parts.flatMap((part) => (part === '...' ? whole : [part])) : [...parts, ...whole];
  let axis = 0;
  return all.map((part) => ({ part, axis: part === null ? axis : axis++ }));
}

export const ITEMS: Operations = { GetItem: getItem };
