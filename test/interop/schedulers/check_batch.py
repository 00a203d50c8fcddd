"""Checks calls of AWS Batch against botocore's model of the service, without asking it.

Arguments: the operation, a file with its parameters as JSON. botocore knows types, names, and what is
required; names of values are checked here, as the service does.
"""

import json
import sys

import botocore.session
from botocore.validate import ParamValidator


def unknown_values(value, shape, path):
    if shape.type_name == "structure":
        for name, part in value.items():
            yield from unknown_values(part, shape.members[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for i, part in enumerate(value):
            yield from unknown_values(part, shape.member, f"{path}[{i}]")
    elif shape.type_name == "map":
        for name, part in value.items():
            yield from unknown_values(part, shape.value, f"{path}.{name}")
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        yield f"{path} is {value!r}, and none of {', '.join(shape.enum)}"


operation, file = sys.argv[1:]
with open(file) as opened:
    given = json.load(opened)
model = botocore.session.Session().get_service_model("batch").operation_model(operation)
report = ParamValidator().validate(given, model.input_shape)
faults = [report.generate_report()] if report.has_errors() else list(unknown_values(given, model.input_shape, operation))
sys.exit("\n".join(faults) or None)
