import { registry } from "../../core/registry.js";
import { byExport, byReader, type OtherTrainer } from "./other-trainer.js";

const entries = {
	"megatron-lm": byExport({
		title: "Megatron-LM",
		to: "megatron",
		tried: "megatron-core 0.16.1, IndexedDataset and GPTDataset",
		key: "add_extra_token_to_sequence=False",
		traps: [
			"GPTDataset shuffles: the order of rows is not that of the file.",
			"With context parallelism over packed rows, use `seqpack batches` with shares by document instead.",
		],
	}),
	"olmo-core": byExport({
		title: "OLMo-core",
		to: "olmo",
		tried: "3.0.0, its packed dataset, with masks",
		key: "use_array_if_local=False",
	}),
	"llm-foundry": byExport({
		title: "llm-foundry, Composer",
		to: "mds",
		tried: "mosaicml-streaming 0.13.0; llm-foundry was read, not run",
		key: 'StreamingDataset(local=".", split="train", batch_size=...)',
	}),
	litgpt: byExport({
		title: "LitGPT",
		to: "litdata",
		tried: "litdata 0.2.76; LitGPT was not run",
		key: "TokensLoader(block_size=8192)",
	}),
	nanotron: byExport({
		title: "nanotron",
		to: "datatrove",
		tried: "datatrove 0.10.1, whose files it reads; nanotron was not run",
		key: "seq_len=8191",
	}),
	nanogpt: byExport({
		title: "nanoGPT",
		to: "nanogpt",
		tried: "not run: the file is read the way its train.py does",
		key: 'np.memmap("train.bin", dtype=np.uint16, mode="r")',
	}),
	"llm-c": byExport({
		title: "llm.c, modded-nanogpt",
		to: "llm-c",
		language: "sh",
		tried: "not run: shards are read the way modded-nanogpt does",
		key: '-i "train_*.bin"',
	}),
	torchtitan: byReader({
		title: "torchtitan",
		meaning: "its data loader, over a plan",
		tried: "0.3.0, its loader, with and without workers",
		key: 'SeqpackDataLoader.Config(plan="plan/")',
		lines: [
			"from seqpack_reader.titan import SeqpackDataLoader",
			'config.dataloader = SeqpackDataLoader.Config(plan="plan/")',
		],
		traps: [
			"Its own loader tokenizes text.",
			"The plan sets the rows of a step: local_batch_size changes nothing.",
		],
	}),
	grain: byReader({
		title: "Grain, JAX",
		meaning: "a source with random access: item i is step i",
		tried: "grain 0.2.18",
		key: "grain.MapDataset.source(batches)",
		lines: [
			"import grain",
			"import jax",
			"from seqpack_reader.grain import Batches",
			'batches = Batches("plan/", rank=jax.process_index(), world_size=jax.process_count())',
			"steps = grain.MapDataset.source(batches)",
		],
		traps: [
			"Do not shuffle or batch it: the plan has done both.",
			"Without rank and world_size, every process gets the whole step.",
		],
	}),
	pytorch: byReader({
		title: "PyTorch",
		meaning: "an IterableDataset that resumes, with any number of workers",
		tried: "torch 2.15, torchdata 0.11",
		key: "StatefulDataLoader(batches, batch_size=None, num_workers=4)",
		lines: [
			"from seqpack_reader.torch import Batches",
			"from torchdata.stateful_dataloader import StatefulDataLoader",
			"",
			'batches = Batches("plan/", columns=["position_ids", "labels"])',
			"loader = StatefulDataLoader(batches, batch_size=None, num_workers=4)",
		],
		traps: [
			"Labels are not shifted: models of transformers shift them, a loss of your own has to.",
			"Divide the sum of the losses by step_labels: the mean of the ranks' means is a different number.",
			"With tensor or pipeline parallelism, give the rank and world_size of the data-parallel group.",
		],
	}),
};

/** Every trainer that has a page and no `--for`. A new one is an entry here. */
export const otherTrainers = registry<keyof typeof entries, OtherTrainer>(
	"trainer",
	entries,
);
