"""Everything that can go wrong, as a tree, and the one table from error to HTTP status and code.

RetinaError
├── ModelCardError              the model cannot be served; raised at start, or where a canvas is first used
├── PhotographError             this photograph cannot be answered; the next one may
│   ├── PhotographTooLargeError     more bytes than the limit
│   ├── LargerThanAnnouncedError    more bytes than its batch was told
│   ├── TooManyPixelsError          more pixels than the limit
│   ├── PhotographTooSmallError     fewer pixels than the network can use
│   ├── UnsupportedFormatError      no supported image format
│   ├── PhotographUnreadableError   truncated, corrupt or empty
│   └── NotAFundusPhotographError   an image, but unlike a retina
├── RequestError                the request itself is wrong
│   ├── FileMissingError
│   ├── SeveralFilesError
│   ├── InvalidRequestError
│   ├── RequestTooLargeError
│   ├── ResponseTooLargeError
│   ├── SlowRequestError            it did not arrive in time
│   ├── HostRefusedError            it names a host that is not served here
│   ├── UploadRefusedError          not as the upload form says
│   ├── UploadNotFoundError
│   └── CallerLeftError             nobody waits for the answer any more
├── AccountError                the caller may not, or not now
│   ├── FairUseError                as much as is free of charge in an hour
│   ├── SignInRequiredError         who is asking was not said
│   ├── OriginClosedError           it did not come through the proxy in front
│   ├── PersonRequiredError         a key may not do it
│   ├── ScopeRequiredError          this key may not do it, another one may
│   ├── SignInRefusedError          address or password
│   ├── GrantRefusedError           a code or refresh token
│   ├── TokenRefusedError           not signed in, or not any more
│   ├── KeyRefusedError             no such API key
│   ├── TooManyKeysError            one has to be revoked first
│   ├── TooManyExportsError         one has to expire first
│   ├── TooManyBatchesError         one has to be deleted or expire first
│   ├── TooManyBytesError           photographs have to be finished or deleted first
│   ├── BatchClosedError            it takes no photographs any more
│   ├── NotFoundError               not there, or somebody else's
│   ├── OutOfCreditsError
│   ├── RequestInProgressError      the same request is being answered
│   └── IdempotencyKeyReusedError   the same key, another request
└── BusyError                   every core has work, or too much is being received; try again soon

Each message is a sentence for the user: what is wrong and what to do about it.
"""


class RetinaError(Exception):
    """Base of all errors of this package."""


class ModelCardError(RetinaError):
    """The model card or its network is missing, malformed or changed."""


class PhotographError(RetinaError):
    """The photograph cannot be answered."""


class PhotographTooLargeError(PhotographError):
    """More bytes than one request may carry."""


class LargerThanAnnouncedError(PhotographError):
    """More bytes than were announced for it when its batch was made."""


class TooManyPixelsError(PhotographError):
    """More pixels than are decoded."""


class PhotographTooSmallError(PhotographError):
    """Too few pixels to see a vessel."""


class UnsupportedFormatError(PhotographError):
    """No image of a supported format."""


class PhotographUnreadableError(PhotographError):
    """A supported format, but the content cannot be decoded."""


class NotAFundusPhotographError(PhotographError):
    """An image that does not look like a fundus photograph."""


class RequestError(RetinaError):
    """The request is wrong, whatever the photograph."""


class FileMissingError(RequestError):
    """No photograph was sent."""


class SeveralFilesError(RequestError):
    """More than one photograph was sent."""


class InvalidRequestError(RequestError):
    """A parameter has an invalid value."""


class RequestTooLargeError(RequestError):
    """More than one request may hold, and no photograph."""


class ResponseTooLargeError(RequestError):
    """The answer would not fit into one response."""


class SlowRequestError(RequestError):
    """The request did not arrive in time."""


class HostRefusedError(RequestError):
    """The request names a host that is not served here."""


class UploadRefusedError(RequestError):
    """An upload form was changed, has expired or is filled in wrongly."""


class UploadNotFoundError(RequestError):
    """There is no upload of this id."""


class CallerLeftError(RequestError):
    """The caller has closed the connection: there is nobody to answer."""

    def __init__(self) -> None:
        super().__init__("The connection was closed before there was an answer. Send the request again.")


class AccountError(RetinaError):
    """The caller may not do this, or not now."""


class SignInRequiredError(AccountError):
    """Nobody knows who is asking."""


class OriginClosedError(AccountError):
    """The request did not come through the proxy in front of the service."""


class PersonRequiredError(AccountError):
    """An API key may not do what a person may."""


class ScopeRequiredError(AccountError):
    """An API key was made without the scope that this takes."""


class TooManyKeysError(AccountError):
    """An account has as many API keys as it can."""


