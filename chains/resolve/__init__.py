"""From a line item of a plan to the figure of a filing that it means, or a refusal that says why."""
