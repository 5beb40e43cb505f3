// Builds the native addon of @tensorflow/tfjs-node where its own install can't download one: the TensorFlow engine then
// runs on TensorFlow's own library. All it reads are two package registries: TensorFlow's C library and headers come
// from the tensorflow-cpu wheel on PyPI, Node's headers from node-api-headers on npm.
// Needs: Linux on x64, a C++ compiler, Python 3 with pip. Takes 200 MB of download and 700 MB of disk, about a minute.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The wheel; its C API is the one that tfjs-node 4.22 was written for (2.9), and newer kernels. */
const TENSORFLOW = 'tensorflow-cpu==2.15.1';
const WHEEL = ['--platform', 'manylinux2014_x86_64', '--python-version', '3.11', '--implementation', 'cp'];
const NODE_HEADERS = 'node-api-headers@1.9.0';
/** Of Node-API; the newest that tfjs-node looks for. */
const NAPI_VERSION = 8;
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, 'node_modules/@tensorflow/tfjs-node');
const addon = join(target, `lib/napi-v${NAPI_VERSION}/tfjs_binding.node`);
const started = Date.now();

if (process.platform !== 'linux' || process.arch !== 'x64')
  fail(`it is built from packages for Linux on x64; this is ${process.platform} on ${process.arch}`);
if (!existsSync(join(target, 'package.json'))) fail('@tensorflow/tfjs-node is not installed: npm install first');
const version = works();
if (version !== undefined) {
  console.log(`TensorFlow ${version} runs natively already.`);
  process.exit(0);
}
const compiler = ['c++', 'g++', 'clang++'].find((name) => spawnSync(name, ['--version']).status === 0);
if (compiler === undefined) fail('there is no C++ compiler (Debian: apt-get install g++)');
const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-m', 'pip', '--version']).status === 0);
if (python === undefined) fail('there is no Python 3 with pip (Debian: apt-get install python3-pip)');

const work = mkdtempSync(join(tmpdir(), 'tfjs-node-'));
try {
  console.log(`Downloading ${TENSORFLOW} (200 MB) and ${NODE_HEADERS} …`);
  run(python, [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--only-binary=:all:',
    ...WHEEL,
    '-d',
    work,
    TENSORFLOW,
  ]);
  run('npm', ['pack', '--silent', '--pack-destination', work, NODE_HEADERS]);
  run('tar', ['-xzf', fileIn(work, '.tgz'), '-C', work]);
  run(python, ['-c', unpackScript(), fileIn(work, '.whl'), join(target, 'deps')]);

  console.log('Compiling …');
  mkdirSync(dirname(addon), { recursive: true });
  const sources = readdirSync(join(target, 'binding')).filter((name) => name.endsWith('.cc'));
  const includes = [join(work, 'package/include'), join(target, 'deps/include'), dirname(target), target];
  run(compiler, [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', `-DNAPI_VERSION=${NAPI_VERSION}`],
    ...includes.flatMap((folder) => ['-I', folder]),
    ...sources.map((name) => join(target, 'binding', name)),
    ...['-o', `${addon}.partial`, '-L', join(target, 'deps/lib')],
    ...LIBRARIES.map((name) => `-l:${name}`),
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ]);
  renameSync(`${addon}.partial`, addon);
} finally {
  rmSync(work, { recursive: true, force: true });
}
const built = works();
if (built === undefined) fail('the addon was built and does not load');
console.log(`TensorFlow ${built} runs natively, built in ${Math.round((Date.now() - started) / 1000)} s.`);

/** The C library and the headers that the addon includes, out of the wheel's 1 GB. */
function unpackScript() {
  return `
import os, shutil, sys, zipfile
wheel, to = zipfile.ZipFile(sys.argv[1]), sys.argv[2]
headers = 'tensorflow/include/'
wanted = ('tensorflow/c/', 'tensorflow/core/platform/', 'tsl/')
for name in wheel.namelist():
    if name.startswith(headers) and name.endswith('.h') and name[len(headers):].startswith(wanted):
        path = os.path.join(to, 'include', name[len(headers):])
    elif name in (${LIBRARIES.map((name) => `'tensorflow/${name}'`).join(', ')}):
        path = os.path.join(to, 'lib', os.path.basename(name))
    else:
        continue
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with wheel.open(name) as source, open(path, 'wb') as file:
        shutil.copyfileobj(source, file, 1 << 20)
`;
}

/** TensorFlow's version where a matrix product runs natively. */
function works() {
  if (!existsSync(addon)) return undefined;
  const code = `const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value == null;
    util.isArray ??= Array.isArray;
    const tf = require(${JSON.stringify(target)});
    tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).dataSync();
    console.log(tf.backend().binding.TF_Version)`;
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' };
  const { status, stdout } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8', env });
  return status === 0 ? stdout.trim().split('\n').at(-1) : undefined;
}

function fileIn(folder, extension) {
  const name = readdirSync(folder).find((entry) => entry.endsWith(extension));
  if (name === undefined) fail(`no ${extension} file was downloaded`);
  return join(folder, name);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(`${command} ${args[0]} failed${error ? `: ${error.message}` : ''}`);
}

function fail(reason) {
  console.error(`TensorFlow does not run natively here: ${reason}.`);
  process.exit(1);
}
