"""Events about uploads, and their bodies."""

from tideline.features.webhooks.bodies.told import Told
from tideline.features.webhooks.bodies.view import Body, View


def uploaded(told: Told, view: View) -> Body:
    file = told.upload.file
    return {
        "file": {
            "uid": str(file.uid),
            "filename": file.filename,
            "size": file.size,
            "mimetype": file.mimetype,
            "uploaded_by_email": told.upload.uploaded_by or "",
            "uploaded_at": view.at(file.stored_at or file.created_at),
            "temporary_download_url": view.file_link(view.workspace_id, file.uid, file.filename, view.now),
        },
    }
