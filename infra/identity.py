"""Who signs in: a Cognito user pool with its own sign-in page. Accounts outlive the stack."""

from aws_cdk import Aws, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.settings import StackSettings


class Identity(Construct):
    """`issuer` of the tokens, `sign_in_url`, below which its pages are, and a `client` once the page has an address."""

    def __init__(self, scope: Construct, id: str, *, settings: StackSettings, api: lambda_.Function) -> None:
        super().__init__(scope, id)
        self._pool = cognito.UserPool(
            self,
            "Pool",
            self_sign_up_enabled=True,
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
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        api.add_to_role_policy(
            iam.PolicyStatement(actions=["cognito-idp:AdminDeleteUser"], resources=[self._pool.user_pool_arn])
        )
        # A literal, not the domain's own attribute: the page's security policy names it, and the client the page.
        prefix = f"{settings.name}-{Aws.ACCOUNT_ID}"
        self._pool.add_domain("Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix))
        self.sign_in_url = f"https://{prefix}.auth.{settings.region}.amazoncognito.com"
        self.issuer = f"https://cognito-idp.{settings.region}.{Stack.of(self).url_suffix}/{self._pool.user_pool_id}"

    def client(self, url: str) -> cognito.UserPoolClient:
        """The page at `url`: a public client, by authorization code with PKCE alone."""
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
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
        )

    def sign_in_page(self, client: cognito.UserPoolClient, url: str) -> str:
        """Where people make accounts and sign in, and whence they come to `url`."""
        # Not urllib's quote: `url` holds a token, whose place it would lose.
        back = url.replace(":", "%3A").replace("/", "%2F")
        query = f"client_id={client.user_pool_client_id}&response_type=code&scope=openid+email&redirect_uri={back}"
        return f"{self.sign_in_url}/login?{query}"
