"""Lint a reply from Python: run `python examples/use_library.py` in the project's folder."""

from pathlib import Path

import highnote

DRAFTS = Path(__file__).parent / "drafts"

# One text, with the default linter, which is made once.
report = highnote.lint("Hi Martha,\n\nAs I said on the phone, the refund takes five days.\n\nRegards,\nTom Alder\n")
for finding in report.findings:
    print(f"{finding.level.value}: {finding.message}")
print(report.rewritten)

# A linter of your own choices, made once and used for many drafts; it may be shared between threads.
linter = highnote.Linter(highnote.Config(level=highnote.Level.INFO, ignore=("courtesy/slang",)))
thread = [highnote.Message(sender="customer", text="Where is my refund? I have waited for two weeks.")]
report = linter.lint(DRAFTS / "late-refund.txt", thread=thread)
print(f"{len(report.findings)} findings, of which {len(report.at_least(highnote.Level.ERROR))} are errors")

# Many drafts, one at a time in memory.
for report in linter.lint_many(sorted(DRAFTS.iterdir())):
    print(Path(report.name).name, [finding.rule for finding in report.findings])
