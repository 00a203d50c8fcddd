"""Loads a dataset by the lines of its card, and compares what a model makes of its rows with what
it makes of their sequences alone: python check.py TRAINER DIRECTORY"""

import importlib
import os
import re
import sys
import tempfile
import warnings

from rows import Rows

# Trainers start processes that import this file again.
if __name__ == "__main__":
    trainer, directory = sys.argv[1:]
    warnings.filterwarnings("ignore")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HOME", tempfile.mkdtemp())
    os.chdir(tempfile.mkdtemp())

    card = open(f"{directory}/README.md").read().split("\n## For ")[1]
    lines = re.search(r"```(?:python|yaml)\n(.*?)\n```", card, re.S).group(1)
    lines = lines.replace("path/to/this/directory", directory)
    rows = Rows(directory)
    assert len(rows.all) > 3, "there is too little to compare"
    importlib.import_module(f"check_{trainer.replace('-', '_')}").check(lines, rows)
    print(f"  {trainer}: the same")
