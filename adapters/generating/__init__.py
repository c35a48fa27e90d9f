"""Bigger models that write text: a model of transformers on this machine, or a server that speaks OpenAI's protocol."""
