// How long a person waits in the editor: for the extension, for CodeLenses, for the layers of a large model, and for the
// panel's next frame.
import { loadavg } from 'node:os';
import { languageServer } from './editor/language-server';
import { layerTree } from './editor/layer-tree';
import { panelFrames } from './editor/panel';
import { realEditor } from './editor/real-editor';

console.log(`\nload of this machine: ${loadavg()[0]?.toFixed(1)}`);
await languageServer();
await layerTree();
await panelFrames();
await realEditor();
