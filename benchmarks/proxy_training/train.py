"""Trains small decoder-only language models and prints their bits per byte on held-out texts, a JSON line a model.

    python train.py HELD_OUT.npz SHARDS... --seeds N [--size toy|small] [--threads N]

Runs in the environment that `setup` makes. SHARDS are folders that `winnow run` left; each gets a model a seed, which
draws the weights and shuffles the sequences. The model: pre-norm transformer with rotary positions and tied embeddings,
AdamW with a cosine schedule; as GPT-2 and Llama but for its size.
"""

import argparse
import json
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
from torch import nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Size:
    width: int
    layers: int
    heads: int
    batch: int  # sequences a step
    rate: float  # highest learning rate


SIZES = {"toy": Size(64, 2, 4, 4, 6e-3), "small": Size(512, 8, 8, 32, 1e-3)}
WARM_UP = 0.05  # of the steps
WINDOWS = 16  # at once, when a model is tested


class Block(nn.Module):
    def __init__(self, size: Size) -> None:
        super().__init__()
        self.heads = size.heads
        self.norms = nn.ModuleList([nn.LayerNorm(size.width) for _ in range(2)])
        self.qkv = nn.Linear(size.width, 3 * size.width, bias=False)
        self.out = nn.Linear(size.width, size.width, bias=False)
        self.up = nn.Linear(size.width, 4 * size.width, bias=False)
        self.down = nn.Linear(4 * size.width, size.width, bias=False)

    def forward(self, x: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        rows, length, width = x.shape
        parts = self.qkv(self.norms[0](x)).view(rows, length, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(rotated(q, turn), rotated(k, turn), v, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(rows, length, width))
        return x + self.down(F.gelu(self.up(self.norms[1](x))))


def rotated(x: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Rotary positions (Su et al. 2021)."""
    one, other = x.chunk(2, -1)
    cos, sin = turn
    return torch.cat([one * cos - other * sin, one * sin + other * cos], -1)


class Model(nn.Module):
    def __init__(self, size: Size, vocab_size: int) -> None:
        super().__init__()
        self.half = size.width // size.heads // 2
        self.embed = nn.Embedding(vocab_size, size.width)
        self.blocks = nn.ModuleList([Block(size) for _ in range(size.layers)])
        self.norm = nn.LayerNorm(size.width)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                deep = name.endswith(("out.weight", "down.weight"))
                nn.init.normal_(weight, std=0.02 / (math.sqrt(2 * size.layers) if deep else 1))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        angles = torch.outer(
            torch.arange(tokens.shape[1], device=tokens.device),
            10_000 ** (-torch.arange(self.half, device=tokens.device) / self.half),
        )
        x, turn = self.embed(tokens), (angles.cos(), angles.sin())
        for block in self.blocks:
            x = block(x, turn)
        return self.norm(x) @ self.embed.weight.T


def read_sequences(folder: Path) -> np.ndarray:
    """int64 [sequences, seq_len + 1]: each sequence with the token that follows it."""
    found = []
    for path in sorted(folder.glob("train-*.arrow")):
        with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
            table = reader.read_all().combine_chunks()
            for batch in table.to_batches():
                ids = batch.column("input_ids")
                tokens = ids.flatten().to_numpy().reshape(len(ids), -1)
                found.append(np.column_stack([tokens, batch.column("next_token").to_numpy()]).astype(np.int64))
    return np.concatenate(found)


def train(sequences: np.ndarray, size: Size, vocab_size: int, seed: int, device: str) -> Model:
    """One pass over the sequences, in an order that the seed draws."""
    torch.manual_seed(seed)
    model = Model(size, vocab_size).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=size.rate, betas=(0.9, 0.95), weight_decay=0.1)
    order = np.random.default_rng(seed).permutation(len(sequences))
    steps = len(sequences) // size.batch
    for step in range(steps):
        done = step / steps
        slope = min(1.0, (step + 1) / (WARM_UP * steps)) * (0.55 + 0.45 * math.cos(math.pi * done))
        for group in optimizer.param_groups:
            group["lr"] = size.rate * slope
        batch = torch.from_numpy(sequences[order[step * size.batch : (step + 1) * size.batch]]).to(device)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            logits = model(batch[:, :-1])
        loss = F.cross_entropy(logits.float().flatten(0, 1), batch[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return model


@torch.no_grad()
def bits_per_byte(model: Model, tokens: np.ndarray, size_bytes: int, length: int, device: str) -> float:
    """Of texts that follow one another, each behind an end-of-text token; windows do not overlap, and the last one, if
    it is not full, is not counted, nor are its bytes.
    """
    whole = (len(tokens) - 1) // length
    inputs = tokens[: whole * length].reshape(whole, length)
    targets = tokens[1 : whole * length + 1].reshape(whole, length)
    nats = 0.0
    for at in range(0, whole, WINDOWS):
        window = torch.from_numpy(inputs[at : at + WINDOWS].astype(np.int64)).to(device)
        following = torch.from_numpy(targets[at : at + WINDOWS].astype(np.int64)).to(device)
        nats += float(F.cross_entropy(model(window).float().flatten(0, 1), following.flatten(), reduction="sum"))
    return nats / math.log(2) / (size_bytes * whole * length / (len(tokens) - 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("held_out", type=Path)
    parser.add_argument("shards", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--size", choices=SIZES, default="toy")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    size, held_out = SIZES[args.size], dict(np.load(args.held_out))
    for seed in range(args.seeds):
        for folder in args.shards:
            vocab_size = json.loads((folder / "index.json").read_text())["vocab_size"]
            sequences = read_sequences(folder)
            started = time.process_time()
            model = train(sequences, size, vocab_size, seed, device)
            spent = round(time.process_time() - started, 1)
            length = sequences.shape[1] - 1
            names = [name for name in held_out if not name.endswith(" bytes")]
            scores = {n: bits_per_byte(model, held_out[n], int(held_out[f"{n} bytes"]), length, device) for n in names}
            parameters = sum(weight.numel() for weight in model.parameters())
            tokens = len(sequences) // size.batch * size.batch * length
            facts = {"tokens": tokens, "parameters": parameters, "cpu_seconds": spent}
            print(json.dumps({"shards": str(folder), "seed": seed, "scores": scores, **facts}), flush=True)


if __name__ == "__main__":
    main()
