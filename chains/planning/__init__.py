"""From what is asked to a plan, by rules whose words are tables."""
