# PyTorch's side of the benchmark: LeNet-5 (20-50-500-10), the same task; reads "train sgd 64 40", "vgg16 adam 64 6" or "infer - 64 40"
# (batch, steps) from standard input and answers images per second.
import sys
import time

import torch

torch.set_num_threads(int(sys.argv[1]))


def lenet5():
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10),
    )


def vgg16():
    nn = torch.nn
    layers, before = [], 3
    for convolutions, filters in ((2, 16), (2, 32), (3, 64), (3, 128), (3, 128)):
        for _ in range(convolutions):
            layers += [nn.Conv2d(before, filters, 3, padding=1), nn.ReLU()]
            before = filters
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(),
                         nn.Linear(1024, 10))


nets = {}


def trainer(kind, optimizer, batch):
    if (kind, optimizer, batch) not in nets:
        deep = kind == "vgg16"
        net = vgg16() if deep else lenet5()
        parameters = net.parameters()
        if optimizer == "sgd":
            chosen = torch.optim.SGD(parameters, lr=0.01, momentum=0.9, weight_decay=0.0005)
        else:
            chosen = torch.optim.Adam(parameters, lr=0.001, weight_decay=0.0005)
        x = torch.randn(batch, 3, 64, 64) if deep else torch.randn(batch, 1, 28, 28)
        y = torch.randint(0, 10, (batch,))
        nets[kind, optimizer, batch] = net, chosen, torch.nn.CrossEntropyLoss(), x, y
    return nets[kind, optimizer, batch]


print(torch.__version__, flush=True)
for line in sys.stdin:
    kind, optimizer, batch, steps = line.split()
    batch, steps = int(batch), int(steps)
    net, chosen, loss, x, y = trainer(kind, "sgd" if kind == "infer" else optimizer, batch)
    start = time.perf_counter()
    if kind != "infer":
        net.train()
        for _ in range(steps):
            chosen.zero_grad()
            value = loss(net(x), y)
            value.backward()
            chosen.step()
            value.item()
    else:
        net.eval()
        with torch.inference_mode():
            for _ in range(steps):
                net(x)
    print(batch * steps / (time.perf_counter() - start), flush=True)
