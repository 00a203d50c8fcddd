"""A tokenizer for trainers that want one beside rows of tokens."""

from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast


def tiny():
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel({"<eos>": 0}, unk_token="<eos>")),
        eos_token="<eos>",
        pad_token="<eos>",
    )