class TooManyExportsError(AccountError):
    """An account has as many exports as it can."""


class TooManyBatchesError(AccountError):
    """An account has as many batches as it can."""


class TooManyBytesError(AccountError):
    """The photographs of an account's batches are as large as they can be together."""


class BatchClosedError(AccountError):
    """A batch is finished or cancelled, and takes no photographs."""


class SignInRefusedError(AccountError):
    """Somebody cannot sign in, or make an account, like this."""


class GrantRefusedError(AccountError):
    """A code or a refresh token is not good, or not any more; told as OAuth's error code."""


class TokenRefusedError(AccountError):
    """An access token is not valid."""


class KeyRefusedError(AccountError):
    """There is no such API key."""


class NotFoundError(AccountError):
    """It is not there, or it is somebody else's: which of both is not told."""


class OutOfCreditsError(AccountError):
    """The account has no credits left."""


class RequestInProgressError(AccountError):
    """The same request is being answered; to be sent again after `retry_after` seconds."""

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class FairUseError(AccountError):
    """Who does not pay has asked for enough; more is answered after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "You have used up what this service answers for free in an hour. Come back later, sign "
            "in (people who have signed in have a limit of their own), or use an API key."
        )
        self.retry_after = retry_after


class IdempotencyKeyReusedError(AccountError):
    """An idempotency key was used for another request."""


class BusyError(RetinaError):
    """Others are in the way; try again after `retry_after` seconds."""

    retry_after = 2


def too_large_inline(limit: int) -> str:
    """The sentence for a photograph of more bytes than `limit` in one request."""
    return (
        f"The photograph is larger than {limit / 2**20:.3g} MiB, the most that fits into one request. "
        "Upload it with POST /api/v1/uploads, or use the command line, which has no such limit."
    )


def too_large_to_upload(limit: int) -> str:
    """The sentence for a photograph of more bytes than `limit` in an upload."""
    return (
        f"The photograph is larger than {limit / 2**20:.3g} MiB, the most that can be uploaded. Send "
        "it as a more compressed JPEG, or use the command line, which has no such limit."
    )


def larger_than_announced(size: int) -> str:
    """The sentence for a photograph of more bytes than the `size` that was announced for it."""
    return (
        f"The photograph is larger than the {size:,} bytes announced for it when the batch was "
        "created. Send the file that was announced, or create another batch."
    )


STATUS: dict[type[RetinaError], tuple[int, str]] = {
    PhotographTooLargeError: (413, "photograph_too_large"),
    LargerThanAnnouncedError: (413, "larger_than_announced"),
    TooManyPixelsError: (413, "photograph_too_many_pixels"),
    PhotographTooSmallError: (422, "photograph_too_small"),
    UnsupportedFormatError: (415, "unsupported_media_type"),
    PhotographUnreadableError: (422, "photograph_unreadable"),
    NotAFundusPhotographError: (422, "not_a_fundus_photograph"),
    FileMissingError: (422, "file_missing"),
    SeveralFilesError: (422, "several_files"),
    InvalidRequestError: (422, "invalid_request"),
    RequestTooLargeError: (413, "request_too_large"),
    ResponseTooLargeError: (413, "response_too_large"),
    SlowRequestError: (408, "request_timeout"),
    HostRefusedError: (421, "host_refused"),
    UploadRefusedError: (403, "upload_refused"),
    UploadNotFoundError: (404, "upload_not_found"),
    CallerLeftError: (400, "caller_left"),
    SignInRequiredError: (401, "sign_in_required"),
    OriginClosedError: (403, "origin_closed"),
    PersonRequiredError: (403, "person_required"),
    ScopeRequiredError: (403, "scope_required"),
    TooManyKeysError: (409, "too_many_keys"),
    TooManyExportsError: (409, "too_many_exports"),
    TooManyBatchesError: (409, "too_many_batches"),
    TooManyBytesError: (409, "too_many_bytes"),
    BatchClosedError: (409, "batch_closed"),
    SignInRefusedError: (403, "sign_in_refused"),
    GrantRefusedError: (400, "invalid_grant"),
    TokenRefusedError: (401, "token_refused"),
    KeyRefusedError: (401, "key_refused"),
    NotFoundError: (404, "not_found"),
    OutOfCreditsError: (402, "out_of_credits"),
    FairUseError: (429, "fair_use_exceeded"),
    RequestInProgressError: (409, "request_in_progress"),
    IdempotencyKeyReusedError: (422, "idempotency_key_reused"),
    BusyError: (503, "busy"),
    ModelCardError: (500, "model_unusable"),
}
"""Error to HTTP status and stable code. The codes are also the `code` column of `results.csv`."""
