"""What a press on a channel opens."""

from participants.models.channels import ChannelKind, contact_url


def test_mail_address_cannot_add_recipients_or_a_subject() -> None:
    assert contact_url(ChannelKind.EMAIL, "me?cc=x%40evil.org&subject=@example.org") == (
        "mailto:me%3Fcc%3Dx%2540evil.org%26subject%3D@example.org"
    )
    assert contact_url(ChannelKind.EMAIL, "a.b+c@example.org") == "mailto:a.b+c@example.org"
