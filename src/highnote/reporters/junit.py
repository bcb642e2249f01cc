"""JUnit XML, which nearly every CI system shows: a suite a draft, a case a finding, and one that passes where all is well."""

from __future__ import annotations

from junitparser import Attr, Error, Failure, IntAttr, JUnitXml, TestCase, TestSuite

from highnote.finding import Finding
from highnote.reporters.places import Checked, Lines, Results, explained, file_of, printable, title, why_unreadable


class Case(TestCase):
    """A test case with the file and the line that CI systems link to."""

    file = Attr()
    line = IntAttr()


def render(results: Results) -> str:
    """The suites as XML; findings below the fail level are cases that pass, with what they say as output."""
    suites = JUnitXml("highnote")
    for checked in results.checked:
        suites.add_testsuite(_suite(checked))
    for report in results.errors:
        suite = TestSuite(printable(report.name))
        case = _case(report.name, "readable", file_of(report), 1)
        case.result = Error(printable(why_unreadable(report)), "unreadable")
        suite.add_testcase(case)
        suites.add_testsuite(suite)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{suites.tostring().decode()}\n'


def _suite(checked: Checked) -> TestSuite:
    report, lines = checked.report, Lines.of(checked.draft)
    suite = TestSuite(printable(title(report)))
    for finding in report.findings:
        suite.add_testcase(_finding(finding, checked, lines))
    if not report.findings:
        suite.add_testcase(_case(title(report), "nothing to mend", file_of(report), 1))
    return suite


def _finding(finding: Finding, checked: Checked, lines: Lines) -> Case:
    report = checked.report
    line, column = lines.place(finding.start)
    case = _case(title(report), f"{finding.rule} at {line}:{column}", file_of(report), line)
    said = "\n".join([printable(f"{file_of(report)}:{line}:{column}"), *explained(checked, finding)])
    if finding.level.rank >= checked.fail_level.rank:
        failure = Failure(printable(finding.message), f"{finding.level.value} {finding.rule}")
        failure.text = said
        case.result = failure
    else:
        case.system_out = said
    return case


def _case(suite: str, name: str, file: str, line: int) -> Case:
    case = Case(name, printable(suite), 0)
    case.file, case.line = printable(file), line
    return case
