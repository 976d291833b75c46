"""The cloud: what is deployed, and how it is packaged."""

import os
import sys
from pathlib import Path

# CDK speaks to Node; the one of the development environment is as new as it asks for.
os.environ.setdefault("JSII_NODE", str(Path(sys.executable).with_name("node")))
