"""finagent's read tools and documents for other programs' models: a server of the Model Context Protocol."""
