"""How many days CloudWatch Logs can keep events, and the CDK's name for each.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""

from aws_cdk.aws_logs import RetentionDays

from stacks.settings import LOG_RETENTION_DAYS

RETENTION = dict(
    zip(
        LOG_RETENTION_DAYS,
        (
            RetentionDays.ONE_DAY,
            RetentionDays.THREE_DAYS,
            RetentionDays.FIVE_DAYS,
            RetentionDays.ONE_WEEK,
            RetentionDays.TWO_WEEKS,
            RetentionDays.ONE_MONTH,
            RetentionDays.TWO_MONTHS,
            RetentionDays.THREE_MONTHS,
            RetentionDays.FOUR_MONTHS,
            RetentionDays.FIVE_MONTHS,
            RetentionDays.SIX_MONTHS,
            RetentionDays.ONE_YEAR,
            RetentionDays.THIRTEEN_MONTHS,
            RetentionDays.EIGHTEEN_MONTHS,
            RetentionDays.TWO_YEARS,
            RetentionDays.FIVE_YEARS,
            RetentionDays.TEN_YEARS,
        ),
        strict=True,
    )
)
