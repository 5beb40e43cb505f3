// How a diagram looks: one style for the page, in the colours of VS Code's theme, and for exported files, in ink on white.

export interface Palette {
  readonly ground: string;
  readonly card: string;
  readonly line: string;
  readonly text: string;
  readonly soft: string;
  readonly track: string;
  readonly kept: string;
  readonly cut: string;
  readonly accent: string;
  readonly font: string;
}

export const THEME: Palette = {
  ground: 'var(--vscode-editor-background)',
  card: 'var(--vscode-editorWidget-background)',
  line: 'var(--vscode-contrastBorder, var(--vscode-editorIndentGuide-activeBackground1, #8888))',
  text: 'var(--vscode-editor-foreground)',
  soft: 'var(--vscode-descriptionForeground)',
  track: 'color-mix(in srgb, var(--vscode-editor-foreground) 12%, transparent)',
  kept: 'var(--vscode-charts-blue)',
  cut: 'var(--vscode-charts-yellow)',
  accent: 'var(--vscode-focusBorder)',
  font: 'var(--vscode-font-family)',
};

export const PAPER: Palette = {
  ground: '#ffffff',
  card: '#ffffff',
  line: '#8a8a8a',
  text: '#1b1b1b',
  soft: '#5c5c5c',
  track: '#e6e6e6',
  kept: '#1a5fb4',
  cut: '#b4501a',
  accent: '#1a5fb4',
  font: 'system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif',
};

export function diagramStyle(palette: Palette): string {
  return `
.diagram { font: 12px/1 ${palette.font}; }
.diagram .frame { fill: ${palette.card}; stroke: ${palette.line}; }
.diagram .unfolded { fill: none; stroke: ${palette.line}; stroke-dasharray: 2 3; }
.diagram .fold circle { fill: ${palette.card}; stroke: ${palette.line}; }
.diagram .fold path { stroke: ${palette.text}; stroke-width: 1.5; }
.diagram .edge { fill: none; stroke: ${palette.soft}; stroke-width: 1.25; }
.diagram text { fill: ${palette.text}; }
.diagram .name { font-weight: 600; }
.diagram .type, .diagram .figures { fill: ${palette.soft}; font-size: 11px; }
.diagram .caption { font-size: 14px; font-weight: 600; }
.diagram .fate { fill: ${palette.text}; font-size: 11px; font-weight: 600; }
.diagram .track { fill: ${palette.track}; }
.diagram .kept { fill: ${palette.kept}; }
.diagram .hatch { fill: ${palette.cut}; }
.diagram .cut { stroke: ${palette.cut}; stroke-width: 1; }
.diagram .gone .frame { fill: ${palette.ground}; stroke-dasharray: 4 3; }
.diagram .gone .name { text-decoration: line-through; fill: ${palette.soft}; }`;
}
