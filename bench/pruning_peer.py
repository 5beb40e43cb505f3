# The peers' side: `export NAME FILE` writes a network with random weights as ONNX; `prune NAME` has Torch-Pruning analyse
# it and cut half of its channels by L1 norm; `qonnx FILE` has qonnx's PruneChannels cut half of every convolution of an
# ONNX file; `vgg16 FILE` loads VGG16's state, cuts its first two dense layers to a quarter and saves. Each prints one line
# of JSON: seconds, peak bytes above what stood before, parameters left, groups found.
import json
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch
import torchvision

torch.set_num_threads(1)
REPEATED = 5


def network(name):
    torch.manual_seed(1)
    return getattr(torchvision.models, name)(weights=None).eval()


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def export(name, path):
    options = dict(input_names=["input"], output_names=["output"], opset_version=17, do_constant_folding=False,
                   training=torch.onnx.TrainingMode.PRESERVE)
    sample = torch.randn(1, 3, 224, 224)
    torch.onnx.export(network(name), sample, path, dynamo=False, dynamic_axes={"input": {0: "batch"}}, **options)


def pruner_of(model, sample, ratio):
    import torch_pruning as tp
    last = [module for module in model.modules() if isinstance(module, torch.nn.Linear)][-1]
    return tp.pruner.MagnitudePruner(model, sample, importance=tp.importance.MagnitudeImportance(p=1),
                                     pruning_ratio=ratio, ignored_layers=[last])


def cut_half(name):
    model, sample = network(name), torch.randn(1, 3, 224, 224)
    names = {module: key for key, module in model.named_modules()}
    before = peak()
    start = time.perf_counter()
    pruner = pruner_of(model, sample, 0.5)
    analysed = time.perf_counter()
    groups = []
    for group in pruner.step(interactive=True):
        makes = {names[dep.target.module] for dep, _ in group
                 if pruner.DG.is_out_channel_pruning_fn(dep.handler)
                 and isinstance(dep.target.module, (torch.nn.Conv2d, torch.nn.Linear))
                 and not (isinstance(dep.target.module, torch.nn.Conv2d) and dep.target.module.groups > 1)}
        groups.append(sorted(makes))
        group.prune()
    end = time.perf_counter()
    return {"analyse": analysed - start, "cut": end - analysed, "bytes": peak() - before,
            "parameters": sum(p.numel() for p in model.parameters()), "groups": groups}


def prune(name):
    import torch_pruning as tp
    first = cut_half(name)
    others = sorted(run["analyse"] + run["cut"] for run in (cut_half(name) for _ in range(REPEATED)))
    print(json.dumps({"version": tp.__version__, **first, "again": others[REPEATED // 2]}))


def vgg16(path):
    import torch_pruning as tp
    before = peak()
    start = time.perf_counter()
    with torch.device("meta"):  # without weights that the file then replaces
        model = torchvision.models.vgg16(weights=None).eval()
    model.load_state_dict(torch.load(path), assign=True)
    graph = tp.DependencyGraph().build_dependency(model, example_inputs=torch.randn(1, 3, 224, 224))
    for layer in (model.classifier[0], model.classifier[3]):
        order = layer.weight.detach().abs().sum(1).argsort()
        gone = order[: 3 * layer.out_features // 4].tolist()
        graph.get_pruning_group(layer, tp.prune_linear_out_channels, idxs=gone).prune()
    torch.save(model.state_dict(), path + ".cut")
    print(json.dumps({"seconds": time.perf_counter() - start, "bytes": peak() - before,
                      "parameters": sum(p.numel() for p in model.parameters())}))


def qonnx(path):
    import numpy
    import onnx
    import qonnx
    from importlib.metadata import version
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.transformation.pruning import PruneChannels
    from qonnx.util.cleanup import cleanup_model
    before = peak()
    start = time.perf_counter()
    model = cleanup_model(ModelWrapper(path), extract_conv_bias=True)
    spec = {}
    for node in model.get_nodes_by_op_type("Conv"):
        kernel = model.get_initializer(node.input[1])
        order = numpy.abs(kernel).sum(axis=tuple(range(1, kernel.ndim))).argsort()
        spec[node.input[1]] = {0: {int(i) for i in order[: len(order) // 2]}}
    analysed = time.perf_counter()
    model = model.transform(PruneChannels(spec))
    end = time.perf_counter()
    del model.model.graph.value_info[:]  # it leaves the shapes of before
    onnx.checker.check_model(model.model, full_check=True)
    parameters = sum(int(numpy.prod(t.dims)) for t in model.graph.initializer)
    print(json.dumps({"version": version("qonnx"), "analyse": analysed - start, "cut": end - analysed,
                      "bytes": peak() - before, "parameters": parameters}))


command, *rest = sys.argv[1:]
if command == "state":
    torch.save(network("vgg16").state_dict(), rest[0])
else:
    {"export": export, "prune": prune, "qonnx": qonnx, "vgg16": vgg16}[command](*rest)
