"""What a run's Trainer is given: its optimiser and its arguments."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from adapters.errors import RecipeError
from adapters.training.config import TrainingRecipe

if TYPE_CHECKING:
    from adapters.training.trainer import Plan


def optimizer_of(parameters: dict[str, Any], recipe: TrainingRecipe, head: tuple[str, ...]) -> Any:
    """AdamW over adapter and head: decay on matrices only, and the head's own learning rate."""
    import torch

    groups: dict[tuple[bool, bool], list[Any]] = {}
    for name, value in parameters.items():
        groups.setdefault((value.ndim > 1, "modules_to_save" in name or any(one in name for one in head)), []).append(
            value
        )
    head_rate = recipe.learning_rate if recipe.head_learning_rate is None else recipe.head_learning_rate
    return torch.optim.AdamW(
        [
            {
                "params": values,
                "lr": head_rate if is_head else recipe.learning_rate,
                "weight_decay": recipe.weight_decay if matrix else 0.0,
            }
            for (matrix, is_head), values in groups.items()
        ],
        fused=True,
    )


def arguments_of(plan: Plan, device: str | None) -> Any:
    """The Trainer's arguments for a plan on a device. Raises RecipeError where the precision needs another device."""
    import torch
    from transformers import TrainingArguments

    recipe = plan.recipe
    on_cpu = device == "cpu" or (device is None and not torch.cuda.is_available())
    if on_cpu and recipe.precision == "fp16":
        raise RecipeError("training.precision fp16 needs a GPU; take fp32 (or bf16, which is slower on most CPUs)")
    made = TrainingArguments(
        output_dir=str(plan.checkpoints),
        per_device_train_batch_size=recipe.batch,
        gradient_accumulation_steps=recipe.accumulation,
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type=recipe.schedule,
        warmup_steps=math.ceil(recipe.warmup * plan.steps),
        max_grad_norm=recipe.max_grad_norm,
        gradient_checkpointing=recipe.gradient_checkpointing,
        bf16=recipe.precision == "bf16",
        fp16=recipe.precision == "fp16",
        eval_strategy="epoch" if plan.validation else "no",
        save_strategy="epoch",
        save_total_limit=2,  # the last whole one stays while the next is written
        logging_strategy="no",
        logging_nan_inf_filter=False,
        seed=plan.seed,
        use_cpu=on_cpu,
        remove_unused_columns=False,
        dataloader_num_workers=0,
        dataloader_pin_memory=not on_cpu,
        report_to="none",
        disable_tqdm=True,
    )
    made._n_gpu = min(1, made.n_gpu)  # several GPUs would each take a batch, and the steps would not be the recipe's
    return made
