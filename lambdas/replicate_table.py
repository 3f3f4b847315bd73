"""Answers CloudFormation, which asks for a replica of the table when a second region is set."""

from lambdas import clients
from lambdas.highlights.table_replica import advance
from lambdas.step import Context, Event, logger, step


@step
def handler(event: Event, _: Context) -> Event:
    """`{"RequestType", "ResourceProperties": {"TableName", "ReplicaRegion"}}` to
    `{"PhysicalResourceId", "IsComplete"}`: asked at first and then until it is complete.

    Asked to delete, or left for another region, the replica stays: only a person deletes copies.
    https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html
    """
    asked = event["ResourceProperties"]
    table, region = asked["TableName"], asked["ReplicaRegion"]
    if event["RequestType"] == "Delete":
        logger.info("the replica stays", table=table, region=region)
        return {"PhysicalResourceId": event["PhysicalResourceId"], "IsComplete": True}
    complete = advance(clients.dynamodb(), clients.dynamodb_in(region), table, region)
    logger.info("replica", table=table, region=region, complete=complete)
    return {"PhysicalResourceId": f"{table}/{region}", "IsComplete": complete}
