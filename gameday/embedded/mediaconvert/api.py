"""MediaConvert's HTTP API, version 2017-08-29, for the emulator to route requests to."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.model import OperationModel

from gameday.embedded.mediaconvert.errors import ApiError, BadRequest
from gameday.embedded.mediaconvert.model import route, to_wire
from gameday.embedded.mediaconvert.roles import PASSED_TO, require_caller_may
from gameday.embedded.mediaconvert.service import QUEUE, MediaConvert

Answer = tuple[int, dict[str, str], bytes]
Parameters = dict[str, Any]


class Api:
    """Answers one HTTP request at a time with `handle`."""

    def __init__(self, service: MediaConvert) -> None:
        self._service = service
        self._operations: dict[str, Callable[[Parameters], Parameters]] = {
            "CreateJob": self._create_job,
            "GetJob": self._get_job,
            "ListJobs": self._list_jobs,
            "CancelJob": self._cancel_job,
            "DescribeEndpoints": self._describe_endpoints,
            "GetQueue": self._get_queue,
            "ListQueues": self._list_queues,
            "ListTagsForResource": self._list_tags,
        }

    async def handle(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, list[str]],
    ) -> Answer:
        try:
            operation, parameters = route(method, path, query, body)
            self._authorize(operation, parameters, headers, query)
            if operation.name not in self._operations:
                raise BadRequest([f"the embedded MediaConvert does not implement {operation.name}"])
            result = self._operations[operation.name](parameters)
        except ApiError as error:
            return (
                error.status,
                {"Content-Type": "application/json", "x-amzn-errortype": error.name},
                json.dumps({"message": str(error)}).encode(),
            )
        return (
            operation.http["responseCode"],
            {"Content-Type": "application/json"},
            json.dumps(to_wire(result, operation.output_shape)).encode(),
        )

    def _authorize(
        self,
        operation: OperationModel,
        parameters: Parameters,
        headers: Mapping[str, str],
        query: Mapping[str, list[str]],
    ) -> None:
        """Check the caller's permissions, on the resources of
        https://docs.aws.amazon.com/service-authorization/latest/reference/list_mediaconvert.html
        """
        action = f"mediaconvert:{operation.name}"
        require_caller_may(headers, query, action, self._resource(operation.name, parameters))
        if operation.name == "CreateJob":
            role = parameters["Role"]
            require_caller_may(headers, query, "iam:PassRole", role, PASSED_TO)
            if parameters.get("Tags"):
                jobs = f"{self._service.location}:jobs/*"
                require_caller_may(headers, query, "mediaconvert:TagResource", jobs)

    def _resource(self, operation: str, parameters: Parameters) -> str:
        location = self._service.location
        match operation:
            case "GetJob" | "CancelJob":
                return f"{location}:jobs/{parameters['Id']}"
            case "CreateJob" | "ListJobs":
                queue = parameters.get("Queue", QUEUE)
                return queue if queue.startswith("arn:") else f"{location}:queues/{queue}"
            case "GetQueue":
                return f"{location}:queues/{parameters['Name']}"
            case "ListTagsForResource":
                return parameters["Arn"]
            case "DescribeEndpoints":
                return f"{location}:endpoints/*"
            case _:
                return "*"

    def _create_job(self, parameters: Parameters) -> Parameters:
        return {"Job": self._service.submit(parameters).record()}

    def _get_job(self, parameters: Parameters) -> Parameters:
        return {"Job": self._service.job(parameters["Id"]).record()}

    def _list_jobs(self, parameters: Parameters) -> Parameters:
        queue = parameters.get("Queue")
        jobs, token = self._service.jobs.page(
            self._service.location,
            queue=queue and self._service.queue_arn(queue),
            status=parameters.get("Status"),
            order=parameters.get("Order", "DESCENDING"),
            size=parameters.get("MaxResults", 20),
            token=parameters.get("NextToken"),
        )
        page = {"Jobs": [job.record() for job in jobs]}
        return page | {"NextToken": token} if token else page

    def _cancel_job(self, parameters: Parameters) -> Parameters:
        self._service.cancel(parameters["Id"])
        return {}

    def _describe_endpoints(self, parameters: Parameters) -> Parameters:
        return {"Endpoints": [{"Url": self._service.endpoint_url}]}

    def _get_queue(self, parameters: Parameters) -> Parameters:
        self._service.queue_arn(parameters["Name"])
        return {"Queue": self._service.queue()}

    def _list_queues(self, parameters: Parameters) -> Parameters:
        return {"Queues": [self._service.queue()]}

    def _list_tags(self, parameters: Parameters) -> Parameters:
        arn = parameters["Arn"]
        return {"ResourceTags": {"Arn": arn, "Tags": self._service.tags(arn)}}
