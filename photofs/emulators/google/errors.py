"""Answers in the form of Google's APIs: JSON, and the error envelope of every refusal."""

import json
from collections.abc import Mapping

from photofs.emulators.hosting.request import Response, text_response

JSON = "application/json; charset=UTF-8"
STATUSES = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
}
REASONS = {
    "UNAUTHENTICATED": "authError",
    "PERMISSION_DENIED": "insufficientPermissions",
    "RESOURCE_EXHAUSTED": "rateLimitExceeded",
}
HELP = "https://developers.google.com/photos/library/guides/api-limits-quotas"
NO_LOGIN = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or"
    " other valid authentication credential. See"
    " https://developers.google.com/identity/sign-in/web/devconsole-project."
)


class ApiError(Exception):
    """A call is refused; `status` is the name of the gRPC code."""

    def __init__(self, status: str, message: str, details: list[object] | None = None) -> None:
        """`details` are further objects of the envelope."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details

    @property
    def response(self) -> Response:
        """The answer."""
        error: dict[str, object] = {
            "code": STATUSES[self.status],
            "message": self.message,
            "status": self.status,
        }
        if reason := REASONS.get(self.status):
            error["errors"] = [{"message": self.message, "domain": "global", "reason": reason}]
        if self.details:
            error["details"] = self.details
        return json_response({"error": error}, status=STATUSES[self.status])


def json_response(value: Mapping[str, object], *, status: int = 200) -> Response:
    """A JSON object, indented as Google does."""
    return text_response(status, json.dumps(value, indent=2, ensure_ascii=False) + "\n", JSON)


def no_login() -> ApiError:
    """401: the access token is unknown or has ended."""
    return ApiError("UNAUTHENTICATED", NO_LOGIN)


def no_scope() -> ApiError:
    """403: none of the token's scopes allows the call."""
    return ApiError("PERMISSION_DENIED", "Request had insufficient authentication scopes.")


def no_api(project: str) -> ApiError:
    """403: the project never enabled the API."""
    return ApiError(
        "PERMISSION_DENIED",
        f"Photos Library API has not been used in project {project} before or it is disabled.",
    )


def invalid(message: str) -> ApiError:
    """400: the call makes no sense."""
    return ApiError("INVALID_ARGUMENT", message)


def unknown(what: str) -> ApiError:
    """404: there is no such thing, or another client made it."""
    return ApiError("NOT_FOUND", f"Requested entity was not found: {what}")


def over_the_day(project: str, most: int) -> ApiError:
    """429: the project's calls of a day are used up."""
    return ApiError(
        "RESOURCE_EXHAUSTED",
        "Quota exceeded for quota metric 'All requests' and limit 'All requests per day' of service"
        f" 'photoslibrary.googleapis.com' for consumer 'project_number:{project}'.",
        [
            quota_info("ApiCallsPerProjectPerDay", most, "all_requests", project),
            {
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [{"description": "Request a higher quota limit.", "url": HELP}],
            },
        ],
    )


def over_the_minute(project: str, most: int) -> ApiError:
    """429: too many writes of one user in a minute."""
    return ApiError(
        "RESOURCE_EXHAUSTED",
        "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per"
        " user' of service 'photoslibrary.googleapis.com' for consumer"
        f" 'project_number:{project}'.",
        [quota_info("WritesPerMinutePerUser", most, "write_requests", project)],
    )


def at_once() -> ApiError:
    """429: two writes of one user at the same time."""
    return ApiError(
        "RESOURCE_EXHAUSTED",
        "Quota exceeded for quota 'concurrent write request' of service"
        " 'photoslibrary.googleapis.com'.",
    )


def quota_info(limit: str, most: int, metric: str, project: str) -> dict[str, object]:
    """Which quota it was, as the details of a 429 tell it."""
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "service": "photoslibrary.googleapis.com",
            "consumer": f"projects/{project}",
            "quota_limit": limit,
            "quota_limit_value": str(most),
            "quota_metric": f"photoslibrary.googleapis.com/{metric}",
        },
    }
