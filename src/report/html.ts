import type { SessionRecord } from '../session/record';
export function renderReport(session: SessionRecord): string { return session.title; }
