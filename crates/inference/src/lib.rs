//! OpenLoRA: serves many adapters over one base model.
