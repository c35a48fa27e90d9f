"""One module a command. Each is light to import; what it needs is imported when it runs."""
