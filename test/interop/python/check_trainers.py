"""Transformers and torchtitan with the reader, on the CPU. Called with the directory that
reader-plans.mjs has written to; under torchrun, on two ranks."""

import os
import sys
import tempfile
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM, TrainerCallback, TrainingArguments, set_seed

from seqpack_reader import Dataset, Plan
from seqpack_reader.hf import PackedCollator, SeqpackTrainer
from seqpack_reader.torch import Batches

directory = Path(sys.argv[1])


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


def check_collator():
    """Packed rows give the logits and labels of documents alone."""
    for name in ("masked", "masked-packing"):
        dataset = Dataset(directory / name)
        rows = [{key: value.tolist() for key, value in dataset[i].items()} for i in range(3)]
        batch = PackedCollator()(rows)
        model = tiny().double()
        logits = model(batch["input_ids"], position_ids=batch["position_ids"], use_cache=False).logits[0]
        start = 0
        for row in rows:
            at = 0
            for length in row["seq_lengths"]:
                ids = torch.tensor([row["input_ids"][at : at + length]])
                alone = model(ids, use_cache=False).logits[0]
                torch.testing.assert_close(logits[start : start + length], alone)
                mask = row["loss_mask"][at : at + length]
                due = [int(i) if m else -100 for i, m in zip(ids[0], mask, strict=True)]
                assert batch["labels"][0, start : start + length].tolist() == due
                at += length
                start += length
    shifted = {"input_ids": [5, 6, 7, 8], "seq_lengths": [2, 2], "loss_mask": [1, 0, 1, 0]}
    try:
        PackedCollator()([shifted])
    except ValueError as error:
        assert "--shift" in str(error)
    else:
        raise AssertionError("masks that are shifted are taken for others")
    print("  transformers: collator")


class Seen(TrainerCallback):
    def __init__(self, stop_at):
        self.stop_at = stop_at

    def on_step_end(self, args, state, control, **_):
        if state.global_step == self.stop_at:
            control.should_training_stop = True


def trained(out, plan, stop_at=None, resume=False):
    batches = Batches(plan, ["position_ids", "labels"])
    given = []
    read = batches.plan.batch
    batches.plan.batch = lambda step, *rest: given.append(step) or read(step, *rest)
    trainer = SeqpackTrainer(
        model=tiny(),
        args=TrainingArguments(
            out,
            max_steps=8,
            save_steps=4,
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            logging_steps=100,
            learning_rate=1e-2,
        ),
        train_dataset=batches,
        callbacks=[Seen(stop_at)],
    )
    trainer.train(resume_from_checkpoint=resume or None)
    weights = torch.cat([p.detach().flatten() for p in trainer.model.parameters()])
    return weights, given


def check_trainer():
    """A run that is stopped and goes on has the weights of one that is not."""
    for name in ("mixed", "flat-masked"):
        plan = directory / f"plan-{name}"
        shared = os.environ.get("CHECK_OUT") or tempfile.mkdtemp()
        weights, given = trained(f"{shared}/{name}-whole", plan)
        assert given == list(range(8)), given
        trained(f"{shared}/{name}-cut", plan, stop_at=4)
        resumed, _ = trained(f"{shared}/{name}-cut", plan, resume=True)
        assert torch.equal(weights, resumed), name
    print(f"  transformers: trainer, rank {os.environ.get('RANK', 0)} of {os.environ.get('WORLD_SIZE', 1)}")


def check_titan():
    # On two ranks it is not wanted.
    from seqpack_reader.titan import SeqpackDataLoader

    path = directory / "plan-plus"
    plan = Plan(path)
    for workers in (0, 2):
        config = SeqpackDataLoader.Config(plan=str(path), num_workers=workers)
        options = {"dp_world_size": 2, "dp_rank": 1, "tokenizer": None, "seq_len": 256, "local_batch_size": 4}
        loader = config.build(**options)
        given = []
        for step, (inputs, labels) in enumerate(loader):
            ids = torch.from_numpy(plan.batch(step, 1, 2)["input_ids"]).long()
            assert torch.equal(inputs["input"], ids[:, :-1]) and torch.equal(labels, ids[:, 1:])
            assert inputs["positions"].shape == labels.shape
            given.append(labels)
            if step == 10:
                state = loader.state_dict()
        assert len(given) == len(plan)
        loader = config.build(**options)
        loader.load_state_dict(state)
        rest = [labels for _, labels in loader]
        assert len(rest) == len(plan) - 11
        assert all(map(torch.equal, rest, given[11:]))
    print("  torchtitan: loader, with and without workers")


if __name__ == "__main__":
    check_trainer()
    if "RANK" not in os.environ:
        check_collator()
        check_titan()
