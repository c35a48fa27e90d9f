"""The HTTP API and the page: one process, one application (`application.create_app`), work in bounded pools of threads.

FastAPI is imported by the modules of this package, and they are imported when `finagent serve` runs.
"""
