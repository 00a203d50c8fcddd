"""Ids of texts by mistral-common and tiktoken: check_vocabularies.py DIRECTORY, which texts.json is in.

Writes the files of tokenizers and what ids they give: tekken.json of mistral-common, with its first tokens
as ranks of tiktoken too.
"""

import base64
import json
import shutil
import sys
from pathlib import Path

import mistral_common
import tiktoken
from mistral_common.tokens.tokenizers.tekken import Tekkenizer
from tiktoken_ext import openai_public


def pattern_of(name):
    """The expression of an encoding, without fetching its ranks."""
    openai_public.load_tiktoken_bpe = lambda *args, **kwargs: {}
    return getattr(openai_public, name)()["pat_str"]


directory = Path(sys.argv[1])
texts = json.loads((directory / "texts.json").read_text())
tekken = Path(mistral_common.__file__).parent / "data" / "tekken_240911.json"
shutil.copy(tekken, directory / "tekken.json")
model = Tekkenizer.from_file(tekken)

vocabulary = json.loads(tekken.read_text())["vocab"]
ids = {"tekken.json": [model.encode(text, bos=False, eos=False) for text in texts]}
# As many ranks as the encoding of that name has ids before its special tokens, or all.
for name, ranks, pattern in [
    ("r50k_base", 50256, openai_public.r50k_pat_str),
    ("cl100k_base", 100256, pattern_of("cl100k_base")),
    ("o200k_base", 150000, pattern_of("o200k_base")),
]:
    chosen = vocabulary[:ranks]
    (directory / f"{name}.tiktoken").write_text(
        "".join(f"{token['token_bytes']} {token['rank']}\n" for token in chosen)
    )
    encoding = tiktoken.Encoding(
        name,
        pat_str=pattern,
        mergeable_ranks={base64.b64decode(token["token_bytes"]): token["rank"] for token in chosen},
        special_tokens={},
    )
    ids[f"{name}.tiktoken"] = [encoding.encode(text, disallowed_special=()) for text in texts]
(directory / "ids.json").write_text(json.dumps(ids))
