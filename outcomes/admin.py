"""Imports all admin modules of this app, so that Django registers their classes."""

# ruff: noqa: F401
import outcomes.commitments.admin
import outcomes.commitments.related_admin
import outcomes.contributions.admin
import outcomes.duplicates.admin
import outcomes.exports.admin
import outcomes.organisations.admin
import outcomes.reporting.admin
import outcomes.reporting.batch_admin
import outcomes.reporting.rounds_admin
import outcomes.search.admin
import outcomes.site.admin
import outcomes.statements.admin
