// <np-kernel>: the picture of one convolution kernel.
import { type Kernels, kernelPixels } from './kernel-pixels';

export class KernelPicture extends HTMLElement {
  readonly #canvas = document.createElement('canvas');
  #shown: readonly [Kernels, number] | undefined;

  set data([kernels, channel]: readonly [Kernels, number]) {
    if (this.#shown?.[0] === kernels && this.#shown[1] === channel) return;
    this.#shown = [kernels, channel];
    this.#canvas.width = kernels.columns;
    this.#canvas.height = kernels.rows;
    const pixels = new ImageData(kernelPixels(kernels, channel), kernels.columns, kernels.rows);
    this.#canvas.getContext('2d')?.putImageData(pixels, 0, 0);
    if (!this.#canvas.isConnected) this.replaceChildren(this.#canvas);
  }
}

customElements.define('np-kernel', KernelPicture);
