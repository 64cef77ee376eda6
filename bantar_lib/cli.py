"""The command `bantar`: it parses, calls the library and prints.

Data go to standard output, messages to standard error. A user's mistake is one line and exit
code 1, without a traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from bantar_lib import __version__
from bantar_lib.errors import UserError
from bantar_lib.words import (
    LANGUAGES,
    language,
    room_words,
    translated_argparse,
    user_language,
)

if TYPE_CHECKING:
    import pandas as pd

    from bantar_lib.study import Study
    from bantar_lib.study.recap import Question

_ = room_words("cli")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        # A Windows console of another code page must not stop the run over one letter.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    with language(_asked_language(given) or user_language()):
        with translated_argparse():
            options, more = _parser().parse_known_args(given)
            if more and options.call is not _lab:
                _parser().parse_args(given)  # says which argument nobody knows
            options.more = more
        try:
            code = int(options.call(options))
            sys.stdout.flush()
            return code
        except UserError as fault:
            print(fault, file=sys.stderr)
            return 1
        except (KeyboardInterrupt, EOFError):
            print(_("Stopped. What had finished is kept."), file=sys.stderr)
            return 130
        except BrokenPipeError:  # `bantar … | head`: the reader has had enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except OSError as fault:
            print(f"{fault.filename}: {fault.strerror}", file=sys.stderr)
            return 1


def _asked_language(given: Sequence[str]) -> str | None:
    asked = None  # the last one holds, as argparse has it
    for word, after in zip_longest(given, given[1:], fillvalue=""):
        value = after if word == "--lang" else word.removeprefix("--lang=")
        if word.startswith("--lang") and value in LANGUAGES:
            asked = value
    return asked


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bantar",
        description=_("From a programme's counts and coded evidence to pages that say, for every "
                      "district, what is known, how surely and from what."),
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"bantar {__version__}",
                        help=_("show the version"))  # fmt: skip
    commands = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"), required=True)

    def command(name: str, call: object, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(call=call)
        sub.add_argument("--lang", choices=LANGUAGES, default=None,
                         help=_("language of messages and pages"))  # fmt: skip
        return sub

    command("list", _list, _("list the studies that can be found"))
    check = command("check", _check, _("list every fault of a study, with its remedy"))
    check.add_argument("study", metavar=_("STUDY"), help=_("name or folder of a study"))
    _add_run(command("run", _run, _("evaluate districts: run the notebooks, collect the results")))
    audit = command("audit", _audit, _("recompute the source's own tables and statements"))
    audit.add_argument("study", metavar=_("STUDY"), help=_("name or folder of a study"))
    audit.add_argument("--claims", action="store_true", help=_("the statements, not the tables"))
    audit.add_argument("--all", action="store_true", help=_("also what agrees"))
    _add_report(command("report", _report, _("make a document from what `bantar run` left")))
    _add_export(command("export", _export_crate, _("pack study, results and how they were made as "
                                                   "an RO-Crate")))  # fmt: skip
    _add_site(command("site", _site, _("make a reading site from what `bantar run` left")))
    new = command("new", _new, _("start a study: an empty one, a workbook, or from a recap"))
    _add_new(new)
    _add_code(command("code", _code, _("take codings in from other programs, or give them out")))
    lab = command("lab", _lab, _("open JupyterLab on the notebooks"))
    # Not a REMAINDER, which takes no option that stands first.
    lab.epilog = _("Whatever else is given is passed on to JupyterLab.")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(_("{text} is no whole number from 1", text=text))
    return int(text)


def _add_run(run: argparse.ArgumentParser) -> None:
    run.add_argument("study", metavar=_("STUDY"), help=_("name or folder of a study"))
    run.add_argument("--district", action="extend", nargs="+", metavar=_("NAME"),
                     help=_("code, name or alias; without it all districts and the "
                            "study-wide notebooks"))  # fmt: skip
    run.add_argument("--workers", type=_positive, metavar="N", help=_("notebooks at a time"))
    run.add_argument("--set", action="append", default=[], metavar=_("NAME=VALUE"),
                     help=_("a further parameter of the notebooks"))  # fmt: skip
    run.add_argument("--outputs", default="outputs", metavar=_("FOLDER"),
                     help=_("where the results go (default: outputs)"))  # fmt: skip
    run.add_argument("--force", action="store_true",
                     help=_("also run what is up to date"))  # fmt: skip
    run.add_argument("--dry-run", action="store_true",
                     help=_("only list what would run, and why"))  # fmt: skip
    run.add_argument("--timeout", type=_positive, metavar=_("SECONDS"),
                     help=_("how long one notebook may take"))  # fmt: skip
    run.add_argument("--memory", type=_positive, metavar="MB",
                     help=_("how much memory one notebook may hold"))  # fmt: skip
    run.add_argument("--engine", choices=("auto", "kernel"), default="auto",
                     help=_("kernel: a new Jupyter kernel for each notebook"))  # fmt: skip
    run.add_argument("--scheduler", metavar=_("ADDRESS"),
                     help=_("run on the workers of a Dask cluster"))  # fmt: skip


def _add_report(report: argparse.ArgumentParser) -> None:
    report.add_argument("study", metavar=_("STUDY"), help=_("name or folder of a study"))
    report.add_argument("--district", metavar=_("NAME"),
                        help=_("code, name or alias; without it the whole study"))  # fmt: skip
    report.add_argument("--format", choices=("docx", "pdf", "html", "xlsx"), action="extend",
                        nargs="+", help=_("one or more forms of the report (default: docx); xlsx "
                                          "holds its tables"))  # fmt: skip
    report.add_argument("--outputs", default="outputs", metavar=_("FOLDER"),
                        help=_("where `bantar run` left its results"))  # fmt: skip


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument("study", metavar=_("STUDY"), help=_("name or folder of a study"))
    export.add_argument("--folder", action="store_true", help=_("a folder, not a zip file"))
    export.add_argument("--outputs", default="outputs", metavar=_("FOLDER"),
                        help=_("where `bantar run` left its results"))  # fmt: skip


def _add_site(site: argparse.ArgumentParser) -> None:
    site.add_argument("study", metavar=_("STUDY"), help=_("name or folder of a study"))
    site.add_argument("--outputs", default="outputs", metavar=_("FOLDER"),
                      help=_("where `bantar run` left its results"))  # fmt: skip


def _add_code(code: argparse.ArgumentParser) -> None:
    code.add_argument("way", choices=("import", "export"), help=_("into the study, or out of it"))
    code.add_argument("study", metavar=_("STUDY"), help=_("name or folder of a study"))
    code.add_argument(
        "file",
        metavar=_("FILE"),
        help=_(
            "import: REFI-QDA, Taguette, QualCoder, Excel or Word comments; "
            "export: .qdpx, .qdc, .xlsx or .docx"
        ),
    )
    code.add_argument("--coder", metavar=_("NAME"),
                      help=_("whose log; for an export only this coder's"))  # fmt: skip
    code.add_argument("--map", metavar=_("SHEET"),
                      help=_("which code is which indicator; without it the sheet is written, "
                             "pre-filled"))  # fmt: skip
    code.add_argument("--from", dest="only", metavar=_("NAME"),
                      help=_("only what this coder of the file coded"))  # fmt: skip
    code.add_argument("--source", metavar=_("NAME"),
                      help=_("the source that the file's documents belong to"))  # fmt: skip
    keep = _("keep codes without an indicator as codes of the coder's own")
    code.add_argument("--keep-unmapped", action="store_true", help=keep)
    code.add_argument("--write", action="store_true", help=_("do it; without this only a report"))


def _add_new(new: argparse.ArgumentParser) -> None:
    new.add_argument("folder", metavar=_("FOLDER"), help=_("name or path of the new study"))
    new.add_argument("--title", metavar=_("TEXT"), help=_("the study's title"))
    new.add_argument("--framework", default="grindle", metavar=_("NAME"),
                     help=_("its framework (default: grindle)"))  # fmt: skip
    how = new.add_mutually_exclusive_group()
    how.add_argument("--template", action="store_true",
                     help=_("one Excel workbook to fill in instead of CSV files"))  # fmt: skip
    how.add_argument("--from", dest="recap", metavar="RECAP.xlsx",
                     help=_("read a wide recap as offices keep it"))  # fmt: skip
    new.add_argument("--sheet", metavar=_("NAME"), help=_("the recap's sheet"))
    new.add_argument("--answer", action="append", default=[], metavar=_("KEY=VALUE"),
                     help=_("answer a question about the recap"))  # fmt: skip
    new.add_argument("--synthetic", action="store_true", help=_("the recap's data are made up"))
    new.add_argument("--yes", action="store_true", help=_("take the proposed mapping as it is"))


def _pairs(items: Sequence[str], option: str) -> dict[str, str]:
    pairs = {}
    for item in items:
        name, sign, value = item.partition("=")
        if not sign or not name:
            raise UserError(_("{option} {item}: write it as NAME=VALUE.", option=option, item=item))
        pairs[name.strip()] = value
    return pairs


def _print_table(
    table: pd.DataFrame, put: Callable[[pd.DataFrame], pd.DataFrame] | None = None
) -> None:
    """Print as CSV into a pipe, and on a terminal with headings in words, as `put` puts it."""
    if sys.stdout.isatty():
        table = put(table) if put else table
        print(table.rename(columns=_headings()).fillna("").to_string(index=False))
    else:
        table.to_csv(sys.stdout, index=False, lineterminator="\n")


def _headings() -> dict[str, str]:
    return {
        "name": _("name"), "title_id": _("title (Indonesian)"), "title_en": _("title (English)"),
        "districts": _("districts"), "path": _("folder"), "synthetic": _("made up"),
        "notebook": _("notebook"), "district_id": _("code"), "district": _("district"),
        "status": _("status"), "reason": _("why"), "seconds": _("seconds"), "output": _("file"),
    }  # fmt: skip


def _list(options: argparse.Namespace) -> int:
    from bantar_lib.study import list_studies

    _print_table(list_studies())
    return 0


def _check(options: argparse.Namespace) -> int:
    from bantar_lib.coding import check_conclusions
    from bantar_lib.study import check_study, find_study, load_study

    problems = check_study(find_study(options.study))
    if not any(p.severity == "error" for p in problems):
        problems += check_conclusions(load_study(options.study))
    labels = {"warning": _("warning"), "note": _("note")}
    for problem in problems:
        label = labels.get(problem.severity)
        print(f"{problem} [{label}]" if label else problem)
    errors = sum(p.severity == "error" for p in problems)
    warnings = sum(p.severity == "warning" for p in problems)
    said = [_("{n} error", plural="{n} errors", n=errors),
            _("{n} warning.", plural="{n} warnings.", n=warnings)]  # fmt: skip
    print(*said, sep=", ", file=sys.stderr)
    return 1 if errors else 0


def _run(options: argparse.Namespace) -> int:
    from bantar_lib.batch.warm import stay_single

    stay_single()  # before numpy is imported
    from bantar_lib import batch
    from bantar_lib.batch.progress import Progress, in_words, shortened, summary

    lang = options.lang or "id"
    what = {"parameters": _pairs(options.set, "--set"), "outputs": options.outputs,
            "lang": lang, "force": options.force}  # fmt: skip
    if options.dry_run:
        waiting = batch.list_due(options.study, options.district, **what)
        _print_table(waiting, in_words)
        if waiting.empty:
            print(_("Nothing is to be run: all pages are up to date."), file=sys.stderr)
        return 0
    try:
        with Progress() as progress:
            table = batch.run_batch(
                options.study, options.district, **what, workers=options.workers,
                scheduler=options.scheduler, engine=options.engine, timeout=options.timeout,
                memory_mb=options.memory, on_start=progress.start, on_record=progress.record,
            )  # fmt: skip
    except KeyboardInterrupt:
        print(_("Stopped. What had finished is kept; the same command goes on from there."),
              file=sys.stderr)  # fmt: skip
        return 130
    shown = table.drop(columns="error")
    _print_table(shown, lambda table: in_words(shortened(table)))
    print(summary(table), file=sys.stderr)
    return _end_of_run(table)


def _end_of_run(table: pd.DataFrame) -> int:
    """Say what to look at after a run; return the exit code."""
    failed = int((table["status"] == "failed").sum())
    if failed:
        log = next(p / "run.log" for p in Path(table["output"].iloc[0]).parents
                   if (p / "run.log").exists())  # fmt: skip
        print(_("{n} of {all} notebooks failed; details in {log}",
                n=failed, all=len(table), log=log), file=sys.stderr)  # fmt: skip
    made = table[table["status"] != "failed"]
    if len(made):
        first = made[made["notebook"] == "01_city"]
        page = Path((first if len(first) else made)["output"].iloc[0]).with_suffix(".html")
        print(_("Open {page}", page=page), file=sys.stderr)
    return 1 if failed else 0


def _audit(options: argparse.Namespace) -> int:
    from bantar_lib.audit import audit_claims, audit_tables
    from bantar_lib.study import load_study

    study = load_study(options.study)
    table = audit_claims(study) if options.claims else audit_tables(study)
    if not options.all:
        table = table[~table["verdict"].isin(["agrees", "agrees_rounded"])]
    _print_table(table)
    return 0


def _report(options: argparse.Namespace) -> int:
    from bantar_lib.publish import write_report
    from bantar_lib.study import load_study

    study = load_study(options.study)
    for wanted in dict.fromkeys(options.format or ["docx"]):
        print(write_report(study, options.district, format=wanted, lang=options.lang or "id",
                           outputs=Path(options.outputs),
                           tell=lambda line: print(line, file=sys.stderr)))  # fmt: skip
    return 0


def _export_crate(options: argparse.Namespace) -> int:
    from bantar_lib.publish.crate import write_crate
    from bantar_lib.study import load_study

    crate = write_crate(
        load_study(options.study),
        lang=options.lang,
        outputs=Path(options.outputs),
        folder=options.folder,
    )
    for reason, n in sorted(crate.kept_back.items()):
        print(_("Kept back: {n} {reason}", n=n, reason=reason), file=sys.stderr)
    print(crate.path)
    return 0


def _site(options: argparse.Namespace) -> int:
    from bantar_lib.publish.site import build_site
    from bantar_lib.study import load_study

    def tell(line: str) -> None:
        print(line, file=sys.stderr)

    site = build_site(load_study(options.study), outputs=Path(options.outputs), tell=tell)
    for warning in site.warnings:
        tell(warning)
    print(site.first_page)
    return 0


def _new(options: argparse.Namespace) -> int:
    from bantar_lib.study import check_study

    lang = options.lang or user_language()
    if options.recap:
        folder = _from_recap(options, lang)
    else:
        from bantar_lib.study.scaffold import new_study

        folder = new_study(
            options.folder,
            title=options.title,
            framework=options.framework,
            workbook=options.template,
            lang=lang,
        )
    print(folder)
    for problem in check_study(folder):
        print(problem, file=sys.stderr)
    tables = [] if options.recap else sorted(p.name for p in folder.glob("*.[cx]*"))
    print(_("Next: fill in {files}, then  bantar check {study}  and  bantar run {study}",
            files=", ".join(["study.yml", *tables]), study=folder), file=sys.stderr)  # fmt: skip
    return 0


def _from_recap(options: argparse.Namespace, lang: str) -> Path:
    """Read a recap, show what its columns are taken as, ask what it cannot tell."""
    from bantar_lib.study.recap import (
        assumptions,
        open_questions,
        propose_mapping,
        read_recap,
        settled,
        study_from_recap,
    )

    mapping = propose_mapping(read_recap(Path(options.recap), options.sheet))
    answers = _pairs(options.answer, "--answer")
    if options.title:
        answers.setdefault("title", options.title)
    by_column = {k: v for k, v in answers.items() if k.startswith("column.")}
    print(settled(mapping, by_column).table().to_string(index=False), file=sys.stderr)
    if sys.stdin.isatty() and not options.yes:
        for question in open_questions(settled(mapping, by_column)):
            if question.key not in answers:
                answers[question.key] = _ask(question)
    folder = study_from_recap(
        mapping,
        options.folder,
        answers=answers,
        framework=options.framework,
        synthetic=options.synthetic,
        lang=lang,
    )
    for line in assumptions(mapping, answers):
        print(line, file=sys.stderr)
    return folder


def _ask(question: Question) -> str:
    """Ask on the terminal until the answer is one of the choices."""
    print(f"\n{question.text}", file=sys.stderr)
    for value, meaning in question.choices.items():
        print(f"  {value}  {meaning}", file=sys.stderr)
    while True:
        hint = f" [{question.default}]" if question.default is not None else ""
        print(f"{question.key}{hint}: ", end="", file=sys.stderr, flush=True)
        value = input().strip() or question.default or ""
        free = not question.choices or question.key == "year"
        if value and (free or value in question.choices):
            return value


def _code(options: argparse.Namespace) -> int:
    from bantar_lib.study import load_study

    study = load_study(options.study)
    path = Path(options.file)
    return (
        _export(study, path, options) if options.way == "export" else _import(study, path, options)
    )


def _export(study: Study, path: Path, options: argparse.Namespace) -> int:
    from bantar_lib import exchange

    if path.suffix == ".docx":
        exchange.write_quote_tables(study, path, coder=options.coder)
    elif path.suffix == ".xlsx":
        _tell(exchange.write_workbook(study, path).table())
    else:
        _tell(exchange.write_refi(study, path, coder=options.coder).table())
    print(path)
    return 0


def _import(study: Study, path: Path, options: argparse.Namespace) -> int:
    from bantar_lib import exchange

    found = exchange.read_any(path)
    if not options.map:
        sheet = path.with_name(f"{path.stem}_map.csv")
        proposed = exchange.propose_code_map(found, study.framework)
        print(exchange.write_code_map(proposed, sheet, study.framework))
        print(_("Look through the sheet, write yes beside each row that is right, and call again "
                "with --map {sheet}", sheet=sheet), file=sys.stderr)  # fmt: skip
        return 0
    if not options.coder:
        raise UserError(_("Say whose log the codings go into: --coder NAME"))
    report = exchange.import_codings(
        study.path, found, options.map, coder=options.coder, only=options.only,
        source=options.source, keep_unmapped=options.keep_unmapped, dry_run=not options.write,
    )  # fmt: skip
    _print_table(report.table())
    _tell(report.unmapped)
    _tell(report.unplaced)
    for note in report.notes:
        print(note, file=sys.stderr)
    if not options.write:
        print(_("Nothing is written yet; add --write to do it."), file=sys.stderr)
    return 0


def _tell(table: pd.DataFrame) -> None:
    if len(table):
        print(table.fillna("").to_string(index=False), file=sys.stderr)


def _lab(options: argparse.Namespace) -> int:
    from bantar_lib.lab.jupyter import open_lab

    return open_lab(options.more)
