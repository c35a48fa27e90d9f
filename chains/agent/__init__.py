"""The agent: tools, a model that calls them, memory, and what a conversation gives back."""
