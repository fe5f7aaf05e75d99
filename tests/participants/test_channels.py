"""What a press on a channel opens."""

from participants.channels import ChannelKind, link_of


def test_mail_address_cannot_add_recipients_or_a_subject() -> None:
    assert link_of(ChannelKind.EMAIL, "me?cc=x%40evil.org&subject=@example.org") == (
        "mailto:me%3Fcc%3Dx%2540evil.org%26subject%3D@example.org"
    )
    assert link_of(ChannelKind.EMAIL, "a.b+c@example.org") == "mailto:a.b+c@example.org"
