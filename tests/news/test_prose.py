"""The text of news in paragraphs, headings and lists."""

from fmm_portal.news.prose import Section, drawn_as_html, written


def test_what_is_written_is_drawn_and_says_nothing_of_empty_sections() -> None:
    text = written(
        [
            Section("Who", ["Six positions."], ["Director", "", "Representative"]),
            Section("Nothing known"),
            Section("", ["The end."]),
        ]
    )
    assert text == "## Who\n\nSix positions.\n\n- Director\n- Representative\n\nThe end."
    assert drawn_as_html(text) == (
        "<h2>Who</h2><p>Six positions.</p><ul><li>Director</li><li>Representative</li></ul><p>The end.</p>"
    )


def test_lines_and_levels_as_they_were_typed() -> None:
    assert drawn_as_html("## Where\nLomé,\nTogo", level=3) == "<h3>Where</h3><p>Lomé,<br>Togo</p>"
    assert drawn_as_html("- one\nand a line that is none") == "<p>- one<br>and a line that is none</p>"


def test_nothing_typed_becomes_markup() -> None:
    text = "## <script>alert(1)</script>\n\n<b>bold</b> {0}\n\n- <img src=x onerror=alert(1)>"
    drawn = drawn_as_html(text)
    assert "<script" not in drawn and "<b>" not in drawn and "<img" not in drawn
    assert "&lt;b&gt;bold&lt;/b&gt; {0}" in drawn
