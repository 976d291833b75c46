"""All errors as a tree. `error_codes` maps each of them to an HTTP status and code.

RetinaError
├── ModelCardError              the model cannot be served; raised at start, or when a canvas is first used
├── PhotographError             this photograph cannot be analysed; the next one may be
│   ├── PhotographTooLargeError     more bytes than the limit
│   ├── LargerThanAnnouncedError    more bytes than announced to its batch
│   ├── TooManyPixelsError          more pixels than the limit
│   ├── PhotographTooSmallError     fewer pixels than the network can use
│   ├── UnsupportedFormatError      not a supported image format
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
│   ├── UploadRefusedError          it does not match the upload form
│   ├── UploadNotFoundError
│   ├── CorrectionError             a corrected mask cannot be used
│   │   ├── UnsupportedCorrectionError  no PNG file in shades of gray
│   │   ├── CorrectionUnreadableError   truncated, corrupt or empty
│   │   └── CorrectionSizeError         not the size of the photograph
│   ├── EventRefusedError           it does not come from Stripe, or not now
│   └── CallerLeftError             the caller has closed the connection
├── AccountError                the caller may not do this, or not now
│   ├── RateLimitError              the rate limit for free requests is reached
│   ├── SignInRequiredError         the caller is not signed in
│   ├── OriginClosedError           the request did not come through the proxy in front
│   ├── PersonRequiredError         an API key may not do it
│   ├── ScopeRequiredError          this API key may not do it; one with another scope may
│   ├── SignInRefusedError          address or password
│   ├── GrantRefusedError           a code or refresh token
│   ├── TokenRefusedError           not signed in, or no longer
│   ├── KeyRefusedError             the API key is unknown, revoked, expired or used from elsewhere
│   ├── KeyLimitError               the API key has spent what it may, for now
│   ├── OtherKeyError               an API key may not do it to a batch that it has not started
│   ├── TooManyKeysError            one has to be revoked first
│   ├── TooManyExportsError         one has to expire first
│   ├── TooManyBatchesError         one has to be deleted or expire first
│   ├── TooManyBytesError           photographs have to be finished or deleted first
│   ├── HistoryFullError            saved photographs have to be deleted first
│   ├── CorrectionChangedError      another correction is there than the caller named
│   ├── BatchClosedError            it accepts no more photographs
│   ├── NotFoundError               it does not exist, or belongs to another account
│   ├── OutOfCreditsError
│   ├── NotForSaleError             credits, or so many of them, cannot be bought here
│   ├── TooManyPurchasesError       too many were begun and not paid
│   ├── RequestInProgressError      the same request is still being processed
│   └── IdempotencyKeyReusedError   the same key with a different request
└── BusyError                   all cores are busy, or too much is being received; retry soon
    └── PaymentUnavailableError     Stripe does not answer, or not as expected

Each message is a sentence for the user: what is wrong and what to do about it.
"""


class RetinaError(Exception):
    """Base class of all errors of this package."""


class ModelCardError(RetinaError):
    """The model card or its network is missing, malformed or changed."""


class PhotographError(RetinaError):
    """The photograph cannot be analysed."""


class PhotographTooLargeError(PhotographError):
    """The photograph has more bytes than a request or an upload may have."""


class LargerThanAnnouncedError(PhotographError):
    """The photograph has more bytes than were announced when its batch was created."""


class TooManyPixelsError(PhotographError):
    """The photograph has more pixels than the limit."""


class PhotographTooSmallError(PhotographError):
    """The photograph has too few pixels to show a vessel."""


class UnsupportedFormatError(PhotographError):
    """The file is not an image in a supported format."""


class PhotographUnreadableError(PhotographError):
    """The format is supported, but the content cannot be decoded."""


class NotAFundusPhotographError(PhotographError):
    """The image does not look like a fundus photograph."""


class RequestError(RetinaError):
    """The request is wrong, whatever the photograph."""


class FileMissingError(RequestError):
    """No photograph was sent."""


class SeveralFilesError(RequestError):
    """More than one photograph was sent."""


class InvalidRequestError(RequestError):
    """A parameter has an invalid value."""


class RequestTooLargeError(RequestError):
    """The request is larger than the limit, apart from any photograph."""


class ResponseTooLargeError(RequestError):
    """The response would be larger than the limit."""


class SlowRequestError(RequestError):
    """The request did not arrive in time."""


class HostRefusedError(RequestError):
    """The request names a host that is not served here."""


class UploadRefusedError(RequestError):
    """An upload form was changed, has expired or is filled in incorrectly."""


class UploadNotFoundError(RequestError):
    """There is no upload with this id."""


class CorrectionError(RequestError):
    """A corrected mask cannot be used."""


class UnsupportedCorrectionError(CorrectionError):
    """The mask is no PNG file in shades of gray with 1 or 8 bits."""


class CorrectionUnreadableError(CorrectionError):
    """The mask cannot be decoded."""


class CorrectionSizeError(CorrectionError):
    """The mask does not have the size of the photograph."""


class EventRefusedError(RequestError):
    """A notice of a payment has no valid signature, is too old, or was received before."""


