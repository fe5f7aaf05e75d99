"""What the fixtures `client_of` and `deliver` give."""

from collections.abc import Callable

from django.core.mail import EmailMultiAlternatives
from django.test import Client

Sign = Callable[..., Client]
Deliver = Callable[[], list[EmailMultiAlternatives]]
