"""The cloud deployment: the AWS stack and the Lambda package."""

import os
import sys
from pathlib import Path

# CDK runs Node; the development environment has a version that is new enough.
os.environ.setdefault("JSII_NODE", str(Path(sys.executable).with_name("node")))
