"""From a request to its steps, by rules over words of a table: no model is needed to choose tools.

`planner` plans requests, each by a `request.Planning`. That class is made of layers, each of which knows those before
it: `parts` divides the request, `questions` asks the reports, `operands`, `developments` and `calculating` compute,
`looking_up`, `reading_news`, `searching`, `documents` and `comparing` are the other tools, `branches` and `conditions`
the "if ... otherwise". What words they go by is in `planning.toml`, beside this folder.
"""

from chains.agent.planning.planner import RequestPlanner

__all__ = ["RequestPlanner"]
