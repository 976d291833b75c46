"""Sign-in: a Cognito user pool with its hosted pages. Accounts outlive the stack."""

from aws_cdk import Aws, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.settings import StackSettings

ACCESS = Duration.minutes(10)
"""The lifetime of a token, which limits the damage if one is stolen."""
GRACE = Duration.seconds(30)
"""How long a used refresh token still works once more, in case the response was lost."""
MFA = {"off": cognito.Mfa.OFF, "optional": cognito.Mfa.OPTIONAL, "required": cognito.Mfa.REQUIRED}
THREATS = {
    "audit": cognito.StandardThreatProtectionMode.AUDIT_ONLY,
    "full": cognito.StandardThreatProtectionMode.FULL_FUNCTION,
}


class Identity(Construct):
    """`issuer` of the tokens, and `sign_in_url`, the base URL of its pages. Call `client` once the page's URL
    is known.
    """

    def __init__(self, scope: Construct, id: str, *, settings: StackSettings, api: lambda_.Function) -> None:
        super().__init__(scope, id)
        self._refresh = Duration.days(settings.refresh_days)
        watched = settings.threat_protection != "off"
        self._pool = cognito.UserPool(
            self,
            "Pool",
            self_sign_up_enabled=settings.self_sign_up,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_lowercase=False,
                require_uppercase=False,
                require_digits=False,
                require_symbols=False,
            ),
            mfa=MFA[settings.mfa],
            mfa_second_factor=None if settings.mfa == "off" else cognito.MfaSecondFactor(sms=False, otp=True),
            feature_plan=cognito.FeaturePlan.PLUS if watched else cognito.FeaturePlan.ESSENTIALS,
            standard_threat_protection_mode=THREATS.get(settings.threat_protection),
            deletion_protection=True,
            # RETAIN even if the first deployment fails: a pool with deletion protection could not be removed then.
            removal_policy=RemovalPolicy.RETAIN,
        )
        api.add_to_role_policy(
            iam.PolicyStatement(
                # Access tokens contain no email address, which is needed to give sign-up credits only once.
                actions=[f"cognito-idp:Admin{name}" for name in ("DeleteUser", "GetUser", "UserGlobalSignOut")],
                resources=[self._pool.user_pool_arn],
            )
        )
        # A literal, not the domain's attribute: the page's security policy refers to the domain, and the client to the
        # page.
        prefix = f"{settings.name}-{Aws.ACCOUNT_ID}"
        self._pool.add_domain("Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix))
        self.sign_in_url = f"https://{prefix}.auth.{settings.region}.amazoncognito.com"
        self.issuer = f"https://cognito-idp.{settings.region}.{Stack.of(self).url_suffix}/{self._pool.user_pool_id}"

    def client(self, url: str) -> cognito.UserPoolClient:
        """The page at `url` as a public client; only authorization code with PKCE."""
        return self._pool.add_client(
            "Page",
            generate_secret=False,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
                callback_urls=[url],
                logout_urls=[url],
            ),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            # Explicit, because Cognito would otherwise allow refreshing without rotation.
            auth_flows=cognito.AuthFlow(user_srp=True),
            refresh_token_rotation_grace_period=GRACE,
            access_token_validity=ACCESS,
            id_token_validity=ACCESS,
            refresh_token_validity=self._refresh,
        )

    def sign_in_page(self, client: cognito.UserPoolClient, url: str) -> str:
        """The URL where people sign up and sign in, and from which they return to `url`."""
        # Not urllib's quote: `url` contains a CDK token, which quoting would break.
        back = url.replace(":", "%3A").replace("/", "%2F")
        query = f"client_id={client.user_pool_client_id}&response_type=code&scope=openid+email&redirect_uri={back}"
        return f"{self.sign_in_url}/login?{query}"
