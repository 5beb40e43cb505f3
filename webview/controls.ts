// The controls of the page: those of VS Code's own toolkit, registered here and nowhere else. Its badge and progress ring
// set style attributes, which the page's policy forbids.
import {
  Checkbox,
  provideVSCodeDesignSystem,
  TextField,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeRadio,
  vsCodeRadioGroup,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';

export function registerControls(): void {
  keepLabel(TextField);
  keepLabel(Checkbox);
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeRadio(),
    vsCodeRadioGroup(),
    vsCodeTextField(),
  );
}

/** The toolkit names a field without text "Text field" and a box "Checkbox", whatever label it was given. */
function keepLabel({ prototype }: { readonly prototype: { connectedCallback(): void } & HTMLElement }): void {
  const { connectedCallback } = prototype;
  prototype.connectedCallback = function (): void {
    const label = this.getAttribute('aria-label');
    connectedCallback.call(this);
    if (label !== null) this.setAttribute('aria-label', label);
  };
}
