// Makes the extension's package for one platform: `npm run package`, or `npm run package -- --target win32-x64`.
// It holds the bundles, the pictures and the one native library of its platform: no source, no tests, no other package.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { bundle } from './bundle.mjs';

const { values } = parseArgs({ options: { target: { type: 'string' }, out: { type: 'string' } } });
const target = values.target ?? `${process.platform}-${process.arch}`;
const [platform, architecture] = target.split('-');
const native = join('node_modules/onnxruntime-node/bin/napi-v6', platform, architecture);
if (!existsSync(native)) {
  const known = readdirSync('node_modules/onnxruntime-node/bin/napi-v6', { withFileTypes: true }).flatMap(({ name }) =>
    readdirSync(join('node_modules/onnxruntime-node/bin/napi-v6', name)).map((arch) => `${name}-${arch}`),
  );
  console.error(`onnxruntime has no library for ${target}. There are ${known.join(', ')}.`);
  process.exit(1);
}

const stage = join('dist', 'package', target);
rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
await bundle(join(stage, 'dist'), { shipped: true });
writeManifest();
// The README's pictures stay out: they are for those who read it elsewhere.
const packed = [
  'README.md',
  'LICENSE',
  'media/icon.png',
  'media/icon.svg',
  'media/activity-bar.svg',
  'media/walkthrough',
];
for (const path of packed) cpSync(path, join(stage, path), { recursive: true });
copyEngine();

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const packagePath = values.out ?? join('dist', `${manifest.name}-${target}-${manifest.version}.vsix`);
await createVSIX({
  cwd: stage,
  target,
  packagePath,
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
console.log(`${packagePath}: ${(statSync(packagePath).size / 1e6).toFixed(1)} MB`);

/** What the editor reads of package.json. */
function writeManifest() {
  const {
    scripts,
    devDependencies,
    dependencies,
    optionalDependencies,
    files,
    bin,
    private: _,
    ...rest
  } = JSON.parse(readFileSync('package.json', 'utf8'));
  const manifest = { ...rest, files: ['LICENSE', 'dist', 'media'] };
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * onnxruntime beside the bundles that require it. Of its libraries only the CPU's: what it loads when another provider
 * is asked for (DirectML and the shader compilers on Windows) is left out, as is the same library under a second name.
 */
function copyEngine() {
  const modules = join(stage, 'dist', 'node_modules');
  const wanted = /^(onnxruntime_binding\.node|onnxruntime\.dll|libonnxruntime\.so\.1|libonnxruntime\.1\.dylib)$/;
  const engine = join(modules, 'onnxruntime-node');
  for (const name of readdirSync(native).filter((file) => wanted.test(file))) {
    cpSync(join(native, name), join(engine, 'bin/napi-v6', platform, architecture, name));
  }
  copyScripts('onnxruntime-node', 'dist');
  copyScripts('onnxruntime-common', 'dist/cjs');

  function copyScripts(name, folder) {
    const from = join('node_modules', name);
    for (const file of readdirSync(join(from, folder)).filter((path) => path.endsWith('.js'))) {
      cpSync(join(from, folder, file), join(modules, name, folder, file));
    }
    const { version, main, license } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
    mkdirSync(join(modules, name), { recursive: true });
    writeFileSync(join(modules, name, 'package.json'), JSON.stringify({ name, version, license, main }));
    for (const notice of ['LICENSE', 'README.md'].filter((file) => existsSync(join(from, file)))) {
      cpSync(join(from, notice), join(modules, name, notice));
    }
  }
}
