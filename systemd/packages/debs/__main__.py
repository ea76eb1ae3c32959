"""`python -m debs`: builds what is asked for, and says plainly what could not be built."""

import sys
from itertools import product
from pathlib import Path

import click

from debs.errors import PackageError
from debs.pack import pack
from debs.project import Project
from debs.target import MACHINES, PACKAGES, RELEASES, Target


@click.command()
@click.argument("packages", nargs=-1, type=click.Choice(PACKAGES))
@click.option(
    "--debian",
    "releases",
    multiple=True,
    type=click.Choice(list(RELEASES)),
    help="For this release of Debian.  [default: all]",
)
@click.option(
    "--arch",
    "architectures",
    multiple=True,
    type=click.Choice(list(MACHINES)),
    help="For this processor.  [default: all]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("dist"),
    show_default=True,
    help="Folder for the packages.",
)
def build(
    packages: tuple[str, ...], releases: tuple[str, ...], architectures: tuple[str, ...], out: Path
) -> None:
    """Build the Debian PACKAGES: kiosk, collector, or both."""
    project = Project.at(Path.cwd())
    wanted = product(packages or PACKAGES, releases or RELEASES, architectures or MACHINES)
    targets = [Target(package, RELEASES[release], arch) for package, release, arch in wanted]
    built = [_try(target, project, out.absolute()) for target in targets]
    sys.exit(0 if all(built) else 1)


def _try(target: Target, project: Project, out: Path) -> bool:
    try:
        file = pack(target, project, out)
    except PackageError as error:
        release = f"Debian {target.release.number}, {target.architecture}"
        click.echo(f"NOT BUILT: {target.name} for {release}: {error}", err=True)
        return False
    click.echo(f"{file.stat().st_size / 1e6:7.1f} MB  {file}")
    return True


if __name__ == "__main__":
    build()
