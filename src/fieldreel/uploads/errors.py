"""Errors of uploads."""

from fieldreel.errors import UploadError


class VideoTooLarge(UploadError):
    """More bytes than the assignment allows."""

    status = 413
    slug = "upload.too_large"
    title = "This video is too large"


class VideoTooLong(UploadError):
    """Longer than the assignment allows, by the browser's own probe."""

    slug = "upload.too_long"
    title = "This video is too long"


class EmptyFile(UploadError):
    """No bytes at all: often a placeholder of a cloud drive."""

    slug = "upload.empty"
    title = "This file is empty"
    default_detail = (
        "It may still be downloading from iCloud or OneDrive. Wait until it is on this device, then try again."
    )


class UnsupportedVideo(UploadError):
    """A container that Stream does not take."""

    status = 415
    slug = "upload.unsupported_type"
    title = "We cannot use this kind of file"
    default_detail = "Choose a video such as MP4 or MOV. Convert WMV and OGG to MP4 first."


class UploadNotOpen(UploadError):
    """Before the opening date."""

    status = 409
    slug = "upload.not_open"
    title = "This assignment is not open yet"
    default_detail = "Come back when it opens. Keep your file."


class SubmissionsClosed(UploadError):
    """After the closing date."""

    status = 409
    slug = "upload.closed"
    title = "Submissions are closed"
    default_detail = "If you had a problem, ask your teacher. We keep a log of every upload that was started."


class UploadExpired(UploadError):
    """The link takes no more bytes."""

    status = 410
    slug = "upload.expired"
    title = "The upload link ran out"
    default_detail = "Start the upload again. It begins at 0 %, because Stream cannot move the bytes of an old link."
