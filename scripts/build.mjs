// Bundles everything into dist/, with source maps.
import { bundle } from './bundle.mjs';

await bundle('dist', { shipped: false });
