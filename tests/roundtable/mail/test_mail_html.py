"""The HTML of an email, which is made from its text."""

from roundtable.mail.html import html_of

URL = "https://portal.example.org/r/key/"


def test_paragraphs_lines_and_footer_are_those_of_text() -> None:
    html = html_of("What <changed>", "One\ntwo & three.\n\nFour.\n\n----\nWhy.\n")
    assert "<h1>What &lt;changed&gt;</h1>" in html
    assert "<p>One<br>two &amp; three.</p>" in html
    assert (
        html.index("<p>Four.</p>") < html.index("<hr>") < html.index("<p><small>Why.</small></p>")
    )


def test_words_before_address_are_its_link() -> None:
    assert f'<p>RT-C1<br><a href="{URL}">Open it</a></p>' in html_of("S", f"RT-C1\nOpen it\n{URL}")
    assert f'<p><a href="{URL}">{URL}</a></p>' in html_of("S", f"Open it:\n\n{URL}\n\n----\nWhy.")


def test_address_elsewhere_and_typed_line_are_no_link() -> None:
    for typed in ("https://evil.example/", "> https://portal.example.org/", f"see {URL}"):
        assert "<a " not in html_of("S", f"Words\n{typed}")
    assert "<a " not in html_of("S", "Words\nhttps://portal.example.org.evil.example/")
