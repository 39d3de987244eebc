from knowledge.blocks import blocks_of, plain


def test_inline_markup_goes_and_names_with_signs_stay() -> None:
    assert plain("A **bold** _word_, `code`, [link](https://x.y) and ![alt](i.png)") == "A bold word, code, link and alt"
    assert plain("HALCYON*SCHED and halcyon-verify=snake_case_name") == "HALCYON*SCHED and halcyon-verify=snake_case_name"
    assert plain("a <b>tag</b>,\n  5 \\* 3 < 20") == "a tag, 5 * 3 < 20"


def test_blocks_are_told_apart_with_their_offsets() -> None:
    source = "# Top\n\ntext one\nstill one\n\n> quoted\n\n1. first\n2) second\n\n```\nraw | code\n```\n\n***\n## Next ##\nlast"
    found = blocks_of(source, 0, file="a.md", formatted=True)
    assert [(block.kind, block.text) for block in found] == [
        ("title", "Top"),
        ("paragraph", "text one still one"),
        ("paragraph", "quoted"),
        ("item", "first"),
        ("item", "second"),
        ("code", "raw | code"),
        ("heading", "Next"),
        ("paragraph", "last"),
    ]
    assert all(source[block.start : block.end].strip() == source[block.start : block.end] for block in found)


def test_a_table_keeps_its_rows_without_head_and_rule() -> None:
    source = "| Plan | Price |\n|:---|---:|\n| Team | $7 |\n"
    (row,) = blocks_of(source, 0, file="a.md", formatted=True)
    assert (row.kind, source[row.start : row.end]) == ("row", "Team | $7")