class CallerLeftError(RequestError):
    """The caller has closed the connection, so there is nobody to respond to."""

    def __init__(self) -> None:
        super().__init__("The connection was closed before there was an answer. Send the request again.")


class AccountError(RetinaError):
    """The caller may not do this, or not now."""


class SignInRequiredError(AccountError):
    """The request needs a caller who is signed in, or an API key."""


class OriginClosedError(AccountError):
    """The request did not come through the proxy in front of the service."""


class PersonRequiredError(AccountError):
    """An API key was used for something that only a signed-in user may do."""


class ScopeRequiredError(AccountError):
    """The API key was created without the scope that this requires."""


class OtherKeyError(AccountError):
    """An API key was used for a batch that another key or a person has started, and that would spend their credits."""


class TooManyKeysError(AccountError):
    """The account has the maximum number of API keys."""


class TooManyExportsError(AccountError):
    """The account has the maximum number of exports."""


class TooManyBatchesError(AccountError):
    """The account has the maximum number of batches."""


class TooManyBytesError(AccountError):
    """The photographs of the account's batches have reached the maximum total size."""


class HistoryFullError(AccountError):
    """The photographs and images in the account's history have reached the maximum total size."""


class CorrectionChangedError(AccountError):
    """The correction of a saved prediction is not the one that the caller has named."""


class BatchClosedError(AccountError):
    """The batch is finished or cancelled, and accepts no photographs."""


class SignInRefusedError(AccountError):
    """A sign-in or sign-up is refused."""


class GrantRefusedError(AccountError):
    """A code or refresh token is invalid or no longer valid; reported as OAuth's error code."""


class TokenRefusedError(AccountError):
    """The access token is not valid."""


class KeyRefusedError(AccountError):
    """The API key is unknown, revoked, expired, or not allowed from this address."""


class KeyLimitError(AccountError):
    """The API key has spent what it may in this day or month.

    The same request is possible again after `retry_after` seconds; None: never within the key's limits. `to_others`
    is the sentence for somebody who is signed in and has retried a batch of the key.
    """

    def __init__(self, sentence: str, to_others: str, retry_after: int | None) -> None:
        super().__init__(sentence)
        self._to_others, self.retry_after = to_others, retry_after

    def to_person(self) -> "KeyLimitError":
        """The same for somebody who is signed in and has retried a batch of the key."""
        return KeyLimitError(self._to_others, self._to_others, self.retry_after)


class NotFoundError(AccountError):
    """It does not exist or belongs to another account; the caller cannot tell which."""


class OutOfCreditsError(AccountError):
    """The account has no credits left."""


class NotForSaleError(AccountError):
    """Credits, or this number of them, cannot be bought here."""


class TooManyPurchasesError(AccountError):
    """The account has begun too many purchases without paying."""


class RequestInProgressError(AccountError):
    """The same request is still being processed; retry after `retry_after` seconds."""

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class RateLimitError(AccountError):
    """The rate limit for free requests is reached; retry after `retry_after` seconds.

    `advice` is the second sentence: what this caller can do.
    """

    ANONYMOUS = "Try again when the hour is over, or sign in: signed-in users have a limit of their own."
    SIGNED_IN = "Try again when the hour is over, or use an API key, which costs one credit for each result."
    PAYING = "Try again when the hour is over, or add credits to the account: the more are left, the higher the limit."

    def __init__(self, retry_after: int, advice: str = ANONYMOUS) -> None:
        super().__init__(f"The requests for this hour are used up. {advice}")
        self.retry_after = retry_after


class IdempotencyKeyReusedError(AccountError):
    """The idempotency key was used before, for a different request."""


class BusyError(RetinaError):
    """Other requests are in the way. That one may retry after `retry_after` seconds is added to the sentence."""

    retry_after = 2

    def __str__(self) -> str:
        return f"{super().__str__()} Please try again in {seconds_of(self.retry_after)}."


class PaymentUnavailableError(BusyError):
    """Stripe cannot be reached, or does not answer as expected."""


def counted(number: int, noun: str) -> str:
    """The number with its noun in the singular or plural, for example "1 credit"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def seconds_of(count: int) -> str:
    """So many seconds, in words."""
    return counted(count, "second")


def too_large_inline(limit: int) -> str:
    """The message for more than `limit` bytes in one request: of the photograph, or of it and its masks together."""
    return (
        f"The photograph, with any masks sent with it, is larger than {limit / 2**20:.3g} MiB, the most that fits into "
        "one request. Upload it with POST /api/v1/uploads, or use the command line, which has no such limit."
    )


def too_large_to_upload(limit: int) -> str:
    """The message for an uploaded photograph of more than `limit` bytes."""
    return (
        f"The photograph is larger than {limit / 2**20:.3g} MiB, the most that can be uploaded. Send "
        "it as a more compressed JPEG, or use the command line, which has no such limit."
    )


def larger_than_announced(size: int) -> str:
    """The message for a photograph of more bytes than the `size` announced for it."""
    return (
        f"The photograph is larger than the {size:,} bytes stated for it when the batch was created. "
        "Send the original file, or create another batch."
    )
