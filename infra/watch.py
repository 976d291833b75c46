"""Monitoring: alarms that go to one topic, a dashboard, and a budget."""

from aws_cdk import Duration
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.api import Api
from infra.jobs import Jobs
from infra.payment import Payment
from infra.settings import StackSettings

PERIOD = Duration.minutes(5)
NAMESPACE, SERVICE = "Retina", "retina"
"""The names that `function/handler.py` uses for its metrics."""
SLOW = Duration.seconds(5)
"""A response should take well under a second; a cold start with a large photograph takes a few."""
WAITS = Duration.hours(1)
"""How long the first photograph in the queue may wait: ten thousand take less on five workers."""


class Watch(Construct):
    """`topic` receives every alarm."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: StackSettings,
        api: Api,
        jobs: Jobs,
        selling: Payment | None,
    ) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True)
        self.topic.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com"))
        if settings.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
        errors, worker_errors = (each.metric_errors(period=PERIOD) for each in (api.function, jobs.worker))
        throttles, worker_throttles = (each.metric_throttles(period=PERIOD) for each in (api.function, jobs.worker))
        slow = api.function.metric_duration(period=PERIOD, statistic="p95")
        failed = api.http.metric_server_error(period=PERIOD)
        age = jobs.queue.metric_approximate_age_of_oldest_message(period=PERIOD)
        dead = jobs.dead.metric_approximate_number_of_messages_visible(period=PERIOD)
        unsold = selling and selling.function.metric_errors(period=PERIOD)
        for name, metric, threshold, says in (
            *(
                [
                    (
                        "PaymentErrors",
                        unsold,
                        1,
                        "Payments could not be booked, or selling failed: see the function's log.",
                    )
                ]
                if unsold
                else []
            ),
            ("Errors", errors, 1, "The function failed without an answer."),
            ("Throttles", throttles, 1, "Requests were turned away: the function's concurrency is used up."),
            ("Slow", slow, SLOW.to_milliseconds(), "One request in twenty takes longer than it should."),
            ("ServerErrors", failed, 5, "The API answered with 5xx."),
            ("WorkerErrors", worker_errors, 1, "The worker was brought down: out of memory, or out of time."),
            (
                "WorkerThrottles",
                worker_throttles,
                1,
                "The worker was turned away: concurrency is used up.",
            ),
            ("QueueAge", age, WAITS.to_seconds(), "A photograph waits longer than a batch should take to begin."),
            ("DeadLetters", dead, 1, "A photograph was given up: its message is in the dead-letter queue."),
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
            dimensions_map={"service": SERVICE, "function_name": api.function.function_name},
            period=PERIOD,
            statistic="Sum",
        )
        waiting = jobs.queue.metric_approximate_number_of_messages_visible(period=PERIOD)
        median = api.function.metric_duration(period=PERIOD, statistic="p50")
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            widgets=[
                [
                    cloudwatch.GraphWidget(title="Requests", left=[api.function.metric_invocations(period=PERIOD)]),
                    cloudwatch.GraphWidget(title="Duration", left=[median, slow]),
                    cloudwatch.GraphWidget(title="What went wrong", left=[errors, throttles, failed]),
                ],
                [
                    cloudwatch.GraphWidget(title="Predictions", left=[own["Predictions"]], right=[starts]),
                    cloudwatch.GraphWidget(title="The network's milliseconds", left=[own["ModelMilliseconds"]]),
                    cloudwatch.GraphWidget(title="Rejections by code", left=[rejections]),
                ],
                [
                    cloudwatch.GraphWidget(title="Photographs that wait", left=[waiting], right=[age]),
                    cloudwatch.GraphWidget(title="Given up", left=[dead]),
                    cloudwatch.GraphWidget(title="Errors of the worker", left=[worker_errors, worker_throttles]),
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
