"""`highnote serve`: highnote over HTTP, for this machine's own programs (needs the extra `server`)."""
