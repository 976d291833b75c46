"""Who notices: alarms to one topic, a dashboard, and a budget."""

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.settings import StackSettings

PERIOD = Duration.minutes(5)
NAMESPACE, SERVICE = "Retina", "retina"
"""As `function/handler.py` names its metrics."""
SLOW = Duration.seconds(5)
"""An answer is due in well under a second; a cold start with a large photograph takes a few."""


class Watch(Construct):
    """`topic`, to which every alarm goes."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: StackSettings,
        function: lambda_.Function,
        http: apigateway.HttpApi,
    ) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True)
        self.topic.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com"))
        if settings.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
        errors = function.metric_errors(period=PERIOD)
        throttles = function.metric_throttles(period=PERIOD)
        slow = function.metric_duration(period=PERIOD, statistic="p95")
        failed = http.metric_server_error(period=PERIOD)
        for name, metric, threshold, says in (
            ("Errors", errors, 1, "The function failed without an answer."),
            ("Throttles", throttles, 1, "Requests were turned away: the function's concurrency is used up."),
            ("Slow", slow, SLOW.to_milliseconds(), "One request in twenty takes longer than it should."),
            ("ServerErrors", failed, 5, "The API answered with 5xx."),
        ):
            alarm = metric.create_alarm(
                self,
                name,
                threshold=threshold,
                evaluation_periods=1 if name != "Slow" else 3,
                comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
                alarm_description=says,
            )
            alarm.add_alarm_action(actions.SnsAction(self.topic))
        own = {
            name: cloudwatch.Metric(
                namespace=NAMESPACE,
                metric_name=name,
                dimensions_map={"service": SERVICE},
                period=PERIOD,
                statistic=statistic,
            )
            for name, statistic in (("Predictions", "Sum"), ("ModelMilliseconds", "p50"))
        }
        rejections = cloudwatch.MathExpression(
            expression=f"SEARCH('{{{NAMESPACE},service,code}} MetricName=\"Rejections\"', 'Sum')",
            using_metrics={},
            label="",
            period=PERIOD,
        )
        starts = cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name="ColdStart",
            dimensions_map={"service": SERVICE, "function_name": function.function_name},
            period=PERIOD,
            statistic="Sum",
        )
        median = function.metric_duration(period=PERIOD, statistic="p50")
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            widgets=[
                [
                    cloudwatch.GraphWidget(title="Requests", left=[function.metric_invocations(period=PERIOD)]),
                    cloudwatch.GraphWidget(title="Duration", left=[median, slow]),
                    cloudwatch.GraphWidget(title="What went wrong", left=[errors, throttles, failed]),
                ],
                [
                    cloudwatch.GraphWidget(title="Predictions", left=[own["Predictions"]], right=[starts]),
                    cloudwatch.GraphWidget(title="The network's milliseconds", left=[own["ModelMilliseconds"]]),
                    cloudwatch.GraphWidget(title="Rejections by code", left=[rejections]),
                ],
            ],
        )
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=settings.monthly_budget, unit="USD"),
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        comparison_operator="GREATER_THAN", notification_type=kind, threshold=share
                    ),
                    subscribers=[
                        budgets.CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=settings.alarm_email)
                    ],
                )
                for kind, share in (("ACTUAL", 80), ("FORECASTED", 100))
                if settings.alarm_email
            ],
        )
