"""Gives the lists of the desk their exports."""

from django.contrib import admin

from outcomes.exports.desk import CommitmentResource, OrganisationResource
from outcomes.models import Commitment
from participants.models import Organisation

for model, resource in [(Commitment, CommitmentResource), (Organisation, OrganisationResource)]:
    admin.site.get_model_admin(model).resource_classes = [resource]  # type: ignore[attr-defined]
