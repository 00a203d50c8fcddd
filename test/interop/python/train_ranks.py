"""A rank of a training run on a plan that goes on from its last checkpoint, as a user would write it.

Usage: train_ranks.py PLAN OUT LOADER STEPS PAUSE; RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT are in the
environment. LOADER is "stateful" for torchdata's, "torch" for torch's own, or "trainer" for SeqpackTrainer.
Each step is told when it is done, and takes PAUSE seconds more. The weights are in OUT/weights.pt at the end.
"""

import os
import sys
import time
from pathlib import Path

import torch
import torch.distributed as dist
from torch.utils.data import DataLoader
from torchdata.stateful_dataloader import StatefulDataLoader
from transformers import LlamaConfig, LlamaForCausalLM, TrainerCallback, TrainingArguments, set_seed
from transformers.trainer_utils import get_last_checkpoint

from seqpack_reader.hf import SeqpackTrainer
from seqpack_reader.torch import Batches

PLAN, OUT, LOADER = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
STEPS, PAUSE = int(sys.argv[4]), float(sys.argv[5])
RANK = int(os.environ["RANK"])
SAVE_STEPS = 5


def tiny():
    set_seed(0)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=4096,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=1024,
        )
    )


def told(step):
    print(f"step {step}", flush=True)
    time.sleep(PAUSE)


def save(path, value):
    """All of a file, or none."""
    part = path.with_suffix(".part")
    with open(part, "wb") as file:
        torch.save(value, file)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


def train():
    batches = Batches(PLAN, ["position_ids", "shift_labels"])
    kind = StatefulDataLoader if LOADER == "stateful" else DataLoader
    loader = kind(batches, batch_size=None, num_workers=2)
    model = tiny()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    latest = OUT / "latest.pt"
    if latest.exists():
        state = torch.load(OUT / f"step-{torch.load(latest)}-rank-{RANK}.pt")
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        (loader if LOADER == "stateful" else batches).load_state_dict(state["reader"])
    # A run may end before its plan does.
    for batch in loader:
        step = batch["step"]
        of_model = {name: torch.atleast_2d(batch[name]) for name in ("input_ids", "position_ids")}
        logits = model(**of_model, use_cache=False).logits
        labels = batch["shift_labels"].flatten()
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels, reduction="sum") / batch["step_labels"]
        optimizer.zero_grad()
        loss.backward()
        for parameter in model.parameters():
            dist.all_reduce(parameter.grad)
        optimizer.step()
        done = step + 1
        if done % SAVE_STEPS == 0:
            reader = loader.state_dict() if LOADER == "stateful" else batches.state_after(batch)
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "reader": reader}
            save(OUT / f"step-{done}-rank-{RANK}.pt", state)
            # The checkpoint is there once those of all ranks are.
            dist.barrier()
            if RANK == 0:
                save(latest, done)
        told(step)
        if done == STEPS:
            break
    return model


class Told(TrainerCallback):
    def on_step_end(self, args, state, control, **_):
        told(state.global_step - 1)


def train_by_trainer():
    trainer = SeqpackTrainer(
        model=tiny(),
        args=TrainingArguments(
            str(OUT),
            max_steps=STEPS,
            save_steps=SAVE_STEPS,
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            logging_steps=100,
            learning_rate=1e-2,
            dataloader_num_workers=2,
        ),
        train_dataset=Batches(PLAN, ["position_ids", "labels"]),
        callbacks=[Told()],
    )
    trainer.train(resume_from_checkpoint=get_last_checkpoint(OUT))
    return trainer.accelerator.unwrap_model(trainer.model)


if __name__ == "__main__":
    torch.set_num_threads(1)
    if LOADER == "trainer":
        model = train_by_trainer()
    else:
        dist.init_process_group("gloo")
        model = train()
    if RANK == 0:
        save(OUT / "weights.pt", model.state_dict())
    dist.destroy_process_group()
