"""The Partner API: how companies make and manage workspaces for their customers, at /partner/api/v1.

`mount.partner_api_app(deps: mount.PartnerDeps)` is what answers below `mount.BASE`, and `mount.document_routes()` are
its contracts under their published names.
"""
