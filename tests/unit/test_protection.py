"""What protects a table: of the live one, and of the template."""

from gameday.protection import Protection, in_template


def test_a_global_tables_protection_is_that_of_its_replica():
    replica = {
        "Region": "us-east-1",
        "PointInTimeRecoverySpecification": {
            "PointInTimeRecoveryEnabled": True,
            "RecoveryPeriodInDays": 7,
        },
        "DeletionProtectionEnabled": True,
        "Tags": [{"Key": "team", "Value": "clips"}, {"Key": "made", "Value": {"Ref": "Name"}}],
    }
    properties = {
        "Replicas": [replica],
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": "true"},
    }

    assert in_template(properties) == Protection(7, True, {"team": "clips"}, "NEW_IMAGE", "expires")


def test_what_either_has_is_wanted_and_the_live_tables_counts_first():
    live = Protection(recovery_days=7, tags={"team": "clips"}, stream="KEYS_ONLY")
    asked = Protection(35, True, {"team": "other", "cost": "1"}, "NEW_IMAGE", "expires")

    assert live.and_also(asked) == Protection(
        7, True, {"team": "clips", "cost": "1"}, "KEYS_ONLY", "expires"
    )
    assert live.in_words() == [
        "point-in-time recovery of 7 days",
        "1 tag",
        "stream of KEYS_ONLY",
    ]
