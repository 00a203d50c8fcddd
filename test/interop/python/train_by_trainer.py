"""A rank of a training run by SeqpackTrainer that goes on from its last checkpoint; called as train_by_loop.py, without LOADER."""

import os
import sys
import time

import torch
import torch.distributed as dist
from transformers import LlamaConfig, LlamaForCausalLM, TrainerCallback, TrainingArguments, set_seed
from transformers.trainer_utils import get_last_checkpoint

from seqpack_reader.hf import SeqpackTrainer
from seqpack_reader.torch import Batches

PLAN, OUT, STEPS, PAUSE = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])


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


class Told(TrainerCallback):
    def on_step_end(self, args, state, control, **_):
        print(f"step {state.global_step - 1}", flush=True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    torch.set_num_threads(1)
    trainer = SeqpackTrainer(
        model=tiny(),
        args=TrainingArguments(
            OUT,
            max_steps=STEPS,
            save_steps=5,
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            logging_steps=100,
            learning_rate=1e-2,
            dataloader_num_workers=2,
            ddp_find_unused_parameters=False,
        ),
        train_dataset=Batches(PLAN, ["position_ids", "labels"]),
        callbacks=[Told()],
    )
    trainer.train(resume_from_checkpoint=get_last_checkpoint(OUT))
    if os.environ["RANK"] == "0":
        torch.save(trainer.accelerator.unwrap_model(trainer.model).state_dict(), f"{OUT}/weights.pt")
    # A rank that leaves while another is still at work may be aborted on its way out.
    dist.barrier()
    dist.destroy_process_group()
