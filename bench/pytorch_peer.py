# PyTorch's side of the benchmark: LeNet-5 (20-50-500-10), the same task; reads "train sgd 64 40" or "infer - 64 40"
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


nets = {}


def trainer(optimizer, batch):
    if (optimizer, batch) not in nets:
        net = lenet5()
        parameters = net.parameters()
        if optimizer == "sgd":
            chosen = torch.optim.SGD(parameters, lr=0.01, momentum=0.9, weight_decay=0.0005)
        else:
            chosen = torch.optim.Adam(parameters, lr=0.001, weight_decay=0.0005)
        x = torch.randn(batch, 1, 28, 28)
        y = torch.randint(0, 10, (batch,))
        nets[optimizer, batch] = net, chosen, torch.nn.CrossEntropyLoss(), x, y
    return nets[optimizer, batch]


print(torch.__version__, flush=True)
for line in sys.stdin:
    kind, optimizer, batch, steps = line.split()
    batch, steps = int(batch), int(steps)
    net, chosen, loss, x, y = trainer("sgd" if kind == "infer" else optimizer, batch)
    start = time.perf_counter()
    if kind == "train":
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
