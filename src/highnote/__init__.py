"""highnote: a linter for draft support e-mails."""
