//! The neural network: tokenizer, chat template, transformer, LoRA, forward, backward, per-example gradients.
