"""The CDK application: turns settings and package into the template, checked by cdk-nag. Makes no calls to AWS.

`python -m infra.app [build/cdk.out]`
"""

import sys
from pathlib import Path

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.package import OUT, ROOT
from infra.settings import StackSettings, stack_settings
from infra.site_files import versioned
from infra.stack import RetinaStack


def synthesise(settings: StackSettings, package: Path, out: Path | None = None) -> App:
    """The application with its one stack, written to `out` or to where CDK's command line wants it.

    Raises if cdk-nag's AwsSolutions checks find anything that `infra.acknowledged` does not accept.
    """
    app = App(outdir=str(out) if out else None)
    files = versioned(ROOT / "site", (out or OUT).with_name("deployed-site"))
    RetinaStack(app, settings=settings, package=package, files=files)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()
    return app


if __name__ == "__main__":
    if not OUT.is_dir():
        sys.exit(f"There is no package in {OUT}: make package.")
    synthesise(stack_settings(), OUT, Path(sys.argv[1]) if sys.argv[1:] else None)
