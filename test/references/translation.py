"""transformer.py on translation: the same sizes, data, steps and search as models/transformer --config translation.

    pip install torch sacrebleu
    npx tsx test/references/transformer-data.ts translation all translation.json
    python test/references/translation.py translation.json

It prints BLEU of the parameters after the last step, and of the mean of the last checkpoints.
"""
import argparse
import copy
import json
import random
import time

import sacrebleu
import torch

from transformer import END, START, Transformer, loss_of, padded


@torch.no_grad()
def beam(model, sources, width, alpha):
    """The answers ranked first by log p / ((5 + length) / 6) ^ alpha; at most 50 symbols more than the source."""
    memory, absent = model.encode(padded(sources, -1))
    rank = lambda score, length: score / ((5 + length) / 6) ** alpha
    live = [[(0.0, [START])] for _ in sources]
    ended = [[] for _ in sources]
    length = 0
    past = [[torch.zeros(len(sources), 0, model.width)] for _ in model.decoder]
    while any(live):
        length += 1
        of = torch.tensor([k for k, each in enumerate(live) for _ in each])
        y = torch.tensor([ids for each in live for _, ids in each])
        logp = model.decode(y, memory[of], absent[of], past)[:, -1].log_softmax(-1)
        kept = []
        for k, source in enumerate(sources):
            if not live[k]:
                continue
            total = logp[of == k] + torch.tensor([score for score, _ in live[k]])[:, None]
            best = total.flatten().topk(2 * width)
            first, rows, following = (of == k).nonzero()[0].item(), [], []
            for score, at in zip(best.values.tolist(), best.indices.tolist()):
                row, symbol = divmod(at, logp.shape[-1])
                if symbol == END:
                    ended[k].append((rank(score, length), live[k][row][1][1:]))
                elif len(following) < width:
                    following.append((score, live[k][row][1] + [symbol]))
                    rows.append(first + row)
            ended[k] = sorted(ended[k], key=lambda each: -each[0])[:width]
            most = len(source) + 50
            done = len(ended[k]) == width and ended[k][-1][0] >= rank(following[0][0], most)
            if length == most and not ended[k]:
                ended[k] = [(rank(score, length), ids[1:]) for score, ids in following[:1]]
            live[k] = [] if done or length == most else following
            kept += rows[:len(live[k])]
        past = [[each[kept]] for [each] in past]
    return [each[0][1] for each in ended]


def text_of(ids, symbols):
    return ''.join(symbols[k] for k in ids).replace('\u2581', ' ').strip()


@torch.no_grad()
def validated(model, pairs, smoothing):
    model.eval()
    parts = [pairs[at:at + 64] for at in range(0, len(pairs), 64)]
    loss = sum(len(part) * loss_of(model, part, smoothing).item() for part in parts) / len(pairs)
    model.train()
    return loss


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('data')
    whole = dict(layers=2, width=96, heads=4, inner=384, batch=48, window=20, steps=1000, seed=1, every=100, kept=4, threads=1, beam=4)
    for name, value in whole.items():
        parser.add_argument(f'--{name}', type=int, default=value)
    for name, value in dict(factor=0.5, warmup=250.0, dropout=0.1, smoothing=0.1, alpha=0.6).items():
        parser.add_argument(f'--{name}', type=float, default=value)
    parser.add_argument('--norm', choices=['post', 'pre'], default='pre')
    o = parser.parse_args()
    torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)
    rng = random.Random(o.seed)
    with open(o.data, encoding='utf8') as file:
        data = json.load(file)
    train, test = data['train'], data['test']
    model = Transformer(data['vocab'], o)
    print(vars(o), sum(p.numel() for p in model.parameters()), 'parameters', flush=True)
    adam = torch.optim.Adam(model.parameters(), lr=0, betas=(0.9, 0.98), eps=1e-9)
    order, window, kept, spent = [], [], [], 0.0
    for step in range(1, o.steps + 1):
        begun = time.perf_counter()
        if not window:
            if not order:
                order = rng.sample(range(len(train)), len(train))
            # Sorted by length within a window, so that a batch holds little padding.
            pool = sorted((train[k] for k in order[:o.window * o.batch]), key=lambda pair: max(map(len, pair)))
            order = order[o.window * o.batch:]
            window = [pool[at:at + o.batch] for at in range(0, len(pool), o.batch)]
            rng.shuffle(window)
        adam.param_groups[0]['lr'] = o.factor * o.width ** -0.5 * min(step ** -0.5, step * o.warmup ** -1.5)
        loss = loss_of(model, window.pop(), o.smoothing)
        adam.zero_grad()
        loss.backward()
        adam.step()
        spent += time.perf_counter() - begun
        if step % o.every == 0:
            kept = [*kept, copy.deepcopy(model.state_dict())][-o.kept:]
            held = validated(model, data['validation'], o.smoothing)
            print(f'{step} steps, {spent:.0f} s, loss {loss.item():.4f}, validation loss {held:.4f}', flush=True)
    mean = {name: sum(state[name] for state in kept) / len(kept) for name in kept[0]}
    for name, state in dict(last=kept[-1], mean=mean).items():
        model.load_state_dict(state)
        held = validated(model, data['validation'], o.smoothing)
        model.eval()
        places = sorted(range(len(test)), key=lambda k: len(test[k][0]))
        written = [''] * len(test)
        for at in range(0, len(places), 64):
            part = places[at:at + 64]
            for k, ids in zip(part, beam(model, [test[k][0] for k in part], o.beam, o.alpha)):
                written[k] = text_of(ids, data['symbols'])
        score = sacrebleu.metrics.BLEU()
        result = score.corpus_score(written, [data['answers']])
        print(f'{name}: validation loss {held:.4f}, BLEU {result.score:.2f} ({score.get_signature()})', flush=True)


if __name__ == '__main__':
    main()
