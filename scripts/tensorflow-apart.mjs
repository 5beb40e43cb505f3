// TensorFlow.js is large and seldom used: its part of the engine is a bundle of its own, dist/tensorflow.cjs, that other
// bundles load when they come to it.

/** An esbuild plugin. @param path of dist/tensorflow.cjs as the bundle should name it. */
export function tensorflowApart(path) {
  return {
    name: 'tensorflow apart',
    setup(build) {
      build.onResolve({ filter: /\/runtime$/ }, ({ importer, kind }) =>
        kind === 'dynamic-import' && importer.endsWith('load.ts') ? { path, external: true } : undefined,
      );
    },
  };
}
