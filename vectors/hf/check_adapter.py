"""Loads an adapter that our trainer wrote with PEFT and compares the logits.

Usage: python check_adapter.py FOLDER   (as `--example adapter` of the trainer
crate wrote it; needs torch, transformers, peft)
"""

import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import LlamaForCausalLM

folder = Path(sys.argv[1])
check = json.loads((folder / "check.json").read_text())
base = LlamaForCausalLM.from_pretrained(Path(__file__).parent / "model", attn_implementation="eager")
tokens = torch.tensor([check["tokens"]])
with torch.no_grad():
    plain = base(tokens).logits[0]
    tuned = PeftModel.from_pretrained(base.float(), folder)(tokens).logits[0]
ours = torch.tensor(check["logits"]).reshape(tuned.shape)
error = (ours - tuned).abs().max().item()
change = (plain - tuned).abs().max().item()
print(f"largest difference {error:.2e}; the adapter changes logits by up to {change:.2f}")
sys.exit(0 if error < 1e-3 and change > 1 else 1)
