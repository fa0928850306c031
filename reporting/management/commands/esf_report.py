"""`esf_report`: the progress report of a project at a cut-off date, as JSON, XLSX, PDF or CSV."""

from __future__ import annotations

import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.utils.translation import override

from grundsteget.commands import Command as ProjectCommand
from grundsteget.commands import Refused, iso_date, write_file
from reporting import documents, rules
from reporting.commands import project_of
from reporting.content import as_json, fingerprint, report_content, report_records
from reporting.facts import facts_as_of
from reporting.indicators import DEFAULT_RULE_SET, RULE_SETS, rule_set_of


class Command(ProjectCommand):
    help = "Compute the ESF progress report of a project at a cut-off date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, metavar="DNR", help="diary number, for example 2015/00254")
        parser.add_argument("--cut-off", required=True, type=iso_date, metavar="YYYY-MM-DD", dest="cut_off")
        parser.add_argument("--rule-set", default=DEFAULT_RULE_SET, choices=list(RULE_SETS), dest="rule_set")
        parser.add_argument("--format", default="json", choices=["json", "xlsx", "pdf", "csv"])
        parser.add_argument("--output", metavar="FILE", help="write here instead of to standard output")
        parser.add_argument("--records", action="store_true", help="one entry per participant, by pseudonym (JSON)")

    def run(self, **options: Any) -> None:
        project, cut_off, format_ = project_of(options["project"]), options["cut_off"], options["format"]
        try:
            rules.check_cut_off(project, cut_off)
        except ValidationError as refusal:
            raise Refused("cut-off", " ".join(refusal.messages), "give another --cut-off") from None
        if options["records"] and format_ != "json":
            raise Refused("records", "only JSON lists them", "use --format json, or leave --records out")
        rule_set = rule_set_of(options["rule_set"])
        with facts_as_of(project, cut_off) as facts:
            content = report_content(project, cut_off, rule_set, facts)
            whole = content | {"records": report_records(facts, rule_set)}
        if format_ == "json":
            data = as_json(whole if options["records"] else content)
        else:
            with override("sv"):
                data = documents.render(format_, content, project=project, fingerprint=fingerprint(whole))
        if options["output"]:
            write_file(options["output"], data)
        else:
            self._print(data, is_text=format_ in {"json", "csv"})

    def _print(self, data: bytes, *, is_text: bool) -> None:
        if is_text:
            self.stdout.write(data.decode(), ending="")
        elif sys.stdout.isatty():
            raise Refused("output", "this format is no text for a terminal", "give --output FILE")
        else:
            sys.stdout.buffer.write(data)
