"""Writes the reference vectors of the network: a tiny random Llama of the
transformers library with a PEFT adapter, and what those libraries compute.

Usage: python make.py   (needs torch, transformers, peft, safetensors)
Everything lands beside this file: model/, adapter/, gradients, expected.json.
"""

import json
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

HERE = Path(__file__).parent
SPECIALS = ["<|bos|>", "<|im_start|>", "<|im_end|>", "<|pad|>"]
TEMPLATE = (
    "{% for message in messages %}"
    "<|im_start|>{{ message.role }}\n{{ message.content | trim }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TEXTS = [
    "Hello, world!",
    "  two  spaces, tabs\tand\nlines\r\n",
    "naïve café – 東京 🦀🏳️‍🌈",
    "x<|im_end|>y",
    "",
]
MESSAGES = [
    {"role": "system", "content": "You are terse."},
    {"role": "user", "content": " What is 2+2? \n"},
    {"role": "assistant", "content": "4"},
    {"role": "user", "content": "東京?"},
]


def write_tokenizer(folder):
    """A byte-level BPE with a few merges and the special tokens."""
    visible = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    hidden = [byte for byte in range(256) if byte not in visible]
    letters = [chr(byte) for byte in visible] + [chr(256 + i) for i in range(len(hidden))]
    # Four rare bytes that valid UTF-8 never holds give their places to merges.
    by_byte = dict(zip(visible + hidden, letters))
    letters = [by_byte[byte] for byte in range(256)]
    merges = [["l", "l"], ["h", "e"], ["Ġ", "t"], ["ç", "ı"]]
    replaced = [by_byte[byte] for byte in (0xC0, 0xC1, 0xF5, 0xFF)]
    vocab = {letter: i for i, letter in enumerate(letters)}
    for (left, right), letter in zip(merges, replaced):
        vocab[left + right] = vocab.pop(letter)
    specials = [
        {"id": 256 + i, "content": content, "single_word": False, "lstrip": False,
         "rstrip": False, "normalized": False, "special": True}
        for i, content in enumerate(SPECIALS)
    ]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": specials,
        "normalizer": None, "pre_tokenizer": byte_level, "post_processor": None,
        "decoder": byte_level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
                  "ignore_merges": False, "vocab": vocab, "merges": merges},
    }
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 128,
        "bos_token": "<|bos|>", "eos_token": "<|im_end|>", "pad_token": "<|pad|>",
        "chat_template": TEMPLATE, "clean_up_tokenization_spaces": False,
    }
    folder.mkdir(exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False, indent=1))
    (folder / "tokenizer_config.json").write_text(json.dumps(config, ensure_ascii=False, indent=1))


def sum_loss(model, tokens, loss_from):
    """Summed cross-entropy, in nats, of the tokens from index loss_from on."""
    logits = model(tokens[None]).logits[0]
    return torch.nn.functional.cross_entropy(
        logits[loss_from - 1 : -1], tokens[loss_from:], reduction="sum"
    )


def main():
    torch.manual_seed(1)
    torch.use_deterministic_algorithms(True)
    config = LlamaConfig(
        hidden_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        intermediate_size=128, vocab_size=260, max_position_embeddings=128, rms_norm_eps=1e-5,
        tie_word_embeddings=True, initializer_range=0.15, bos_token_id=256, eos_token_id=258,
        attn_implementation="eager",
    )
    base = LlamaForCausalLM(config).float()
    with torch.no_grad():
        for name, weight in base.named_parameters():
            if "norm" in name:
                weight.add_(0.2 * torch.randn_like(weight))
    base.save_pretrained(HERE / "model")
    (HERE / "model" / "generation_config.json").unlink(missing_ok=True)
    write_tokenizer(HERE / "model")

    tokens, loss_from = torch.randint(0, 256, (90,)), 60
    base.zero_grad()
    base_loss = sum_loss(base, tokens, loss_from)
    base_loss.backward()
    gradients = {name: weight.grad.clone() for name, weight in base.named_parameters()}
    save_file(gradients, HERE / "base_gradients.safetensors")
    with torch.no_grad():
        base_logits = base(tokens[None]).logits[0]

    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    model = get_peft_model(base, LoraConfig(
        r=4, lora_alpha=6, target_modules=targets, lora_dropout=0.0, task_type="CAUSAL_LM",
    ))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(0, 0.2)
    model.save_pretrained(HERE / "adapter")
    (HERE / "adapter" / "README.md").unlink(missing_ok=True)
    loss = sum_loss(model, tokens, loss_from)
    loss.backward()
    lora = {name.replace(".default", ""): weight.grad.clone()
            for name, weight in model.named_parameters() if "lora_" in name}
    save_file(lora, HERE / "adapter_gradients.safetensors")
    with torch.no_grad():
        logits = model(tokens[None]).logits[0]

    tokenizer = AutoTokenizer.from_pretrained(HERE / "model")
    round_floats = lambda rows: [[round(x, 6) for x in row] for row in rows.tolist()]
    expected = {
        "tokens": tokens.tolist(), "loss_from": loss_from,
        "base_loss": base_loss.item(), "adapter_loss": loss.item(),
        # Every tenth position: enough, and small.
        "positions": list(range(0, 90, 10)) + [89],
        "base_logits": round_floats(base_logits[list(range(0, 90, 10)) + [89]]),
        "adapter_logits": round_floats(logits[list(range(0, 90, 10)) + [89]]),
        "texts": [{"text": text, "tokens": tokenizer.encode(text, add_special_tokens=False)}
                  for text in TEXTS],
        "messages": MESSAGES,
        "rendered": tokenizer.apply_chat_template(MESSAGES, tokenize=False, add_generation_prompt=True),
    }
    (HERE / "expected.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
