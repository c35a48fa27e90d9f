"""From a question to an answer: plans, figures, programs, and the gate that lets no unsupported number pass."""
