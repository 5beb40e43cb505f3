// Types of editor.mjs.
export interface PreparedEditor {
  readonly chromium: string;
  readonly node: string;
  readonly server: string;
  readonly extensions: string;
}
export function prepareEditor(): PreparedEditor | { readonly missing: string };
