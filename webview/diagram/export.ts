// A diagram as a file of its own.
import type { Drawing } from './draw';
import { svg } from './markup';
import { diagramStyle, PAPER } from './style';

export function standaloneSvg({ width, height, content }: Drawing, title: string): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  // Roles of the page's tree mean nothing in a file.
  const plain = content.replace(/ (role|tabindex|aria-(selected|expanded|level|label)|data-id)="[^"]*"/g, '');
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" class="diagram" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}">
${svg`<title>${title}</title>`.text}
<style>${diagramStyle(PAPER)}</style>
<rect width="${w}" height="${h}" fill="${PAPER.ground}"/>
${plain}
</svg>
`;
}
