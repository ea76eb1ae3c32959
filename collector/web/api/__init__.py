"""What the pages show, for programs: /api/v1, read only, described by its openapi.json."""
