// The panel's page.
import type { FromPanel, ToPanel } from '../src/protocol/panel';

interface VsCode {
  postMessage(message: FromPanel): void;
}
declare function acquireVsCodeApi(): VsCode;

const vscode = acquireVsCodeApi();
addEventListener('message', ({ data }: MessageEvent<ToPanel>) => {
  const main = document.querySelector('main');
  if (data.type === 'model' && main) main.textContent = data.inspection.name;
});
vscode.postMessage({ type: 'ready' });
