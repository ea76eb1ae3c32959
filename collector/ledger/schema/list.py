"""The one list of migrations; each file of this folder adds its own."""

from sqlite_utils.migrations import Migrations

migrations = Migrations("senyum-collector")
