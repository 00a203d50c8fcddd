"""Draws tokenizers whose files name tokens that tokenizer.json lacks, and says what transformers makes of them.

    python record_special_tokens.py COUNT SEED

writes JSON: a tokenizer.json that all share, and of each case what differs, the texts and their ids. What
transformers refuses is left out.
"""

import contextlib
import io
import json
import random
import sys
import tempfile
from pathlib import Path

from tokenizers.pre_tokenizers import ByteLevel
from transformers import PreTrainedTokenizerFast

NAMES = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]
FLAGS = ["single_word", "lstrip", "rstrip", "normalized", "special"]
CONTENTS = ["<a>", "<b>", "<c>", "<d>", "<ab>", "<a><b>", "<v>", "<w>", "ab", "é<"]
PARTS = [*CONTENTS, *"ab <>cé1\n", "e\u0301<", "  ", "word"]


def base():
    alphabet = sorted(ByteLevel.alphabet())
    tokens = [*alphabet, "ab", "<v>", "<w>"]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE",
            "vocab": {token: i for i, token in enumerate(tokens)},
            "merges": ["a b"],
        },
    }


class Draw:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, share):
        return self.random.random() < share

    def flags(self, share=1.0):
        return {flag: self.chance(0.3) for flag in FLAGS if self.chance(share)}

    def content(self):
        return self.random.choice(CONTENTS)

    def named(self, marked):
        """A token as a file names it; where it is marked, an object has its type."""
        if self.chance(0.6):
            return self.content()
        token = {"content": self.content(), **self.flags(0.7)}
        return {"__type": "AddedToken", **token} if marked else token

    def tokens(self, most, marked):
        return [self.named(marked) for _ in range(self.random.randrange(most))]

    def fields(self, marked):
        fields = {name: self.named(marked) for name in NAMES if self.chance(0.25)}
        if self.chance(0.3):
            fields["additional_special_tokens"] = self.tokens(3, marked)
        return fields

    def case(self, vocabulary):
        size = len(vocabulary)
        chosen = self.random.sample(CONTENTS, self.random.randrange(4))
        added = []
        for content in chosen:
            id = vocabulary.get(content, size)
            size += id == size
            added.append({"id": id, "content": content, **{flag: False for flag in FLAGS}, **self.flags()})
        config = self.fields(True)
        if self.chance(0.3):
            config["image_token"] = self.content()
        if self.chance(0.2):
            config["extra_special_tokens"] = (
                self.tokens(3, True) if self.chance(0.5) else {"audio_token": self.content()}
            )
        if self.chance(0.5):
            decoder = {str(token["id"]): {k: token[k] for k in token if k != "id"} for token in added}
            have = set(chosen)
            for content in self.random.sample(CONTENTS, 3):
                if content in have or content in vocabulary:
                    continue
                have.add(content)
                decoder[str(size)] = {"content": content, **self.flags(0.9)}
                size += 1
            config["added_tokens_decoder"] = decoder
        map = self.fields(False) if self.chance(0.5) else None
        texts = ["".join(self.random.choices(PARTS, k=self.random.randrange(1, 9))) for _ in range(4)]
        return {
            "normalizer": {"type": "NFC"} if self.chance(0.3) else None,
            "added_tokens": added,
            "config": config if self.chance(0.85) else None,
            "map": map,
            "texts": texts,
        }


def answer(shared, case):
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        own = {key: case[key] for key in ("normalizer", "added_tokens")}
        files = {
            "tokenizer.json": {**shared, **own},
            "tokenizer_config.json": case["config"],
            "special_tokens_map.json": case["map"],
        }
        for file, content in files.items():
            if content is not None:
                (directory / file).write_text(json.dumps(content))
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                tokenizer = PreTrainedTokenizerFast.from_pretrained(name)
        except (TypeError, ValueError, AttributeError):
            return None

        def ids(split):
            return [
                tokenizer.encode(text, add_special_tokens=False, split_special_tokens=split)
                for text in case["texts"]
            ]

        return {
            **case,
            "size": len(tokenizer),
            "bos": tokenizer.bos_token_id,
            "eos": tokenizer.eos_token_id,
            "ids": ids(False),
            "split": ids(True),
        }


def main(count, seed):
    shared = base()
    cases = []
    for i in range(count):
        case = answer(shared, Draw(seed * 1_000_000 + i).case(shared["model"]["vocab"]))
        if case is not None:
            cases.append(case)
    json.dump({"tokenizer": shared, "cases": cases}, sys.stdout, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
