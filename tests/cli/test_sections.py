import click
from click.testing import CliRunner

from ddm.cli.sections import SectionCommand, SectionOption


def test_options_stand_under_their_headings_and_the_rest_last():
    options = [
        click.Argument(["url"]),
        click.Option(["--quiet"], is_flag=True),
        SectionOption(["--name"], section="Files", help="A name."),
        SectionOption(["--proxy"], section="Network"),
        SectionOption(["--dir"], section="Files"),
        SectionOption(["--secret"], section="Files", hidden=True),
    ]
    said = CliRunner().invoke(SectionCommand("get", params=options), ["--help"]).output

    assert said.splitlines()[2:] == [
        "Files:",
        "  --name TEXT  A name.",
        "  --dir TEXT",
        "",
        "Network:",
        "  --proxy TEXT",
        "",
        "Options:",
        "  --quiet",
        "  --help   Show this message and exit.",
    ]
