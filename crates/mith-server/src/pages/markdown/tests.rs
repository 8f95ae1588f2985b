use super::{Block, Span, blocks};

fn text(words: &str) -> Vec<Span> {
    vec![Span::Text(words.to_owned())]
}

#[test]
fn reads_what_rule_pages_use() {
    let page = "# Title\n\nOne line\nand the next.\n\n## Bad\n\n```python\nos.system('x')\n\n# not a heading\n```\n\n- one\n- two\n  goes on\n\n1. first\n";
    assert_eq!(
        blocks(page),
        [
            Block::Heading(1, text("Title")),
            Block::Paragraph(text("One line and the next.")),
            Block::Heading(2, text("Bad")),
            Block::Code("os.system('x')\n\n# not a heading".to_owned()),
            Block::List(vec![
                text("one"),
                vec![
                    Span::Text("two".to_owned()),
                    Span::Text(" ".to_owned()),
                    Span::Text("goes on".to_owned()),
                ],
                text("first"),
            ]),
        ]
    );
}

#[test]
fn keeps_code_apart_from_words() {
    assert_eq!(
        blocks("Use `os.system` and **not** a ` alone"),
        [Block::Paragraph(vec![
            Span::Text("Use ".to_owned()),
            Span::Code("os.system".to_owned()),
            Span::Text(" and not a ` alone".to_owned()),
        ])]
    );
}

#[test]
fn a_code_block_without_an_end_ends_with_the_page() {
    assert_eq!(blocks("```\na\nb"), [Block::Code("a\nb".to_owned())]);
}
