"""References and metrics that templates and functions rely on."""

from typing import Any

from account import Account


def secret(**properties: str) -> dict[str, Any]:
    return {"Type": "AWS::SecretsManager::Secret", "Properties": properties}


def test_a_reference_to_a_secret_is_its_arn(account: Account):
    secrets = account.client("secretsmanager")
    reference = {"Ref": "Key"}

    created = account.deploy("create_stack", "storage", {"Key": secret()}, Key=reference)
    described = {"Key": secret(Description="the provider's")}
    updated = account.deploy("update_stack", "storage", described, Key=reference)

    [output] = created["Outputs"]
    assert secrets.describe_secret(SecretId=output["OutputValue"])["ARN"] == output["OutputValue"]
    assert updated["StackStatus"] == "UPDATE_COMPLETE"
    assert updated["Outputs"] == [output]
    account.client("cloudformation").delete_stack(StackName="storage")
    assert account.settled(created["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    assert secrets.list_secrets()["SecretList"] == []


def test_a_role_reads_a_secret_through_the_reference_in_its_policy(account: Account):
    role = account.role("lambda")
    grant = {
        "PolicyName": "grant",
        "Roles": [role.rsplit("/", 1)[-1]],
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": "secretsmanager:GetSecretValue",
                "Resource": {"Ref": "Key"},
            },
        },
    }
    resources = {
        "Key": secret(SecretString="s3cret"),
        "Grant": {"Type": "AWS::IAM::Policy", "Properties": grant},
    }
    [output] = account.deploy("create_stack", "storage", resources, Key={"Ref": "Key"})["Outputs"]
    function = account.function(
        "import boto3\n"
        "def handler(event, context):\n"
        "    secrets = boto3.client('secretsmanager')\n"
        "    return secrets.get_secret_value(SecretId=event['id'])['SecretString']\n",
        role,
    )

    assert account.invoke(function, {"id": output["OutputValue"]}) == "s3cret"


def test_metrics_that_a_function_prints_reach_cloudwatch(account: Account):
    document = {
        "_aws": {
            "Timestamp": 0,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Vault",
                    "Dimensions": [["league"]],
                    "Metrics": [{"Name": "VideosDownloaded", "Unit": "Count"}],
                }
            ],
        },
        "league": "NCAA",
        "VideosDownloaded": [2, 3],
    }
    function = account.function(
        "import json\n"
        "def handler(event, context):\n"
        "    print('{not json \"_aws\"')\n"
        "    print(json.dumps(event))\n"
    )

    account.invoke(function, document)

    [metric] = account.client("cloudwatch").list_metrics(Namespace="Vault")["Metrics"]
    assert metric["MetricName"] == "VideosDownloaded"
    assert metric["Dimensions"] == [{"Name": "league", "Value": "NCAA"}]


def test_a_printed_metric_sets_off_its_alarm(account: Account):
    cloudwatch = account.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="failures",
        Namespace="Vault",
        MetricName="Failed",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    metric = {"Namespace": "Vault", "Dimensions": [[]], "Metrics": [{"Name": "Failed"}]}
    function = account.function(
        "import json\ndef handler(event, context): print(json.dumps(event))"
    )

    account.invoke(function, {"_aws": {"CloudWatchMetrics": [metric]}, "Failed": 1})

    [alarm] = cloudwatch.describe_alarms(AlarmNames=["failures"])["MetricAlarms"]
    assert alarm["StateValue"] == "ALARM"
